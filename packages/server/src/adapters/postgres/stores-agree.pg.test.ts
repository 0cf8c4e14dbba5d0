import {
  type BalanceKey,
  type ChangeSet,
  instant,
  type SituationAsk,
  type Store,
  type TableName,
  type UsageEvent,
  type Write,
} from '@glidepath/core';
import { at, changeOf, DIGEST, foundation, insert, OTHER_DIGEST, remove, START, sample, update } from '@glidepath/testkit/store-contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryStore } from '../memory/memory-store.ts';
import { TABLE_NAMES } from '../records/tables.ts';
import { PostgresStore } from './postgres-store.ts';
import { useTestDatabase } from './test-database.ts';

/** What is asked of both stores. A revision of null stands for the one that the record has by then. */
type Asked =
  | {
      readonly ask: 'commit';
      readonly writes: readonly (Write | Omit<Write & { op: 'update' }, 'revision'>)[];
      readonly told: number | null;
      readonly isCareful: boolean;
    }
  | { readonly ask: 'get'; readonly table: TableName; readonly id: string }
  | {
      readonly ask: 'find';
      readonly table: TableName;
      readonly where: object;
      readonly after: string | null;
      readonly limit: number;
      readonly newestFirst: boolean;
    }
  | { readonly ask: 'group'; readonly asked: readonly (Asked & { ask: 'commit' })[]; readonly inTurn: boolean }
  | { readonly ask: 'situations'; readonly asks: readonly SituationAsk[]; readonly before: number; readonly now: number }
  | { readonly ask: 'usage'; readonly events: readonly UsageEvent[] }
  | { readonly ask: 'balances'; readonly keys: readonly BalanceKey[]; readonly now: number }
  | { readonly ask: 'events'; readonly meter: string; readonly after: UsageEvent | null; readonly limit: number }
  | { readonly ask: 'reservations'; readonly license: string; readonly now: number }
  | { readonly ask: 'forget'; readonly events: number; readonly now: number; readonly limit: number }
  | { readonly ask: 'lapsed'; readonly before: number; readonly limit: number }
  | { readonly ask: 'worst'; readonly environment: string; readonly limit: number };

/** More than one of what matters, so that things can be mixed up. */
const BEGINNING: ChangeSet = changeOf(
  ...foundation().writes,
  insert('environment', { id: 'env_2', name: 'staging', issuer: 'staging' }),
  insert('product', { id: 'prd_2', environment: 'env_2' }),
  insert('license', { id: 'lic_2' }),
  insert('seatState', { id: 'lic_2' }),
  insert('lease'),
  insert('lease', { id: 'lea_2', license: 'lic_2', state: 'overage' }),
);

const number = (prefix: string, max = 3) => fc.integer({ min: 1, max }).map((n) => `${prefix}_${n}`);
const minute = fc.integer({ min: -3, max: 3 }).map((minutes) => at(minutes));
const word = <const W extends string>(...words: readonly W[]) => fc.constantFrom(...words);
const license = number('lic');
const environment = number('env', 2);
const name = fc.oneof(
  { weight: 16, arbitrary: word('a', 'b', 'A', '～', '🛬') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  { weight: 1, arbitrary: word('\0', 'a\ud800') },
);
const json = fc
  .oneof(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' }))
  .map((tree) => ({ b: 1, tree, a: 2 }));

const lease = fc.record({
  holder: number('holder'),
  state: word('granted', 'overage', 'queued', 'when-full', 'reaped', 'released', 'removed'),
  promisedUntil: minute,
  holdUntil: minute,
  acquiredAt: minute,
  waitingSince: fc.option(minute),
  installations: fc.array(name, { maxLength: 2 }),
  epoch: fc.record({ incarnation: fc.nat(2), count: fc.nat(2) }),
});

const runway = fc.record({ state: word('latent', 'dated', 'open', 'unknown'), endsAt: fc.option(minute) });

/** Mostly good writes on a small set of ids, so that they meet each other. */
const write: fc.Arbitrary<Write | Omit<Write & { op: 'update' }, 'revision'>> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(number('lea', 5), license, environment, lease)
      .map(([id, of, env, more]) => insert('lease', { ...more, id, license: of, environment: env })),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(number('lea', 5), fc.record({ ...leaseSet() }, { requiredKeys: [] }))
      .map(([id, set]) => unguarded('lease', id, set)),
  },
  { weight: 4, arbitrary: fc.tuple(license, fc.nat(3)).map(([id, granted]) => unguarded('seatState', id, { granted })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(number('rsv'), license, minute)
      .map(([id, of, expiresAt]) => insert('usageReservation', { id, license: of, requestId: id, expiresAt })),
  },
  { weight: 2, arbitrary: fc.tuple(license, fc.nat(3)).map(([id, revision]) => update('seatState', id, revision, {})) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(license, environment, number('prd', 2))
      .map(([id, env, product]) => insert('license', { id, environment: env, product })),
  },
  { weight: 2, arbitrary: license.map((id) => insert('seatState', { id })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(license, word('follow', 'pin'), fc.option(word(DIGEST, OTHER_DIGEST)), fc.option(number('tea', 2)))
      .map(([id, policyMode, pinnedDigest, ownerTeam]) => unguarded('license', id, { policyMode, pinnedDigest, ownerTeam })),
  },
  { weight: 1, arbitrary: fc.constant(insert('policyVersion', { id: 'pol_2', digest: OTHER_DIGEST })) },
  { weight: 1, arbitrary: word(DIGEST, OTHER_DIGEST).map((digest) => unguarded('policyPointer', 'env_1/acme-build', { digest })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(number('prd'), environment, name)
      .map(([id, env, called]) => insert('product', { id, environment: env, name: called })),
  },
  { weight: 2, arbitrary: fc.tuple(number('cus'), name).map(([id, called]) => unguarded('customer', id, { name: called })) },
  { weight: 2, arbitrary: fc.tuple(number('cus'), name).map(([id, called]) => insert('customer', { id, name: called })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(number('trm'), license, minute, json)
      .map(([id, of, effectiveFrom, overrides]) =>
        insert('licenseTerms', { id, license: of, effectiveFrom, overrides: overrides as object }),
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(number('met'), license, minute, fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }))
      .map(([id, of, windowStart, used]) => insert('meterRecord', { id, license: of, windowStart, used })),
  },
  { weight: 1, arbitrary: fc.tuple(number('tea', 2), name).map(([id, called]) => insert('team', { id, name: called })) },
  {
    weight: 1,
    arbitrary: fc.tuple(number('rol'), fc.option(environment)).map(([id, env]) => insert('roleGrant', { id, environment: env })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.oneof(license, name), fc.option(environment), runway)
      .map(([id, env, more]) => insert('runway', { ...more, id, environment: env })),
  },
  { weight: 3, arbitrary: fc.tuple(license, runway).map(([id, set]) => unguarded('runway', id, set)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(license, environment, name, json)
      .map(([id, env, called, document]) => insert('heldLicense', { id, environment: env, name: called, document })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        word('team', 'lease', 'customer', 'product', 'license', 'environment', 'roleGrant', 'seatState', 'runway', 'heldLicense'),
        fc.nat(4),
      )
      .map(([table, n]) => remove(table, `${sample[table]().id.slice(0, 4)}${n}`)),
  },
);

function leaseSet() {
  return {
    state: word('granted', 'overage', 'queued', 'when-full', 'reaped'),
    promisedUntil: minute,
    holdUntil: minute,
    waitingSince: fc.option(minute),
    holder: number('holder'),
    fingerprint: json as fc.Arbitrary<never>,
  };
}

function unguarded<T extends TableName>(table: T, id: string, set: object): Omit<Write & { op: 'update' }, 'revision'> {
  return { op: 'update', table, id, set } as Omit<Write & { op: 'update' }, 'revision'>;
}

const FOUND_BY: readonly (readonly [TableName, fc.Arbitrary<object>])[] = [
  [
    'lease',
    fc.record({ license, state: word('granted', 'overage'), waitingSince: fc.constant(null), renewals: fc.nat(1) }, { requiredKeys: [] }),
  ],
  ['customer', fc.record({ name, environment }, { requiredKeys: [] })],
  ['runway', fc.record({ environment: fc.option(environment), state: word('open', 'dated') }, { requiredKeys: [] })],
  ['audit', fc.record({ subject: license, environment }, { requiredKeys: [] })],
  ['roleGrant', fc.record({ environment: fc.option(environment), principal: fc.constant('pri_1') }, { requiredKeys: [] })],
];

const committed = fc.record({
  ask: fc.constant('commit' as const),
  writes: fc.array(write, { minLength: 1, maxLength: 4 }),
  told: fc.option(fc.nat(300)),
  isCareful: fc.nat(9).map((n) => n > 1),
});

const meter = word('a', 'b');
const event: fc.Arbitrary<UsageEvent> = fc.record({
  license: fc.oneof({ weight: 9, arbitrary: number('lic', 2) }, { weight: 1, arbitrary: fc.constant('lic_9') }),
  source: word('s', 's\u0001', '\u0001', 'glidepath/reservation'),
  eventId: word('1', '2', '3', '\u0001', 'rsv_1', 'rsv_2', '～', '🛬'),
  meter,
  at: minute,
  receivedAt: minute,
  amount: fc.constantFrom(0, 0.1, 0.2, 0.000_001, 1e15, 123_456.789),
  value: fc.option(word('x', 'y', 'z')),
});
const balanceKey: fc.Arbitrary<BalanceKey> = fc
  .tuple(license, meter, word('sum', 'max', 'last', 'unique'), fc.integer({ min: -3, max: 3 }), fc.integer({ min: 1, max: 3 }))
  .map(([of, metered, aggregate, from, minutes]) => ({
    license: of,
    meter: metered,
    aggregate,
    windowStart: at(from),
    windowEnd: at(from + minutes),
  }));

const asked: fc.Arbitrary<Asked> = fc.oneof(
  { weight: 12, arbitrary: committed },
  {
    weight: 4,
    arbitrary: fc.record({
      ask: fc.constant('group' as const),
      asked: fc.array(committed, { minLength: 1, maxLength: 5 }),
      inTurn: fc.nat(3).map((n) => n === 0),
    }),
  },
  { weight: 6, arbitrary: fc.record({ ask: fc.constant('usage' as const), events: fc.array(event, { maxLength: 5 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({ ask: fc.constant('balances' as const), keys: fc.array(balanceKey, { maxLength: 3 }), now: minute }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ ask: fc.constant('events' as const), meter, after: fc.option(event), limit: fc.nat(4) }),
  },
  { weight: 1, arbitrary: fc.record({ ask: fc.constant('reservations' as const), license, now: minute }) },
  {
    weight: 1,
    arbitrary: fc.record({ ask: fc.constant('forget' as const), events: minute, now: minute, limit: fc.constantFrom(0, 1_000) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ask: fc.constant('get' as const),
      table: fc.constantFrom(...TABLE_NAMES),
      id: fc.oneof(number('lic'), number('lea'), name),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.oneof(
      ...FOUND_BY.map(([table, where]) =>
        fc.record({
          ask: fc.constant('find' as const),
          table: fc.constant(table),
          where,
          after: fc.option(fc.oneof(number('lea'), name)),
          limit: fc.nat(4),
          newestFirst: fc.boolean(),
        }),
      ),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      ask: fc.constant('situations' as const),
      asks: fc.array(fc.record({ license, holders: fc.array(number('holder'), { maxLength: 3 }) }), { maxLength: 3 }),
      before: minute,
      now: minute,
    }),
  },
  { weight: 1, arbitrary: fc.record({ ask: fc.constant('lapsed' as const), before: minute, limit: fc.nat(4) }) },
  {
    weight: 3,
    arbitrary: fc.record({ ask: fc.constant('worst' as const), environment: fc.oneof(environment, name), limit: fc.nat(6) }),
  },
);

/** The change with its revisions filled in. A careful one leaves out what must be refused: most random writes would be. */
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
