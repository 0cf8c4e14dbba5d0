/**
 * All that an audit of the log needs, part by part, for whoever checks it elsewhere: the leaves with their entries and heads,
 * the keys that signed them, and what the log speaks of: policies, what is in force, and the status of licenses.
 */
import type { AuditEntry, Environment, Instant, LogBatch, Store, TableName, Tables } from '@glidepath/core';
import { LogExport, LogExportQuery } from '@glidepath/protocol/http';
import { type Answer, answer, type Context, defineCommand } from '../../command.ts';
import { bundleOf, readKeyHouse } from '../keys/key-records.ts';
import { lastBatch } from './log-tree.ts';
import { headFor } from './seal-job.ts';

/** Entries of a page of batches: a batch is never divided, and has at most a thousand. */
const ENTRIES_PER_PAGE = 2_000;
/** A document can be a megabyte. */
const POLICIES_PER_PAGE = 20;
const ROWS_PER_PAGE = 500;

export const exportLog = defineCommand({
  name: 'log.export',
  method: 'GET',
  path: '/v1/log/export',
  summary: 'Gives all that an audit of the log needs, part by part and page by page',
  auth: 'viewer',
  scope: 'control-plane',
  query: LogExportQuery,
  answers: { 200: LogExport },
  async run(context) {
    const { part, after } = context.query;
    switch (part) {
      case 'environments':
        return environments(context);
      case 'batches':
        return batches(context, after);
      case 'key-sets':
        return rows(context, 'keySet', after, ROWS_PER_PAGE, ({ environment, version, document }) => ({ environment, version, document }));
      case 'policies':
        return rows(context, 'policyVersion', after, POLICIES_PER_PAGE, (version) => version);
      case 'pointers':
        return rows(context, 'policyPointer', after, ROWS_PER_PAGE, ({ id, name, digest, setAt }) => ({ id, name, digest, setAt }));
      case 'licenses':
        return rows(context, 'license', after, ROWS_PER_PAGE, ({ id, status, statusAt, statusReason, createdAt }) => {
          return { id, status, statusAt, statusReason, createdAt };
        });
    }
  },
});

async function rows<T extends TableName>(
  { store, now }: Context<unknown, unknown>,
  table: T,
  after: string | undefined,
  limit: number,
  view: (row: Tables[T]) => unknown,
): Promise<Answer> {
  const found = await store.find(table, {}, { limit, ...(after === undefined ? {} : { after }) });
  return answer(200, { asOf: now, unsealed: null, items: found.map(view), next: found.length < limit ? null : (found.at(-1)?.id ?? null) });
}

async function batches({ store, now }: Context<unknown, unknown>, after: string | undefined): Promise<Answer> {
  const items: unknown[] = [];
  let [last, count] = [after, 0];
  while (count < ENTRIES_PER_PAGE) {
    const [batch] = await store.find('logBatch', {}, { limit: 1, ...(last === undefined ? {} : { after: last }) });
    if (batch === undefined) return answer(200, { asOf: now, unsealed: await unsealedSince(store), items, next: null });
    items.push(await withEntries(store, batch));
    [last, count] = [batch.id, count + batch.entries.length];
  }
  return answer(200, { asOf: now, unsealed: null, items, next: last ?? null });
}

/** Null: all that was done is in the log. */
export async function unsealedSince(store: Store): Promise<Instant | null> {
  const last = await lastBatch(store);
  return (await store.unsealedAudit(last?.cursor ?? null, 1)).waitingSince;
}

/** Each entry as it is stored now; one that is gone is null. */
async function withEntries(store: Store, { first, size, root, leaves, sealedAt, incarnation, head, entries }: LogBatch) {
  const stored: readonly (AuditEntry | null)[] = await store.auditEntries(entries);
  return { first, size, root, leaves, sealedAt, incarnation, head, ids: entries, entries: stored };
}

async function environments(context: Context<unknown, unknown>): Promise<Answer> {
  const { store, now } = context;
  const all = await store.find('environment', {}, { limit: 200 });
  const last = await lastBatch(store);
  const items = await Promise.all(all.map((environment) => environmentItem(context, environment, last)));
  return answer(200, { asOf: now, unsealed: null, items, next: null });
}

async function environmentItem({ store, keyring, now }: Context<unknown, unknown>, environment: Environment, last: LogBatch | null) {
  const house = await readKeyHouse(store, environment);
  const head = last === null ? null : headFor(await keyring.signer(environment, now), last, now);
  const { id, name, issuer } = environment;
  return { id, name, issuer, roots: house.roots.map(({ x, number }) => ({ x, number })), keySet: bundleOf(house), head };
}
