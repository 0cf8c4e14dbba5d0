/**
 * Events of use in memory, by license: each once by source and id, in the order of their meter, and by value for meters that
 * count values. Snapshots are not here: they are records.
 */
import type { BalanceKey, Instant, UsageEvent } from '@glidepath/core';
import { millionthsOf, quantityFrom } from '../records/quantity.ts';
import { compareUsage, type Fold, type UsagePlace, usageKeyOf } from '../records/usage.ts';
import { SortedList } from './sorted-list.ts';

interface Metered {
  readonly events: SortedList<UsageEvent>;
  readonly byValue: Map<string, SortedList<UsageEvent>>;
}

interface Licensed {
  readonly byKey: Map<string, UsageEvent>;
  readonly byMeter: Map<string, Metered>;
}

export class UsageIndex {
  readonly #byLicense = new Map<string, Licensed>();

  has(event: Pick<UsageEvent, 'license' | 'source' | 'eventId'>): boolean {
    return this.#byLicense.get(event.license)?.byKey.has(usageKeyOf(event)) ?? false;
  }

  add(event: UsageEvent): void {
    const licensed = emplace(this.#byLicense, event.license, () => ({ byKey: new Map(), byMeter: new Map() }));
    const metered = emplace(licensed.byMeter, event.meter, () => ({ events: new SortedList(compareUsage), byValue: new Map() }));
    licensed.byKey.set(usageKeyOf(event), event);
    metered.events.add(event);
    if (event.value !== null) emplace(metered.byValue, event.value, () => new SortedList(compareUsage)).add(event);
  }

  remove(event: UsageEvent): void {
    const licensed = this.#byLicense.get(event.license);
    const metered = licensed?.byMeter.get(event.meter);
    licensed?.byKey.delete(usageKeyOf(event));
    metered?.events.remove(event);
    if (event.value !== null) metered?.byValue.get(event.value)?.remove(event);
  }

  isMetered(license: string): boolean {
    return (this.#byLicense.get(license)?.byKey.size ?? 0) > 0;
  }

  /** Those in [from, to), in their order, beyond a place. */
  *within(license: string, meter: string, from: Instant, to: Instant, after?: UsagePlace): Generator<UsageEvent> {
    const metered = this.#byLicense.get(license)?.byMeter.get(meter);
    if (metered !== undefined) yield* walk(metered.events, from, to, after);
  }

  /** Whether a value was used in a window. */
  hasValue({ license, meter, windowStart, windowEnd }: BalanceKey, value: string): boolean {
    const found = this.#byLicense.get(license)?.byMeter.get(meter)?.byValue.get(value);
    return found !== undefined && !walk(found, windowStart, windowEnd).next().done;
  }

  *all(): Generator<UsageEvent> {
    for (const { byKey } of this.#byLicense.values()) yield* byKey.values();
  }

  fold(key: BalanceKey): Fold {
    let total = 0n;
    let most = 0;
    let asOf: Instant | null = null;
    let last: UsageEvent | null = null;
    const values = new Set<string>();
    for (const event of this.within(key.license, key.meter, key.windowStart, key.windowEnd)) {
      total += millionthsOf(event.amount);
      most = Math.max(most, event.amount);
      if (asOf === null || event.receivedAt > asOf) asOf = event.receivedAt;
      if (event.value !== null) values.add(event.value);
      last = event;
    }
    const isLast = key.aggregate === 'last' && last !== null;
    const used = { sum: quantityFrom(total), max: most, last: last?.amount ?? 0, unique: values.size }[key.aggregate];
    return { used, asOf, lastAt: isLast ? (last?.at ?? null) : null, lastKey: isLast && last !== null ? usageKeyOf(last) : null };
  }
}

/** An empty source and id come before every event of an instant. */
function* walk(list: SortedList<UsageEvent>, from: Instant, to: Instant, after?: UsagePlace): Generator<UsageEvent> {
  const before = { at: (from - 1) as Instant, source: '\uffff', eventId: '' };
  const start = after !== undefined && compareUsage(after, before) > 0 ? after : before;
  for (const event of list.walk(start as UsageEvent)) {
    if (event.at >= to) return;
    if (event.at >= from) yield event;
  }
}

function emplace<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
