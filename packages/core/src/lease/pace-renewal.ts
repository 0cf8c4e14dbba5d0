/** Decides when a holder is asked to renew, so that a fleet that comes back at once does not come again at once. */
import type { Plan } from '../policy/policy.ts';
import type { Milliseconds } from '../time.ts';

/** `pressed`: more wait than one batch takes, or holders are just coming back after a time in which no node served. */
export type RenewalPace = 'quiet' | 'pressed';

/** No renewal is asked for later than this share of the hold: what is left is for those that fail. */
const LATEST_PERCENT = 80;

/**
 * When to renew a lease, from its signing, before jitter: at the plan's `renewAt` when quiet; when pressed at an even place
 * between that and 80 % of the hold, always the same one for a lease, so that a fleet spreads and stays spread.
 */
export function paceRenewal({ lease }: Pick<Plan, 'lease'>, leaseId: string, pace: RenewalPace): Milliseconds {
  const at = (percent: number) => Math.floor((lease.ttlMs * percent) / 100);
  const earliest = at(lease.renewAtPercent);
  if (pace === 'quiet') return earliest;
  return earliest + Math.floor(Math.max(0, at(LATEST_PERCENT) - earliest) * shareOf(leaseId));
}

/** A number in [0, 1) that is the lease's own: FNV-1a with a last mix, since ids of one moment differ in few characters. */
function shareOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
