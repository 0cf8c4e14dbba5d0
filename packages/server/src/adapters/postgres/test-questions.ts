/** Questions for any two stores, drawn so that they meet the same few records and get in each other's way. */
import type { BalanceKey, ChangeSet, SituationAsk, TableName, UsageEvent, Write } from '@glidepath/core';
import { at, changeOf, DIGEST, foundation, insert, OTHER_DIGEST, remove, sample, update } from '@glidepath/testkit/store-contract';
import fc from 'fast-check';
import { TABLE_NAMES } from '../records/tables.ts';

/** What is asked of both stores. A revision of null stands for the one that the record has by then. */
export type Asked =
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
export const BEGINNING: ChangeSet = changeOf(
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

export const asked: fc.Arbitrary<Asked> = fc.oneof(
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
