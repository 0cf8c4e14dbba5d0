/** Rungs that are reached by use, as a share of a limit. */
import type { Notify, ShareRung } from '../policy/policy.ts';
import { higherNotify } from './course.ts';

/**
 * Compares use with a share of the limit in integers: `used × 100 ≥ percent × limit`.
 *
 * A division would make 80 % of 50,000,000,000,000 a matter of rounding. Products past 2^53 are compared as big integers.
 */
export function isShareReached(used: number, percent: number, limit: number): boolean {
  const have = used * 100;
  const need = percent * limit;
  if (Number.isSafeInteger(have) && Number.isSafeInteger(need)) return have >= need;
  if ([used, percent, limit].every(Number.isInteger)) return BigInt(used) * 100n >= BigInt(percent) * BigInt(limit);
  return have >= need;
}

/** The highest notify over all rungs that this use has reached. */
export function shareNotify(rungs: readonly ShareRung[], used: number, limit: number): Notify {
  return rungs.reduce<Notify>(
    (highest, rung) => (isShareReached(used, rung.percent, limit) ? higherNotify(highest, rung.notify ?? 'none') : highest),
    'none',
  );
}
