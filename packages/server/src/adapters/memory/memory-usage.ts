/**
 * Counting in memory: accepted events, and the snapshots whose windows they fall into.
 *
 * Sums are kept in whole millionths beside the records, as a record's number is only the nearest one to a large sum.
 */
import { type BalanceKey, type Instant, instant, type MeterRecord, type UsageEvent, type UsageOutcome } from '@glidepath/core';
import { compareIds } from '../records/order.ts';
import { millionthsOf, quantityFrom } from '../records/quantity.ts';
import { balanceFrom, usageKeyOf } from '../records/usage.ts';
import type { MemoryTable, Row } from './memory-table.ts';
import { UsageIndex } from './usage-index.ts';

type Swap = (before: MeterRecord | null, after: MeterRecord | null) => void;

const WINDOW = ['license', 'meter', 'aggregate', 'windowStart', 'windowEnd'] as const;

export class MemoryUsage {
  readonly events = new UsageIndex();
  readonly #snapshots: MemoryTable;
  readonly #swap: Swap;
  readonly #sums = new Map<string, bigint>();

  /** `swap` puts one snapshot in the place of another. */
  constructor(snapshots: MemoryTable, swap: Swap) {
    this.#snapshots = snapshots;
    this.#swap = swap;
  }

  count(events: readonly UsageEvent[]): readonly UsageOutcome[] {
    const changed = new Map<string, { readonly before: MeterRecord; readonly after: MeterRecord }>();
    const outcomes = events.map((event): UsageOutcome => {
      if (this.events.has(event)) return 'duplicate';
      for (const held of this.#around(event)) {
        const { before, after } = changed.get(held.id) ?? { before: held, after: { ...held, revision: held.revision + 1 } };
        changed.set(held.id, { before, after: this.#with(after, event) });
      }
      this.events.add(event);
      return 'counted';
    });
    for (const { before, after } of changed.values()) this.#swap(before, Object.freeze(after));
    return outcomes;
  }

  balance(key: BalanceKey, now: Instant): MeterRecord {
    const held = this.#snapshots.lookUp(
      WINDOW,
      WINDOW.map((field) => key[field]),
    );
    if (held !== null) return held as unknown as MeterRecord;
    const fold = this.events.fold(key);
    const balance = Object.freeze(balanceFrom(key, fold, now));
    if (fold.asOf !== null && this.#snapshots.conflict(balance as unknown as Row, null) === null) this.#swap(null, balance);
    return balance;
  }

  /** Snapshots of an event's meter whose window contains it. */
  #around({ license, meter, at }: UsageEvent): readonly MeterRecord[] {
    const filter = [
      ['license', license],
      ['meter', meter],
    ] as const;
    const held = [...this.#snapshots.matching(filter)] as unknown as MeterRecord[];
    return held.filter(({ windowStart, windowEnd }) => windowStart <= at && at < windowEnd);
  }

  #with(held: MeterRecord, event: UsageEvent): MeterRecord {
    const asOf = instant(Math.max(event.receivedAt, held.asOf));
    const { used } = held;
    switch (held.aggregate) {
      case 'sum': {
        const known = this.#sums.get(held.id);
        // A record that others wrote says what was used before.
        const before = known !== undefined && quantityFrom(known) === used ? known : millionthsOf(used);
        const sum = before + millionthsOf(event.amount);
        this.#sums.set(held.id, sum);
        return { ...held, asOf, used: quantityFrom(sum) };
      }
      case 'max':
        return { ...held, asOf, used: Math.max(used, event.amount) };
      case 'unique':
        return { ...held, asOf, used: used + (event.value === null || this.events.hasValue(held, event.value) ? 0 : 1) };
      case 'last':
        return isBehind(held, event)
          ? { ...held, asOf, used: event.amount, lastAt: event.at, lastKey: usageKeyOf(event) }
          : { ...held, asOf };
    }
  }
}

function isBehind({ lastAt, lastKey }: MeterRecord, event: UsageEvent): boolean {
  if (lastAt === null || event.at !== lastAt) return lastAt === null || event.at > lastAt;
  return lastKey !== null && compareIds(usageKeyOf(event), lastKey) > 0;
}
