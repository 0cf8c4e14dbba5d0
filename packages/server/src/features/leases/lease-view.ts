/** A lease as it is listed: without what only its holder and the store need. */
import type { Lease } from '@glidepath/core';

export function leaseView(lease: Lease): Record<string, unknown> {
  const { id, license, holder, kind, state, epoch, tier, acquiredAt, renewedAt, holdUntil, renewals, client } = lease;
  return { id, license, holder, kind, state, epoch, tier, acquiredAt, renewedAt, holdUntil, renewals, client };
}
