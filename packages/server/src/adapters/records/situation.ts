/** One holder's situation out of a license's. */
import type { LeaseSituation, LicenseSituation } from '@glidepath/core';

/** The answer to one ask for one license and one holder. */
export function onlySituation([found]: readonly (LicenseSituation | null)[]): LeaseSituation | null {
  if (found === null || found === undefined) return null;
  const { leases, ...situation } = found;
  return { ...situation, lease: leases[0] ?? null };
}
