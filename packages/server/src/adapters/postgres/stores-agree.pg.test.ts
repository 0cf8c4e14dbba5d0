import { type ChangeSet, instant, type Store, type Write } from '@glidepath/core';
import { at, START, sample } from '@glidepath/testkit/store-contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryStore } from '../memory/memory-store.ts';
import { TABLE_NAMES } from '../records/tables.ts';
import { PostgresStore } from './postgres-store.ts';
import { useTestDatabase } from './test-database.ts';
import { type Asked, asked, BEGINNING } from './test-questions.ts';

async function changeFor(model: Store, { writes, told, isCareful }: Asked & { ask: 'commit' }): Promise<ChangeSet> {
  const chosen: Write[] = [];
  const ids = new Set<string>();
  for (const write of writes) {
    const id = write.op === 'insert' ? write.row.id : write.id;
    const record = (await model.get(write.table, id)) as { revision?: number } | null;
    if (isCareful && (ids.has(`${write.table}/${id}`) || (record === null) !== (write.op === 'insert'))) continue;
    ids.add(`${write.table}/${id}`);
    chosen.push((write.op !== 'update' || 'revision' in write ? write : { ...write, revision: record?.revision ?? 0 }) as Write);
  }
  if (told === null) return { writes: chosen, audit: [], events: [] };
  return { writes: chosen, audit: [sample.audit({ id: `aud_${told}` })], events: [sample.outbox({ id: `evt_${told}` })] };
}

async function changesFor(model: Store, question: Asked): Promise<readonly ChangeSet[]> {
  const wanted = question.ask === 'commit' ? [question] : question.ask === 'group' ? question.asked : [];
  return await Promise.all(wanted.map((one) => changeFor(model, one)));
}

async function groupOf(store: Store, changes: readonly ChangeSet[], isInTurn: boolean): Promise<unknown> {
  if (!isInTurn) {
    const results = await store.commitAll(changes);
    return results.map((result) => (!result.ok && result.reason === 'failed' ? { failed: result.error.name } : result));
  }
  return await store.inTurn('lic_1', async (turn) => {
    const results: unknown[] = [];
    for (const change of changes) results.push(await turn.commit(change));
    return results;
  });
}

async function answerOf(store: Store, question: Asked, changes: readonly ChangeSet[]): Promise<unknown> {
  try {
    switch (question.ask) {
      case 'commit':
        return await store.commit(changes[0] ?? BEGINNING);
      case 'group':
        return await groupOf(store, changes, question.inTurn);
      case 'usage':
        return await store.countUsage(question.events);
      case 'balances':
        return await store.balances(question.keys, instant(question.now));
      case 'events': {
        const { after, limit } = question;
        const span = { from: at(-2), to: at(3) };
        return await store.usageEvents('lic_1', question.meter, span, { limit, ...(after === null ? {} : { after }) });
      }
      case 'reservations':
        return await store.openReservations(question.license, instant(question.now));
      case 'forget': {
        const events = instant(question.events);
        const now = instant(question.now);
        return await store.forgetOld({ events, snapshots: events, leases: events, now }, question.limit);
      }
      case 'get':
        return await store.get(question.table, question.id);
      case 'find': {
        const { table, where, after, limit, newestFirst } = question;
        const found = await store.find(table, where, { limit, newestFirst, ...(after === null ? {} : { after }) });
        return { found, count: await store.count(table, where) };
      }
      case 'situations':
        return await store.leaseSituations(question.asks, { now: instant(question.now), reapBefore: instant(question.before) });
      case 'worst':
        return await store.worstRunways(question.environment, question.limit);
      case 'lapsed':
        return await store.licensesWithLapsedHolds(instant(question.before), question.limit);
    }
  } catch (error) {
    const { name: kind, message, code } = error as { name: string; message: string; code?: string };
    // A license that does not exist is found out by the database itself, in its own words.
    return { kind, message: question.ask === 'usage' ? '' : message, code };
  }
}

describe('the store in memory and the store on PostgreSQL', () => {
  const database = useTestDatabase();
  const clock = { now: () => instant(START), monotonic: () => 0 };
  let postgres: PostgresStore;
  beforeAll(() => {
    postgres = new PostgresStore({ connectionString: database.connectionString, connections: 2 });
  });
  afterAll(async () => await postgres.close());

  it('answer the same, whatever is asked of them in whatever order', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(asked, { minLength: 10, maxLength: 40, size: 'max' }), async (questions) => {
        await database.empty();
        const memory = new MemoryStore(clock);
        for (const store of [memory, postgres]) expect(await store.commit(BEGINNING)).toEqual({ ok: true });
        for (const question of questions) {
          const changes = await changesFor(memory, question);
          const expected = await answerOf(memory, question, changes);
          expect(await answerOf(postgres, question, changes)).toStrictEqual(expected);
          const kind = `${question.ask} ${kindOf(expected)}`;
          seen.set(kind, (seen.get(kind) ?? 0) + 1);
        }
        for (const table of TABLE_NAMES) {
          const all = await memory.find(table, {}, { limit: 1_000 });
          expect(JSON.stringify(await postgres.find(table, {}, { limit: 1_000 }))).toBe(JSON.stringify(all));
        }
      }),
      { numRuns: 60 },
    );
    // A run that meets no refusal proves little.
    for (const kind of [
      'commit ok',
      'commit stale',
      'commit duplicate',
      'commit missing',
      'commit Fault',
      'commit Bug',
      'situations found',
      'group found',
      'usage found',
      'usage Bug',
      'balances found',
      'events found',
      'worst found',
    ])
      expect(seen.get(kind), kind).toBeGreaterThan(0);
  });
});

function kindOf(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null) return 'nothing';
  if ('reason' in answer) return String(answer.reason);
  if ('kind' in answer) return String(answer.kind);
  return 'ok' in answer ? 'ok' : 'found';
}
