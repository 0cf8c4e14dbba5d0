/**
 * What events of use add up to: the definition of a balance, which every store's own way of counting has to agree with.
 *
 * Depends on the set of events alone, never on their order. That an event counts once is decided before it comes here.
 */
import type { Aggregate } from '../policy/policy.ts';
import type { MeterRecord, UsageEvent } from '../ports/records.ts';
import type { BalanceKey } from '../ports/store.ts';
import type { Instant } from '../time.ts';
import { fromMicros, toMicros } from './micros.ts';

export interface UsageFold {
  add(event: UsageEvent): void;
  readonly used: number;
  /** When the last of the events was received; null: there was none. */
  readonly asOf: Instant | null;
  /** The latest event by time, source and id: `last` is worth its amount. */
  readonly last: UsageEvent | null;
}

export function openFold(aggregate: Aggregate): UsageFold {
  const values = new Set<string>();
  let sum = 0n;
  let greatest = 0n;
  let last: UsageEvent | null = null;
  let asOf: Instant | null = null;
  return {
    add(event) {
      const micros = toMicros(event.amount) ?? 0n;
      sum += micros;
      if (micros > greatest) greatest = micros;
      if (event.value !== null) values.add(event.value);
      if (last === null || compareEvents(event, last) > 0) last = event;
      if (asOf === null || event.receivedAt > asOf) asOf = event.receivedAt;
    },
    get used() {
      if (aggregate === 'unique') return values.size;
      if (aggregate === 'last') return last?.amount ?? 0;
      return fromMicros(aggregate === 'sum' ? sum : greatest);
    },
    get asOf() {
      return asOf;
    },
    get last() {
      return last;
    },
  };
}

/** The balance of a key over all accepted events; those of other meters and windows may be among them. */
export function balanceOf(key: BalanceKey, events: Iterable<UsageEvent>): Pick<MeterRecord, 'used'> & { readonly asOf: Instant | null } {
  const fold = openFold(key.aggregate);
  for (const event of events) if (isWithin(key, event)) fold.add(event);
  return { used: fold.used, asOf: fold.asOf };
}

export function isWithin({ license, meter, windowStart, windowEnd }: BalanceKey, event: UsageEvent): boolean {
  return event.license === license && event.meter === meter && event.at >= windowStart && event.at < windowEnd;
}

/** The order of events: by time, of several at one instant by source and then id, as their bytes are in UTF-8. */
export function compareEvents(a: UsageEvent, b: UsageEvent): number {
  return a.at - b.at || compareText(a.source, b.source) || compareText(a.eventId, b.eventId);
}

function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let place = 0; place < length; place++) {
    const difference = rank(a.charCodeAt(place)) - rank(b.charCodeAt(place));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Halves of a pair stand for code points above every other unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
