/**
 * Records the grants that an installation says it worked under while the control plane was away.
 *
 * The first contact afterwards is when the control plane learns of it: the event is for whoever has to be told. Grants
 * that are not this license's, or that are recorded already, are passed over.
 */
import type { GrantRecord } from '@glidepath/core';
import type { Happening } from '../../command.ts';
import type { Asked } from './lease-request.ts';

export function reconcileGrants(
  known: readonly GrantRecord[],
  { license, jkt }: Pick<Asked, 'license' | 'jkt'>,
): { readonly grants: readonly GrantRecord[]; readonly happened: readonly Happening[] } {
  const used = known.filter((grant) => grant.license === license && !grant.usedBy.includes(jkt));
  return {
    grants: used.map((grant) => ({ ...grant, usedBy: [...grant.usedBy, jkt] })),
    happened: used.map(({ id, purpose, tier }) => ({
      action: 'grant.used',
      subject: id,
      facts: { license, installation: jkt, purpose, tier },
    })),
  };
}
