/**
 * The seats of one license while a batch of requests is judged on them, one after the other.
 *
 * Each request sees the license as the ones before it have left it; what all of them changed is written once, a row once,
 * however many of them moved it. A request whose judging fails has moved nothing: it is simply not accepted. Decides
 * nothing by itself.
 */
import type { Lease, SeatState } from '../ports/records.ts';
import type { LeaseSituation, LicenseSituation } from '../ports/store.ts';
import { invariant } from '../result.ts';
import type { Instant } from '../time.ts';
import type { SeatEffects } from './seat-decision.ts';

export interface SeatChanges {
  /** Null: the counts are as they were. */
  readonly seats: { readonly before: SeatState; readonly after: SeatState } | null;
  readonly inserted: readonly Lease[];
  readonly updated: readonly { readonly before: Lease; readonly after: Lease }[];
}

export interface SeatsTurn {
  situationOf(holder: string): LeaseSituation;
  /** Takes over what one decision did; `lease` is the requesting holder's row after it. */
  accept(effects: SeatEffects & { readonly lease: Lease | null }): void;
  changes(): SeatChanges;
}

/** `now` and `reapBefore` are those that the situation was gathered with. */
export function openTurn(gathered: LicenseSituation, at: { readonly now: Instant; readonly reapBefore: Instant }): SeatsTurn {
  invariant(at.reapBefore <= at.now, 'a hold that ended in silence has ended');
  throw new Error(`not built yet: ${gathered.license.id}`);
}
