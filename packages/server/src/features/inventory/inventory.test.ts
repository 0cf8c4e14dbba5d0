import { DAY } from '@glidepath/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../test-world.ts';
import { channelDocument, heldDocument, probeDocument } from './test-documents.ts';

const at = (words: string) => Date.parse(words);
const URL_ONE = 'https://hooks.example.com/services/T000/B000/secret';

describe('an inventory', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await testServer({ jobs: [] });
  });
  const apply = (documents: readonly object[], more: object = {}, token?: string) =>
    server.call('POST', '/v1/inventory', { documents, ...more }, token === undefined ? {} : { token });
  const planOf = async (documents: readonly object[], more: object = {}) => {
    const { status, body } = await apply(documents, more);
    expect([status, body.detail]).toEqual([200, undefined]);
    return (body.plan as { action: string; kind: string; name: string }[]).map(({ action, kind, name }) => `${action} ${kind} ${name}`);
  };
  const snapshot = () => server.world.store.snapshot();
  const show = async (name = 'matlab') => (await server.call('GET', `/v1/inventory/${name}`)).body;

  it('of one document makes license, terms, product, customer, policy, team and people', async () => {
    expect(await planOf([heldDocument('matlab')])).toEqual(['create HeldLicense matlab']);
    expect(await show()).toMatchObject({
      ...{ name: 'matlab', product: 'MATLAB', vendor: 'MathWorks', issuer: 'vendor', policy: 'held', plan: 'held' },
      contract: { id: '4711', expiresAt: at('2027-03-31T23:59:59Z') },
      owners: { team: 'eda', people: [{ email: 'ana@example.com' }, { email: 'bo@example.com' }] },
      runway: { state: 'dated', cause: 'end', endsAt: at('2027-03-31T23:59:59Z') },
    });
    const { customer, product, license } = snapshot();
    expect([customer?.map(({ name }) => name), product?.map(({ name }) => name)]).toEqual([['ourselves'], ['matlab']]);
    expect(license).toMatchObject([{ issuer: 'vendor', policyName: 'held', status: 'active' }]);
  });

  it('gives people no role and no credential', async () => {
    const before = [await server.world.store.count('roleGrant', {}), await server.world.store.count('apiToken', {})];
    await apply([heldDocument('matlab')]);
    expect([await server.world.store.count('roleGrant', {}), await server.world.store.count('apiToken', {})]).toEqual(before);
  });

  it('applied again changes nothing, whatever the order of keys', async () => {
    await apply([heldDocument('matlab'), probeDocument('lab')]);
    const before = JSON.stringify(snapshot());
    const { apiVersion, kind, metadata, spec } = heldDocument('matlab') as Record<string, unknown>;
    const turned = { spec: Object.fromEntries(Object.entries(spec as object).reverse()), metadata, kind, apiVersion };
    expect(await planOf([turned, probeDocument('lab')])).toEqual(['none HeldLicense matlab', 'none Probe lab']);
    expect(JSON.stringify(snapshot())).toBe(before);
  });

  it('as a dry run says what a run does, and writes nothing', async () => {
    await apply([heldDocument('matlab'), probeDocument('old')]);
    const next = [heldDocument('matlab', { vendor: 'Other' }), heldDocument('ansys')];
    const before = JSON.stringify(snapshot());
    const { body: planned } = await apply(next, { dryRun: true, prune: true });
    expect(JSON.stringify(snapshot())).toBe(before);
    const { body: done } = await apply(next, { prune: true });
    expect(planned).toEqual({ ...done, applied: false });
    expect(planned.plan).toEqual([
      { action: 'change', kind: 'HeldLicense', name: 'matlab', changes: [{ field: 'vendor', from: 'MathWorks', to: 'Other' }] },
      { action: 'create', kind: 'HeldLicense', name: 'ansys', changes: [] },
      { action: 'remove', kind: 'Probe', name: 'old', changes: [] },
    ]);
  });

  it.each([
    ['later', '2028-03-31', [null, '2027-03-31T23:59:59.000Z']],
    ['earlier', '2026-12-31', [null]],
    ['to none', undefined, [null, '2027-03-31T23:59:59.000Z']],
  ])('that moves an end %s appends terms and keeps the license', async (_, expires, effective) => {
    await apply([heldDocument('matlab')]);
    const { license } = await show();
    server.world.clock.advance(DAY);
    const contract = { id: '4711', ...(expires === undefined ? {} : { expires }) };
    const { body } = await apply([heldDocument('matlab', { contract })]);
    expect(body.plan).toMatchObject([
      { action: 'change', changes: [{ field: 'contract.expires', from: '2027-03-31', to: expires ?? null }] },
    ]);
    const ends = expires === undefined ? null : at(`${expires}T23:59:59Z`);
    expect(await show()).toMatchObject({ license, contract: { expiresAt: ends }, runway: { endsAt: ends } });
    const terms = (await server.world.store.find('licenseTerms', { license: String(license) }, { limit: 9 })).slice(1);
    expect(
      terms.map(({ effectiveFrom }) => (effectiveFrom === server.world.clock.now() ? null : new Date(effectiveFrom).toISOString())),
    ).toEqual(effective);
  });

  it('that is wrong in one document applies none, and names every violation with its document', async () => {
    const before = JSON.stringify(snapshot());
    const wrong = [
      heldDocument('matlab'),
      heldDocument('Bad Name', { vendor: 4 }),
      heldDocument('ansys', { watch: [{ probe: 'nowhere' }] }),
      { kind: 'Policy' },
    ];
    const { status, code, body } = await apply(wrong);
    expect([status, code]).toEqual([422, 'inventory-invalid']);
    expect((body.violations as { document: number; code: string }[]).map(({ document, code }) => `${document} ${code}`)).toEqual([
      '1 malformed-name',
      '1 wrong-type',
      '3 unsupported-kind',
    ]);
    expect(JSON.stringify(snapshot())).toBe(before);
  });

  it.each([
    ['a probe that is nowhere', [heldDocument('a', { watch: [{ probe: 'nowhere' }] })], 'unknown-probe'],
    ['one name twice', [heldDocument('a'), heldDocument('a')], 'listed-twice'],
    ['a policy that is nowhere', [heldDocument('a', { policy: 'nowhere' })], 'unknown-policy'],
    ['a plan that is nowhere', [heldDocument('a', { plan: 'nowhere' })], 'unknown-plan'],
    ['a channel whose address nobody read', [channelDocument('a')], 'address-missing'],
    ['a channel of a team that is nowhere', [channelDocument('a', { teams: ['nowhere'] })], 'unknown-team'],
  ])('refuses %s', async (_, documents, code) => {
    const before = JSON.stringify(snapshot());
    const { status, body } = await apply(documents, { addresses: code === 'unknown-team' ? { a: { url: URL_ONE } } : {} });
    expect(status).toBe(422);
    expect(body.violations).toMatchObject([{ code }]);
    expect(JSON.stringify(snapshot())).toBe(before);
  });

  it('takes its issuer from the probe that a license watches', async () => {
    await apply([probeDocument('lab', { kind: 'rlm' }), heldDocument('matlab', { watch: [{ probe: 'lab', feature: 'MATLAB' }] })]);
    expect(await show()).toMatchObject({ issuer: 'rlm', watches: [{ probe: 'lab', feature: 'MATLAB', observed: [] }] });
  });

  it('prunes only what an inventory made, and leaves a removed license on record', async () => {
    await apply([heldDocument('matlab', { watch: [{ probe: 'lab' }] }), probeDocument('lab')]);
    await server.call('POST', '/v1/channels', { name: 'by-hand', kind: 'slack', url: URL_ONE });
    const { license } = await show();
    expect(await planOf([], { prune: true })).toEqual(['remove Probe lab', 'remove HeldLicense matlab']);
    expect(await server.call('GET', '/v1/inventory/matlab')).toMatchObject({ status: 404 });
    expect((await server.call('GET', `/v1/licenses/${license}`)).body).toMatchObject({ status: 'revoked' });
    for (const table of ['heldLicense', 'licenseWatch', 'probe', 'runway'] as const)
      expect(await server.world.store.count(table, {})).toBe(0);
    expect(await server.world.store.count('channel', {})).toBe(1);
  });

  it('moves people with the documents: in, and out when no document names them any more', async () => {
    const people = async () => ((await show('a')).owners as { people: { name: string }[] }).people.map(({ name }) => name).sort();
    const owned = (...names: string[]) => ({ owners: { team: 'eda', people: names.map((name) => `${name}@example.com`) } });
    await apply([heldDocument('a', owned('ana', 'bo')), heldDocument('b', owned('bo', 'cy'))]);
    expect(await people()).toEqual(['ana@example.com', 'bo@example.com', 'cy@example.com']);
    await apply([heldDocument('a', owned('dee'))]);
    expect(await people()).toEqual(['bo@example.com', 'cy@example.com', 'dee@example.com']);
    await apply([heldDocument('a', owned('dee'))], { prune: true });
    expect(await people()).toEqual(['dee@example.com']);
  });

  it('gives people without a team a team of their license', async () => {
    await apply([heldDocument('matlab', { owners: { people: ['ana@example.com'] } })]);
    expect(await show()).toMatchObject({ owners: { team: 'owners-of-matlab', people: [{ email: 'ana@example.com' }] } });
  });

  it('tells products apart whose names differ in signs only', async () => {
    await apply([heldDocument('a', { product: 'C++' }), heldDocument('b', { product: 'C' }), heldDocument('c', { product: '設計' })]);
    expect([(await show('a')).product, (await show('b')).product, (await show('c')).product]).toEqual(['C++', 'C', '設計']);
    await apply([heldDocument('d', { product: 'C' })]);
    expect(await server.world.store.count('product', {})).toBe(3);
  });

  it('moves where notices go for an admin only, seals the address, and sees that it moved', async () => {
    const operator = await server.tokenFor(['operator']);
    const addresses = { oncall: { url: URL_ONE } };
    expect(await apply([channelDocument('oncall')], { addresses }, operator)).toMatchObject({ status: 403 });
    expect(await planOf([channelDocument('oncall')], { addresses })).toEqual(['create Channel oncall']);
    expect(JSON.stringify(snapshot())).not.toContain('B000');
    expect(await planOf([channelDocument('oncall')], { addresses })).toEqual(['none Channel oncall']);
    expect(await planOf([channelDocument('oncall')])).toEqual(['none Channel oncall']);
    const { body } = await apply([channelDocument('oncall')], { addresses: { oncall: { url: `${URL_ONE}2` } } });
    expect(body.plan).toMatchObject([{ action: 'change', changes: [{ field: 'address' }] }]);
    expect(await planOf([], { prune: true })).toEqual(['remove Channel oncall']);
  });

  it('is told in audit and events, without a name of a person', async () => {
    await apply([heldDocument('matlab'), probeDocument('lab')]);
    const { audit, outbox } = snapshot();
    const actions = (audit ?? []).map(({ action }) => action);
    expect(actions).toEqual(
      expect.arrayContaining(['held-license.added', 'probe.added', 'team.created', 'inventory.applied', 'policy.published']),
    );
    expect((outbox ?? []).map(({ type }) => type)).toEqual(expect.arrayContaining(['held-license.added', 'inventory.applied']));
    expect(JSON.stringify([audit, outbox])).not.toContain('ana@');
  });

  it('of two applied at once ends as one of them, whole', async () => {
    const both = await Promise.all(['One', 'Two'].map((vendor) => apply([heldDocument('a', { vendor }), heldDocument('b', { vendor })])));
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect((await show('a')).vendor).toBe((await show('b')).vendor);
    expect(await server.world.store.count('license', {})).toBe(2);
  });
});

describe('a held license', () => {
  it.each([
    ['POST', 'suspend', { reason: 'x' }],
    ['POST', 'reinstate', { reason: 'x' }],
    ['POST', 'revoke', { reason: 'x' }],
    ['POST', 'renew', {}],
    ['POST', 'terms', { plan: 'held' }],
    ['POST', 'keys', {}],
    ['POST', 'remove-holder', { holder: 'x', reason: 'x' }],
    ['POST', 'readmit-holder', { holder: 'x', reason: 'x' }],
  ])('is not ours to change: %s %s', async (method, verb, body) => {
    const server = await testServer({ jobs: [] });
    await server.call('POST', '/v1/inventory', { documents: [heldDocument('matlab')] });
    const { body: held } = await server.call('GET', '/v1/inventory/matlab');
    const response = await server.call(method, `/v1/licenses/${held.license}/${verb}`, body);
    expect(response).toMatchObject({ status: 409, code: 'license-held' });
  });

  it('is shown, listed, exported and checked as any other', async () => {
    const server = await testServer({ jobs: [] });
    await server.call('POST', '/v1/inventory', { documents: [heldDocument('matlab')] });
    const { body: held } = await server.call('GET', '/v1/inventory/matlab');
    expect(await server.call('GET', `/v1/licenses/${held.license}`)).toMatchObject({
      status: 200,
      body: { issuer: 'vendor', state: 'active' },
    });
    expect(((await server.call('GET', '/v1/licenses')).body.items as unknown[]).length).toBe(1);
    expect(await server.call('GET', `/v1/licenses/${held.license}/export`)).toMatchObject({ status: 200, body: { isWhole: true } });
    expect(await server.call('POST', '/v1/check', { feature: 'use', license: held.license })).toMatchObject({ status: 200 });
    expect(await server.call('GET', `/v1/licenses/${held.license}/runway`)).toMatchObject({
      body: { state: 'dated', name: 'matlab', owners: { team: 'eda' } },
    });
    expect((await server.call('GET', '/v1/runways')).body.items).toMatchObject([{ id: held.license, vendor: 'MathWorks' }]);
  });
});
