/** The transparency log over the API: its head, its proofs, its entries, and all that an audit of it needs. */
import type { LogBatch, Store } from '@glidepath/core';
import { consistencyRanges, inclusionRanges, type LeafRange } from '@glidepath/protocol';
import {
  body,
  EnvironmentQuery,
  LogConsistency,
  LogConsistencyQuery,
  LogEntries,
  LogHead,
  LogInclusion,
  LogInclusionQuery,
  PageQuery,
} from '@glidepath/protocol/http';
import { answer, type Command, type Context, defineCommand, type Outcome, refuse } from '../../command.ts';
import { nothingCalled } from '../references.ts';
import { exportLog } from './log-export.ts';
import { batchAt, lastBatch, leavesOf, logTreeOf, textOf } from './log-tree.ts';
import { headFor } from './seal-job.ts';

/** Nothing is in the log before the first second of a control plane's life is over. */
const NOTHING_SEALED = 'Nothing is sealed yet: the log begins within a second of the first change.';
/** Batches that are looked through for an entry, from the time when it happened on. */
const LOOK_THROUGH_MAX = 1_000;

const head = defineCommand({
  name: 'log.head',
  method: 'GET',
  path: '/v1/log/head',
  summary: 'The signed head of the log: how many leaves it has, and their root',
  auth: 'viewer',
  admitsLicenseKey: true,
  query: body({ ...EnvironmentQuery }),
  answers: { 200: LogHead },
  async run(context) {
    const last = await lastBatch(context.store);
    if (last === null) return refuse('not-found', NOTHING_SEALED);
    const { size, root, sealedAt, incarnation } = last;
    return answer(200, { head: headFor(await context.signer(), last, context.now), size, root, at: sealedAt, incarnation });
  },
});

const consistency = defineCommand({
  name: 'log.consistency',
  method: 'GET',
  path: '/v1/log/consistency',
  summary: 'Proves that the log of a later size begins with all of an earlier one',
  auth: 'viewer',
  admitsLicenseKey: true,
  query: LogConsistencyQuery,
  answers: { 200: LogConsistency },
  async run(context) {
    const last = await lastBatch(context.store);
    const { from, to = last?.size ?? 0 } = context.query;
    if (last === null || to > last.size) return tooLong(to, last);
    if (from > to) return refuse('bad-input', 'A log is consistent with a longer one: from is more than to.', wrongSize('from', from, to));
    return answer(200, { from, to, hashes: await hashes(context, last, consistencyRanges(from, to)) });
  },
});

const inclusion = defineCommand({
  name: 'log.inclusion',
  method: 'GET',
  path: '/v1/log/inclusion',
  summary: 'Proves that an audit entry is in the log',
  auth: 'viewer',
  scope: 'control-plane',
  query: LogInclusionQuery,
  answers: { 200: LogInclusion },
  async run(context) {
    const { entry, position: asked, size: of } = context.query;
    const last = await lastBatch(context.store);
    const size = of ?? last?.size ?? 0;
    if (last === null || size > last.size) return tooLong(size, last);
    const position = entry === undefined ? asked : await positionOf(context.store, entry, last);
    if (position === undefined) return refuse('bad-input', 'Which leaf? Name an entry or a position.');
    if (position === null) return nothingCalled('sealed audit entry', String(entry));
    if (position >= size) return refuse('not-found', `A log of ${size} leaves has none at ${position}.`);
    const [found] = await entriesAt(context.store, position, 1);
    const proof = await hashes(context, last, inclusionRanges(position, size));
    return found === undefined ? nothingCalled('leaf', String(position)) : answer(200, { ...found, size, hashes: proof });
  },
});

const entries = defineCommand({
  name: 'log.entries',
  method: 'GET',
  path: '/v1/log/entries',
  summary: 'Lists the leaves of the log in their order, each with its audit entry',
  auth: 'viewer',
  scope: 'control-plane',
  query: body(PageQuery),
  answers: { 200: LogEntries },
  async run({ store, query: { after, limit = 50 } }) {
    const first = after === undefined ? 0 : Number(after) + 1;
    if (!Number.isSafeInteger(first) || first < 0) return refuse('bad-input', 'This is no `next` of a page before.');
    const last = await lastBatch(store);
    const items = last === null || first >= last.size ? [] : await entriesAt(store, first, limit);
    const end = items.at(-1)?.position ?? null;
    return answer(200, { items, next: end === null || last === null || end + 1 >= last.size ? null : String(end) });
  },
});

export const LOG_COMMANDS: readonly Command[] = [head, consistency, inclusion, entries, exportLog];

async function hashes(
  { store, world }: Context<unknown, unknown>,
  last: LogBatch,
  ranges: readonly LeafRange[],
): Promise<readonly string[]> {
  const tree = logTreeOf(store, world.crypto, last);
  const found: string[] = [];
  for (const range of ranges) found.push(textOf(await tree.hashOf(range)));
  return found;
}

/** Leaves from a position on, at most `limit`, with what they are of; an entry that is gone is null. */
async function entriesAt(store: Store, first: number, limit: number) {
  const found: { position: number; leaf: string; entry: Awaited<ReturnType<Store['auditEntries']>>[number] }[] = [];
  for (let batch = await batchAt(store, first); batch !== null && found.length < limit; ) {
    const from = Math.max(0, first + found.length - batch.first);
    const ids = batch.entries.slice(from, from + limit - found.length);
    const leaves = leavesOf(batch).slice(from);
    const rows = await store.auditEntries(ids);
    for (const [at, entry] of rows.entries()) found.push({ position: batch.first + from + at, leaf: leaves[at] ?? '', entry });
    [batch = null] = await store.find('logBatch', {}, { after: batch.id, limit: 1 });
  }
  return found;
}

/**
 * Where an entry is in the log. Batches are in the order of their time, so that the first that may hold it is found by
 * halves; an entry that took long to be committed lies in one of the next.
 */
async function positionOf(store: Store, id: string, last: LogBatch): Promise<number | null> {
  const [entry] = await store.auditEntries([id]);
  if (entry === null || entry === undefined) return null;
  let [low, high] = [0, last.size - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const batch = await batchAt(store, middle);
    if (batch === null) return null;
    if (batch.sealedAt < entry.at - SEALED_EARLY_MS) low = Math.min(batch.size, high);
    else high = Math.min(batch.first, middle);
  }
  for (let [batch, looked] = [await batchAt(store, low), 0]; batch !== null && looked < LOOK_THROUGH_MAX; looked++) {
    const at = batch.entries.indexOf(id);
    if (at >= 0) return batch.first + at;
    [batch = null] = await store.find('logBatch', {}, { after: batch.id, limit: 1 });
  }
  return null;
}

/** Clocks of nodes differ by less, or they are not ready. */
const SEALED_EARLY_MS = 2_000;

function tooLong(size: number, last: LogBatch | null): Outcome {
  if (last === null) return refuse('not-found', NOTHING_SEALED);
  return refuse('not-found', `The log has ${last.size} leaves, not ${size}.`, { facts: { size: last.size } });
}

function wrongSize(name: string, found: number, most: number) {
  return { errors: [{ path: `query/${name}`, found: String(found), expected: `at most ${most}` }] };
}
