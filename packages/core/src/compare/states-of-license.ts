/** Which of the states that two policies decide differently a license is in, as far as a control plane can see. */
import type { Instant } from '../time.ts';
import type { StateDifference, StateRange } from './policy-difference.ts';

/** How a license stands, as the control plane sees it at `now`. */
export interface LicenseProgress {
  readonly plan: string;
  readonly now: Instant;
  readonly expiresAt: Instant | null;
  readonly suspendedAt: Instant | null;
  readonly revokedAt: Instant | null;
  readonly usage: readonly { readonly meter: string; readonly used: number }[];
  readonly seatsUsed: number;
  readonly overageOpenedAt: Instant | null;
}

/** What an application alone can see: the control plane knows of nobody who is in such a state. */
const UNSEEN: readonly StateRange['cause'][] = ['unreachable', 'trust', 'identity', 'clock'];

/** Whether a control plane can tell who is in a state at all. */
export function isSeenByServer({ scope, range }: Pick<StateDifference, 'scope' | 'range'>): boolean {
  return scope === 'everywhere' || (range !== null && !UNSEEN.includes(range.cause));
}

/** Limits that were agreed beside the plan move where its shares lie: such a license is placed by the plan's own. */
export function isInState(progress: LicenseProgress, state: Pick<StateDifference, 'plan' | 'scope' | 'range'>): boolean {
  if (state.plan !== progress.plan || !isSeenByServer(state)) return false;
  if (state.range === null) return true;
  const place = placeIn(progress, state.range);
  if (place === null || !isWithin(place, state.range)) return false;
  const { overage } = state.range;
  return overage === null || isWithin(sinceOf(progress.overageOpenedAt, progress.now) ?? 0, overage);
}

function placeIn(progress: LicenseProgress, { cause, meter }: StateRange): number | null {
  switch (cause) {
    case 'expiry':
      return sinceOf(progress.expiresAt, progress.now);
    case 'suspended':
      return sinceOf(progress.suspendedAt, progress.now);
    case 'revoked':
      return sinceOf(progress.revokedAt, progress.now);
    case 'quota':
      return progress.usage.find((use) => use.meter === meter)?.used ?? 0;
    case 'seats':
      return progress.seatsUsed;
    default:
      return null;
  }
}

function sinceOf(at: Instant | null, now: Instant): number | null {
  return at === null ? null : now - at;
}

function isWithin(place: number, { from, until }: { readonly from: number | null; readonly until: number | null }): boolean {
  return (from === null || place >= from) && (until === null || place < until);
}
