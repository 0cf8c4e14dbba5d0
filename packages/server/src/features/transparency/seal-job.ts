/**
 * The sealer: takes what the audit log has gained into the transparency log, in batches, each with the signed head of the log
 * as it then is.
 *
 * Off the hot path: whoever changes something writes its audit entry and is done. Two nodes that seal at once both want the
 * same position, and one of them is refused. What keeps it from sealing for ten seconds is told (`AuditUnsealed`).
 */
import { type Environment, type Instant, type LogBatch, SECOND, type UnsealedAudit, type Write } from '@glidepath/core';
import { auditLeafHash, signLogHead } from '@glidepath/protocol';
import type { Job, JobContext } from '../../command.ts';
import { DEFAULT_ENVIRONMENT } from '../../identity.ts';
import { environmentsOf } from '../keys/key-commands.ts';
import type { Signer } from '../keys/keyring.ts';
import { batchId, forgetLogTree, lastBatch, logTreeOf, textOf } from './log-tree.ts';

const BATCH_MAX = 1_000;
/** What is left waits for the next second; others have jobs too. */
const BATCHES_PER_RUN = 20;

export const sealAudit: Job = {
  name: 'audit.seal',
  everyMs: SECOND,
  async run(context) {
    const home = homeOf(await environmentsOf(context.store));
    if (home === null) return;
    for (let batch = 0; batch < BATCHES_PER_RUN; batch++) if ((await sealBatch(context, home)) < BATCH_MAX) return;
  },
};

/** Whose key signs the heads that are kept with batches. */
export function homeOf(environments: readonly Environment[]): Environment | null {
  return environments.find(({ name }) => name === DEFAULT_ENVIRONMENT) ?? environments[0] ?? null;
}

/** How many entries were sealed. */
async function sealBatch(context: JobContext, home: Environment): Promise<number> {
  const { store } = context;
  const last = await lastBatch(store);
  const found = await store.unsealedAudit(last?.cursor ?? null, BATCH_MAX);
  if (found.entries.length === 0) return 0;
  const signer = await context.signerOf(home);
  const incarnation = (await store.get('storeIdentity', 'store'))?.incarnation ?? 0;
  let isStored = false;
  try {
    const writes = await batchWrites(context, last, found, { signer, incarnation });
    const result = await context.commit(null, { writes, happened: [] });
    isStored = result.ok;
    if (!result.ok) context.world.log.debug('audit-sealed-elsewhere', { ...result });
  } finally {
    // Another node's leaves stand there, or nobody knows whose.
    if (!isStored) forgetLogTree(store);
  }
  return isStored ? found.entries.length : 0;
}

async function batchWrites(
  { store, world, now }: JobContext,
  last: LogBatch | null,
  { entries, cursor }: UnsealedAudit,
  { signer, incarnation }: { readonly signer: Signer; readonly incarnation: number },
): Promise<readonly Write[]> {
  const first = last?.size ?? 0;
  const size = first + entries.length;
  const leaves = entries.map((entry) => auditLeafHash(entry, world.crypto));
  const tree = logTreeOf(store, world.crypto, last);
  tree.add(first, leaves);
  const root = textOf(await tree.hashOf({ start: 0, end: size }));
  const tiles = await tree.newTiles(first, size);
  const head = headFor(signer, { size, root, sealedAt: now, incarnation }, now);
  const ids = entries.map(({ id }) => id);
  const row: LogBatch = {
    id: batchId(first),
    first,
    size,
    root,
    entries: ids,
    leaves: leaves.join(''),
    cursor,
    sealedAt: now,
    incarnation,
    head,
  };
  return [{ op: 'insert', table: 'logBatch', row }, ...tiles.map((tile): Write => ({ op: 'insert', table: 'logTile', row: tile }))];
}

/** The head of the log as of a batch, signed for whoever knows the signer's environment. */
export function headFor(
  { environment, key }: Signer,
  batch: Pick<LogBatch, 'size' | 'root' | 'sealedAt' | 'incarnation'>,
  now: Instant,
): string {
  const { size, root, sealedAt, incarnation } = batch;
  return signLogHead({ iss: environment.issuer, env: environment.name, iatMs: now, size, root, at: sealedAt, incarnation }, key);
}
