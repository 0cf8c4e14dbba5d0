/**
 * Whether one more suspension or revocation is a mass change, which a second person has to want.
 *
 * A wrong "no" to many at once is the outage that a licence server can cause: a script in a loop, a filter that matched
 * everything. A few licenses are never one, whatever their share: a control plane may have three.
 */
import type { StatusWindow } from '../ports/policy-records.ts';
import { BASIS_POINTS } from '../rollout/rollout.ts';
import type { Settings } from '../rollout/settings.ts';
import type { Instant } from '../time.ts';

type Bounds = Pick<Settings, 'massChangeBasisPoints' | 'massChangeLicensesMin' | 'massChangeWindowMs'>;

/** Of the window that is over nothing is left. */
export function recentChanges({ changes }: Pick<StatusWindow, 'changes'>, now: Instant, { massChangeWindowMs }: Bounds) {
  return changes.filter(({ at }) => at > now - massChangeWindowMs);
}

/** `changed`: licenses of the window, this one among them. `live`: those that have neither been suspended nor revoked before it. */
export function isMassChange(changed: number, live: number, { massChangeBasisPoints, massChangeLicensesMin }: Bounds): boolean {
  return changed >= massChangeLicensesMin && changed * BASIS_POINTS > massChangeBasisPoints * live;
}
