/**
 * Records the grants that an installation says it worked under while the control plane was away.
 *
 * The first contact afterwards is when the control plane learns of it: the event is for whoever has to be told. Grants
 * that are not this license's, or that are recorded already, are passed over.
 */
import type { Write } from '@glidepath/core';
import type { Context, Happening } from '../../command.ts';
import type { Asked } from './lease-request.ts';

export async function reconcileGrants(
  { store }: Pick<Context, 'store'>,
  { body, license, jkt }: Asked,
): Promise<{ readonly writes: readonly Write[]; readonly happened: readonly Happening[] }> {
  const ids = [...new Set(body.grantsUsed ?? [])];
  if (ids.length === 0) return { writes: [], happened: [] };
  const grants = await Promise.all(ids.map((id) => store.get('grant', id)));
  const used = grants
    .filter((grant) => grant !== null && grant.license === license && !grant.usedBy.includes(jkt))
    .filter((grant) => grant !== null);
  return {
    writes: used.map(({ id, revision, usedBy }) => ({ op: 'update', table: 'grant', id, revision, set: { usedBy: [...usedBy, jkt] } })),
    happened: used.map(({ id, purpose, tier }) => ({
      action: 'grant.used',
      subject: id,
      facts: { license, installation: jkt, purpose, tier },
    })),
  };
}
