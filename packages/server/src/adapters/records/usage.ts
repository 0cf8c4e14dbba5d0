/**
 * Events of use and balances as every store takes them: checked, copied, and compared in one way.
 *
 * An event has no id of its own and no revision: license, source and event id together name it, and nothing changes it.
 */
import { createHash } from 'node:crypto';
import { type BalanceKey, Bug, type Instant, invariant, type MeterRecord, type UsageEvent } from '@glidepath/core';
import { compareIds } from './order.ts';
import { type Field, instant, orNull, quantity, text } from './shapes.ts';
import { storedValue } from './storable.ts';

const FIELDS: { readonly [F in keyof UsageEvent]: Field } = {
  license: text,
  source: text,
  eventId: text,
  meter: text,
  at: instant,
  receivedAt: instant,
  amount: quantity,
  value: orNull(text),
};

const NAMED = Object.entries(FIELDS);

/** Frozen copies. A Bug for what the caller should have refused, a Fault for text that no store can keep. */
export function storedEvents(events: readonly UsageEvent[]): readonly UsageEvent[] {
  return events.map((event) => {
    const given = event as unknown as Readonly<Record<string, unknown>>;
    const kept: Record<string, unknown> = {};
    for (const [name, field] of NAMED) {
      if (given[name] === undefined) throw new Bug(`usageEvent/${name}: undefined`);
      kept[name] = storedValue(field, given[name], `usageEvent/${name}`);
    }
    return Object.freeze(kept) as unknown as UsageEvent;
  });
}

/** Frozen copies of what balances are asked for. */
export function storedKeys(keys: readonly BalanceKey[]): readonly BalanceKey[] {
  return keys.map(({ license, meter, aggregate, windowStart, windowEnd }) => {
    invariant(windowStart < windowEnd, 'a window ends after it starts');
    storedValue(text, license, 'balance/license');
    storedValue(text, meter, 'balance/meter');
    return Object.freeze({ license, meter, aggregate, windowStart, windowEnd });
  });
}

/** A snapshot's id follows from what it is of, so that two nodes that make it make the same one. */
export function balanceId({ license, meter, aggregate, windowStart, windowEnd }: BalanceKey): string {
  const name = JSON.stringify([license, meter, aggregate, windowStart, windowEnd]);
  return `met_${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}

/** What events add up to; `asOf` is null where there was none. */
export interface Fold extends Pick<MeterRecord, 'used' | 'lastAt' | 'lastKey'> {
  readonly asOf: Instant | null;
}

export function balanceFrom(key: BalanceKey, { used, asOf, lastAt, lastKey }: Fold, now: Instant): MeterRecord {
  const { license, meter, aggregate, windowStart, windowEnd } = key;
  const of = { license, meter, aggregate, windowStart, windowEnd };
  return { id: balanceId(key), ...of, used, asOf: asOf ?? now, lastAt, lastKey, revision: 0 };
}

/** Place of an event among those of its meter. */
export type UsagePlace = Pick<UsageEvent, 'at' | 'source' | 'eventId'>;

export function compareUsage(a: UsagePlace, b: UsagePlace): number {
  return a.at - b.at || compareIds(a.source, b.source) || compareIds(a.eventId, b.eventId);
}

/** Source and id as one text, in the same order as the two. */
export function usageKeyOf({ source, eventId }: Pick<UsageEvent, 'source' | 'eventId'>): string {
  return `${source.replaceAll('\u0001', '\u0001\u0002')}\u0001\u0001${eventId}`;
}

/** Reservations are spent by the event of this source that carries their id. */
export const RESERVATION_SOURCE = 'glidepath/reservation';
/** Open reservations of a license that are listed. */
export const RESERVATIONS_MAX = 10_000;
