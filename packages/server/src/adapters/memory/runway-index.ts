/** Runways of each environment (null: Glidepath itself) in the order in which things end, as lists ask for them. */
import { type Instant, instant, type RunwayRecord } from '@glidepath/core';
import { compareIds } from '../records/order.ts';
import { SortedList } from './sorted-list.ts';

export class RunwayIndex {
  readonly #byEnvironment = new Map<string | null, SortedList<RunwayRecord>>();

  swap(before: RunwayRecord | null, after: RunwayRecord | null): void {
    if (before !== null) this.#listOf(before.environment).remove(before);
    if (after !== null) this.#listOf(after.environment).add(after);
  }

  worst(environment: string, limit: number): readonly RunwayRecord[] {
    const found = [environment, null].flatMap((of) => this.#byEnvironment.get(of)?.head(limit) ?? []);
    return found.sort(byEnd).slice(0, limit);
  }

  #listOf(environment: string | null): SortedList<RunwayRecord> {
    const known = this.#byEnvironment.get(environment);
    if (known !== undefined) return known;
    const list = new SortedList(byEnd);
    this.#byEnvironment.set(environment, list);
    return list;
  }
}

const RANKS = { latent: 0, dated: 1, unknown: 2, open: 3 };
const LAST = instant(Number.MAX_SAFE_INTEGER);

function byEnd(a: RunwayRecord, b: RunwayRecord): number {
  return (
    RANKS[a.state] - RANKS[b.state] ||
    Number(a.endsAt === null) - Number(b.endsAt === null) ||
    endOf(a) - endOf(b) ||
    compareIds(a.id, b.id)
  );
}

function endOf({ endsAt }: RunwayRecord): Instant {
  return endsAt ?? LAST;
}
