/** How much of a quota an installation may use without asking. Pure. */
import type { QuotaClaim } from '@glidepath/core';
import type { KeptEvent } from './event.ts';

/**
 * The slice that the lease was signed with, or all that was left where it has none, less what this installation has used
 * and the lease does not know of. `own`: what waits, and what was counted after the lease was signed. Past the end of the
 * window nothing is used of the next one, and only what was used in it counts.
 */
export function remainingOffline(
  quota: Pick<QuotaClaim, 'meter' | 'used' | 'limit' | 'slice' | 'resetsAt'>,
  own: readonly Pick<KeptEvent, 'meter' | 'amount' | 'at'>[],
  now: number,
): number {
  const isNext = now >= quota.resetsAt;
  const left = Math.max(0, quota.limit - (isNext ? 0 : quota.used));
  const unknown = own
    .filter(({ meter, at }) => meter === quota.meter && at >= quota.resetsAt === isNext)
    .reduce((sum, { amount }) => sum + amount, 0);
  return Math.max(0, Math.min(left, quota.slice ?? left) - unknown);
}
