/**
 * Decides recorded decisions again under a candidate, page by page as they come, so that months of them need no room.
 *
 * Each is compared with the version that decided it, whichever that was then. Decisions by other policies are counted and
 * passed over.
 */
import {
  type Comparison,
  createComparison,
  createDifferenceTally,
  createReplayer,
  type DifferenceCounts,
  type DifferenceGroup,
  decodeObserved,
  type Instant,
  type ObservedChunkBody,
  type Policy,
} from '@glidepath/core';

export interface RecordedPage {
  readonly items: readonly {
    readonly firstAt: Instant;
    readonly lastAt: Instant;
    readonly decisions: number;
    readonly unrecorded: number;
    readonly body: ObservedChunkBody;
  }[];
  readonly next: string | null;
  readonly totals: { readonly recorded: number; readonly unrecorded: number; readonly forgotten: number };
}

export interface Replay {
  readonly counts: DifferenceCounts;
  readonly groups: readonly DifferenceGroup[];
  /** Of the policy's name, at or after `since`. */
  readonly licenses: number;
  readonly firstAt: Instant | null;
  readonly lastAt: Instant | null;
  /** Of policies with another name. */
  readonly others: number;
  /** Decided in the same time and never recorded, by whichever policy. */
  readonly unrecorded: number;
  /** Recorded, and gone by age or size before they could be asked for. */
  readonly forgotten: number;
  /** Written by another version of this program, or by a version of the policy that is gone. */
  readonly unreadable: number;
  /** Time that deciding took, without waiting for the control plane. */
  readonly decidingMs: number;
}

/** Examples name some licenses; how many there are is counted up to here. */
const LICENSES_COUNTED = 100_000;

export interface Replaying {
  readonly candidate: Policy;
  readonly since: Instant;
  pages(): AsyncIterable<RecordedPage>;
  /** Null: the control plane does not have it. */
  policyOf(digest: string): Promise<Policy | null>;
  /** For how long it took only. */
  monotonic(): number;
}

export async function replayRecords({ candidate, since, pages, policyOf, monotonic }: Replaying): Promise<Replay> {
  const after = createReplayer(candidate);
  const comparisons = new Map<string, Comparison | 'other' | 'gone'>();
  const tally = createDifferenceTally(LICENSES_COUNTED);
  const licenses = new Set<string>();
  const seen = { others: 0, unrecorded: 0, forgotten: 0, unreadable: 0, decidingMs: 0 };
  let firstAt: Instant | null = null;
  let lastAt: Instant | null = null;

  async function comparisonWith(digest: string): Promise<Comparison | 'other' | 'gone'> {
    const before = await policyOf(digest);
    if (before === null) return 'gone';
    return before.name === candidate.name ? createComparison(createReplayer(before), after) : 'other';
  }

  for await (const { items, totals } of pages()) {
    seen.forgotten = totals.forgotten;
    for (const { body, lastAt: until, unrecorded, decisions } of items) {
      if (until < since) continue;
      seen.unrecorded += unrecorded;
      let startedAt = monotonic();
      const records = decodeObserved(body);
      if (records === null) seen.unreadable += decisions;
      for (const record of records ?? []) {
        if (record.at < since) continue;
        let comparison = comparisons.get(record.policy);
        if (comparison === undefined) {
          const askedAt = monotonic();
          comparison = await comparisonWith(record.policy);
          startedAt += monotonic() - askedAt;
          comparisons.set(record.policy, comparison);
        }
        if (comparison === 'other') seen.others++;
        else if (comparison === 'gone') seen.unreadable++;
        else {
          tally.add(record, comparison.compare(record, 'before'));
          if (licenses.size < LICENSES_COUNTED) licenses.add(record.license);
          firstAt = firstAt === null || record.at < firstAt ? record.at : firstAt;
          lastAt = lastAt === null || record.at > lastAt ? record.at : lastAt;
        }
      }
      seen.decidingMs += monotonic() - startedAt;
    }
  }
  return { counts: { ...tally.counts }, groups: tally.groups(), licenses: licenses.size, firstAt, lastAt, ...seen };
}
