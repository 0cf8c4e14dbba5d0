import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatInstant } from '../format-instant.ts';
import { DAY } from '../time.ts';
import { checkInventory } from './check-inventory.ts';
import type { InventoryDocument } from './document.ts';

const held = (spec: object = {}, metadata: object = { name: 'matlab-campus' }) => ({
  apiVersion: 'glidepath.dev/v1',
  kind: 'HeldLicense',
  metadata,
  spec: { product: 'MATLAB', vendor: 'MathWorks', ...spec },
});
const probe = (spec: object = {}) => ({
  apiVersion: 'glidepath.dev/v1',
  kind: 'Probe',
  metadata: { name: 'flexlm-lab' },
  spec: { kind: 'flexlm', ...spec },
});
const channel = (spec: object = {}) => ({
  apiVersion: 'glidepath.dev/v1',
  kind: 'Channel',
  metadata: { name: 'oncall' },
  spec: { kind: 'slack', url: 'env:SLACK_URL', ...spec },
});

const codesOf = (tree: unknown) => checkInventory(tree).violations.map(({ code, path }) => `${code} ${path.join('.')}`);

function read<K extends InventoryDocument['kind']>(tree: unknown, kind: K): Extract<InventoryDocument, { kind: K }> {
  const { document, violations } = checkInventory(tree);
  expect(violations).toEqual([]);
  if (document?.kind !== kind) throw new Error(`no ${kind}`);
  return document as Extract<InventoryDocument, { kind: K }>;
}

const everything = {
  contract: {
    id: '4711',
    expires: '2027-03-31',
    noticeBy: '2026-12-31',
    terminates: '2027-06-30',
    autoRenew: false,
    cost: { amount: 12000.5, currency: 'EUR', per: 'year' },
    graceAllowed: '30d',
  },
  zone: 'Europe/Berlin',
  leadTime: { vendor: '14d', approval: '5d' },
  plan: 'held',
  policy: 'held',
  owners: { team: 'eda', people: ['ana@example.com', 'bo@example.com'] },
  key: 'file:/etc/flexlm/matlab.lic',
  runsOn: ['lic-1.example.com'],
  dependents: ['build-farm'],
  foundIn: '/etc/flexlm/matlab.lic',
  watch: [{ probe: 'flexlm-lab', feature: 'MATLAB' }],
};

describe('a held license', () => {
  it('is read whole', () => {
    const { contract, ...document } = read(held(everything), 'HeldLicense');
    expect(document).toEqual({
      ...{ kind: 'HeldLicense', name: 'matlab-campus', product: 'MATLAB', vendor: 'MathWorks', zone: 'Europe/Berlin' },
      leadTime: [
        { name: 'vendor', ms: 14 * DAY },
        { name: 'approval', ms: 5 * DAY },
      ],
      ...{ plan: 'held', policy: 'held', owners: { team: 'eda', people: ['ana@example.com', 'bo@example.com'] } },
      ...{ custody: 'file:/etc/flexlm/matlab.lic', runsOn: ['lic-1.example.com'], dependents: ['build-farm'] },
      ...{ foundIn: '/etc/flexlm/matlab.lic', watches: [{ probe: 'flexlm-lab', feature: 'MATLAB', version: null, pool: null }] },
    });
    expect(contract).toMatchObject({
      id: '4711',
      autoRenew: 'no',
      cost: { amount: 12000.5, currency: 'EUR', per: 'year' },
      graceMs: 30 * DAY,
    });
  });

  it.each([
    ['UTC', '2027-03-31', '2027-03-31T23:59:59.000Z'],
    ['Europe/Berlin', '2027-03-31', '2027-03-31T21:59:59.000Z'],
    ['America/Los_Angeles', '2027-03-31', '2027-04-01T06:59:59.000Z'],
    ['America/Santiago', '2024-09-07', '2024-09-08T03:59:59.000Z'],
    ['Europe/Berlin', '2028-02-29', '2028-02-29T22:59:59.000Z'],
    ['Asia/Kolkata', '2027-03-31T12:00:00Z', '2027-03-31T12:00:00.000Z'],
    ['UTC', '2027-03-31T12:00:00.25Z', '2027-03-31T12:00:00.250Z'],
  ])('in %s ends on %s at %s', (zone, expires, at) => {
    const { expiresAt } = read(held({ zone, contract: { expires } }), 'HeldLicense').contract;
    expect(expiresAt && formatInstant(expiresAt)).toBe(at);
  });

  it('needs a product and a vendor, and takes the defaults for the rest', () => {
    expect(read(held(), 'HeldLicense')).toMatchObject({
      zone: 'UTC',
      policy: 'held',
      plan: null,
      custody: null,
      watches: [],
      leadTime: [],
    });
    expect(read(held(), 'HeldLicense').contract.autoRenew).toBe('unknown');
  });

  it('is refused with everything that is wrong in it, once each', () => {
    const spec = {
      vendor: 4,
      contract: { expires: '31.03.2027', noticeby: '2026-12-31', cost: { amount: -1, currency: 'Euro', per: 'week' }, graceAllowed: '1mo' },
      zone: 'europe/berlin',
      leadTime: { Vendor: '14d' },
      owners: { team: 'EDA', people: ['ana', 'ana'] },
      runson: [],
    };
    expect(codesOf(held(spec, { name: 'MATLAB campus' }))).toEqual([
      'malformed-name metadata.name',
      'unknown-key spec.runson',
      'wrong-type spec.vendor',
      'unknown-key spec.contract.noticeby',
      'malformed-date spec.contract.expires',
      'number-out-of-range spec.contract.cost.amount',
      'malformed-currency spec.contract.cost.currency',
      'unknown-word spec.contract.cost.per',
      'malformed-duration spec.contract.graceAllowed',
      'unknown-time-zone spec.zone',
      'malformed-name spec.leadTime.Vendor',
      'malformed-name spec.owners.team',
      'listed-twice spec.owners.people.1',
    ]);
  });

  it('says which key was meant', () => {
    const [violation] = checkInventory(held({ runson: [] })).violations;
    expect(violation).toMatchObject({ code: 'unknown-key', subject: 'key', didYouMean: 'runsOn' });
  });

  it.each([
    ['notice after the end', { expires: '2027-03-31', noticeBy: '2027-04-01' }, ['dates-out-of-order spec.contract.noticeBy']],
    ['termination before the end', { expires: '2027-03-31', terminates: '2027-03-30' }, ['dates-out-of-order spec.contract.terminates']],
    ['all on one day', { expires: '2027-03-31', noticeBy: '2027-03-31', terminates: '2027-03-31' }, []],
    ['a day that there is not', { expires: '2027-06-31' }, ['malformed-date spec.contract.expires']],
    ['a leap day in a common year', { expires: '2027-02-29' }, ['malformed-date spec.contract.expires']],
    ['a number for an id', { id: 4711 }, ['wrong-type spec.contract.id']],
  ])('has dates in order: %s', (_, contract, codes) => expect(codesOf(held({ contract }))).toEqual(codes));

  it('that one person owns is accepted with a remark', () => {
    const remarks = (spec: object) => checkInventory(held(spec)).remarks.map(({ code }) => code);
    expect(remarks(everything)).toEqual([]);
    expect(remarks({ ...everything, owners: { team: 'eda', people: ['ana'] } })).toEqual(['owner-alone']);
    expect(remarks({ ...everything, owners: { team: 'eda' } })).toEqual([]);
    expect(remarks({})).toEqual(['owners-missing', 'end-unknown']);
  });
});

describe('the key of a held license', () => {
  it.each(['file:/etc/a b.lic', 'file:C:\\flexlm\\a.lic', 'env:LICENSE_KEY', 'vault:secret/data/flexlm#key', 'k8s:lab/flexlm/license.lic'])(
    'may be the reference %s',
    (key) => expect(read(held({ key }), 'HeldLicense').custody).toBe(key),
  );

  it.each([
    'aws:arn:aws:secretsmanager:eu-west-1:123456789012:secret:lab/flexlm-AbCdEf',
    'gcp:projects/lab/secrets/flexlm',
    'op:Lab/flexlm/key',
  ])('may be the reference %s', (key) => expect(codesOf(held({ key }))).toEqual([]));

  it.each([
    ['not-a-reference', 'A1B2C-D3E4F-G5H6I-J7K8L'],
    ['not-a-reference', '/etc/flexlm/a.lic'],
    ['not-a-reference', 'https://example.com/a.lic'],
    ['not-a-reference', 'env:not a name 7731'],
    ['not-a-reference', 'file:'],
    ['not-a-reference', 'file:/etc/a\u001b[2Jb'],
    ['not-a-reference', 77310815],
    ['not-a-reference', ['A1B2C-D3E4F']],
    ['holds-a-secret', 'file:A1B2C-D3E4F-G5H6I-J7K8L'],
    ['holds-a-secret', 'vault:hvs.CAESIJ1qxBcYyU5Zw8mQf3kT7rVn2pLd'],
    ['holds-a-secret', 'file:eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2ln'],
    ['holds-a-secret', 'file:-----BEGIN LICENSE FILE----- eyJlbmMi'],
    ['holds-a-secret', 'vault:q8Zk2Lm4Xw9Rt6Vb1Nc3Yh5Jg7Fd0Sa8'],
    ['holds-a-secret', 'file:INCREMENT f d 1.0 1-jan-0 9 SIGN="00D2 1A2B 3C4D 5E6F"'],
  ])('is refused as %s without being repeated: %s', (code, key) => {
    const { violations } = checkInventory(held({ key }));
    expect(violations.map((violation) => violation.code)).toEqual([code]);
    const said = JSON.stringify(violations);
    for (const part of JSON.stringify(key).match(/[A-Za-z0-9]{5,}/g) ?? [])
      if (!['LICENSE', 'INCREMENT', 'BEGIN', 'vault'].includes(part)) expect(said).not.toContain(part);
  });

  it('suggests the scheme that was meant', () => {
    expect(checkInventory(held({ key: 'valt:secret/a' })).violations[0]?.didYouMean).toBe('vault');
  });
});

describe('a probe', () => {
  it('is read with its defaults', () => {
    expect(read(probe(), 'Probe')).toEqual({
      ...{ kind: 'Probe', name: 'flexlm-lab', probeKind: 'flexlm', zone: 'UTC', everyMs: 3_600_000, agents: [], quorum: 1, settings: {} },
    });
  });

  it.each([
    ['a misspelt kind', { kind: 'flexml' }, ['unknown-word spec.kind']],
    ['too often', { every: '9s' }, ['duration-out-of-range spec.every']],
    ['a quorum that nobody reaches', { agents: ['one'], quorum: 2 }, ['quorum-above-agents spec.quorum']],
    ['an agent twice', { agents: ['one', 'one'] }, ['listed-twice spec.agents.1']],
    [
      'a token in its settings',
      { settings: { a: [{ token: 'ghp_16C7e42F292c6912E7710c838347Ae178B4a' }] } },
      ['holds-a-secret spec.settings.a.0.token'],
    ],
    ['a password in an address', { settings: { url: 'https://me:hunter22@example.com/' } }, ['holds-a-secret spec.settings.url']],
    [
      'a public key in its settings',
      { settings: { verifyWith: '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n' } },
      [],
    ],
  ])('with %s', (_, spec, codes) => expect(codesOf(probe(spec))).toEqual(codes));
});

describe('a channel', () => {
  it('names where its address is', () => {
    expect(read(channel({ secret: 'file:/etc/glidepath/hook' }), 'Channel')).toEqual({
      ...{ kind: 'Channel', name: 'oncall', channelKind: 'slack', url: 'env:SLACK_URL', secret: 'file:/etc/glidepath/hook' },
      ...{ least: 'warning', teams: [] },
    });
  });

  it('never holds its address', () => {
    const { violations } = checkInventory(channel({ url: 'https://hooks.example.com/services/T000/B000/XXXX' }));
    expect(violations.map(({ code }) => code)).toEqual(['not-a-reference']);
    expect(JSON.stringify(violations)).not.toContain('hooks');
  });
});

describe('a tree of another kind', () => {
  it('cannot be named as what objects have', () => {
    expect(codesOf(held({}, { name: 'constructor' }))).toEqual(['reserved-name metadata.name']);
  });

  it.each([
    [null, ['wrong-type ']],
    [[], ['wrong-type ']],
    [{}, ['missing-key kind']],
    [{ kind: 7 }, ['wrong-type kind']],
    [{ kind: 'Policy', spec: { anything: true } }, ['unsupported-kind kind']],
    [{ ...probe(), apiVersion: 'glidepath.dev/v2' }, ['unsupported-version apiVersion']],
    [{ kind: Number.NaN }, ['not-json kind']],
  ])('%j is refused', (tree, codes) => expect(codesOf(tree)).toEqual(codes));

  it('is answered for any value, and any change of a valid document', () => {
    const valid = [held(everything), probe({ agents: ['a', 'b'], quorum: 2, settings: { command: 'lmstat' } }), channel()];
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.anything({ maxDepth: 2 }),
      fc.constantFrom('2027-03-31', 'UTC', '1h', 'file:x'),
    );
    const change = fc.record({ turn: fc.nat(), key: fc.string(), value });
    fc.assert(
      fc.property(fc.constantFrom<unknown>(...valid), fc.array(change, { maxLength: 4 }), (tree, changes) => {
        const copy: unknown = structuredClone(tree);
        for (const { turn, key, value } of changes) {
          const places = mappingsOf(copy);
          const holder = places[turn % places.length];
          if (holder) holder[Object.keys(holder)[turn % (Object.keys(holder).length + 1)] ?? key] = value;
        }
        const { document, violations } = checkInventory(copy);
        expect(document === null).toBe(violations.length > 0);
      }),
      { numRuns: 2_000 },
    );
  });
});

function mappingsOf(tree: unknown): Record<string, unknown>[] {
  if (typeof tree !== 'object' || tree === null) return [];
  return [tree as Record<string, unknown>, ...Object.values(tree).flatMap(mappingsOf)].slice(0, 50);
}
