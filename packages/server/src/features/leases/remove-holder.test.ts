import { DAY } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { leaseServer, ONE_SEAT, policyTree, putLicense } from './test-leases.ts';

describe('remove holder', () => {
  it('frees the seat at once and answers that holder with holder-removed from then on; nobody else notices', async () => {
    const house = await leaseServer({ seats: { ...ONE_SEAT, limit: 2 } });
    const [a, b] = [house.installation('a'), house.installation('b')];
    await a.acquire();
    await b.acquire();
    const removed = await house.call('POST', `/v1/licenses/${house.license.id}/remove-holder`, { holder: a.jkt, reason: 'stolen laptop' });
    expect(removed).toMatchObject({ status: 200, body: { holder: a.jkt, state: 'removed' } });
    for (const answer of [await a.renew(), await a.acquire()]) {
      expect(answer).toMatchObject({
        status: 403,
        code: 'holder-removed',
        verdict: { verdict: 'holder-removed', effectiveAt: house.world.clock.now() },
      });
    }
    expect((await b.renew()).status).toBe(200);
    expect(await house.world.store.get('seatState', house.license.id)).toMatchObject({ granted: 1 });
    const [entry] = await house.world.store.find('audit', { action: 'lease.holder-removed' }, { limit: 1 });
    expect(entry?.facts).toMatchObject({ holder: a.jkt, reason: 'stolen laptop' });
  });

  it('finds a holder by its lease, and a person by name', async () => {
    const house = await leaseServer({ seats: { ...ONE_SEAT, kind: 'named', limit: 2 } });
    const { lease } = await house.installation('a').acquire({ body: { person: 'Ann' } });
    await house.installation('b').acquire({ body: { person: 'Bob' } });
    const remove = (holder: string) => house.call('POST', `/v1/licenses/${house.license.id}/remove-holder`, { holder, reason: 'left' });
    expect(await remove('Bob')).toMatchObject({ status: 200 });
    expect(await remove(lease?.lease ?? '')).toMatchObject({ status: 200, body: { holder: lease?.sub } });
    expect(await remove('Ann')).toMatchObject({ status: 409, code: 'conflict' });
    expect(await remove('Carl')).toMatchObject({ status: 404, code: 'lease-unknown' });
    expect((await house.installation('c').acquire({ body: { person: 'Bob' } })).code).toBe('holder-removed');
  });

  it('finds nobody by a lease of another license', async () => {
    const house = await leaseServer();
    const other = await putLicense(house.world, house.environment, policyTree(undefined));
    const { lease } = await house.installation('a').acquire();
    const removed = await house.call('POST', `/v1/licenses/${other.license.id}/remove-holder`, { holder: lease?.lease, reason: 'left' });
    expect(removed).toMatchObject({ status: 404, code: 'lease-unknown', body: { detail: 'This license has no such holder.' } });
    await house.call('POST', `/v1/licenses/${house.license.id}/remove-holder`, { holder: lease?.lease, reason: 'left' });
    expect(await house.world.store.get('lease', lease?.lease ?? '')).toMatchObject({ state: 'removed' });
  });

  it('is undone by readmitting', async () => {
    const house = await leaseServer();
    const a = house.installation('a');
    await a.acquire();
    const post = (verb: string) => house.call('POST', `/v1/licenses/${house.license.id}/${verb}`, { holder: a.jkt, reason: 'found again' });
    await post('remove-holder');
    expect(await post('readmit-holder')).toMatchObject({ status: 200 });
    expect((await a.acquire()).lease?.epoch).toEqual({ incarnation: 1, count: 2 });
    expect(await post('readmit-holder')).toMatchObject({ status: 409 });
  });

  it('takes an operator, a license of this environment, and a reason', async () => {
    const house = await leaseServer();
    const token = await house.tokenFor(['viewer']);
    const path = `/v1/licenses/${house.license.id}/remove-holder`;
    expect(await house.call('POST', path, { holder: 'x', reason: 'y' }, { token })).toMatchObject({ status: 403 });
    expect(await house.call('POST', path, { holder: 'x' })).toMatchObject({ status: 400, code: 'bad-input' });
    expect(await house.call('POST', '/v1/licenses/lic_none/remove-holder', { holder: 'x', reason: 'y' })).toMatchObject({ status: 404 });
  });
});

describe('release holder', () => {
  const NAMED = { kind: 'named', limit: 1, whenFull: 'deny', reassign: { count: 1, per: '1d' } } as const;

  it('gives a person’s seat back, for one that is new within the reassignments of the plan', async () => {
    const house = await leaseServer({ seats: NAMED });
    const release = (holder: string) =>
      house.call('POST', `/v1/licenses/${house.license.id}/release-holder`, { holder, reason: 'moved to sales' });
    const acquire = (person: string) => house.installation(person).acquire({ body: { person } });
    await acquire('Ann');
    expect((await acquire('Bob')).code).toBe('no-seat');
    expect(await release('Ann')).toMatchObject({ status: 200, body: { state: 'released' } });
    expect(await house.world.store.get('seatState', house.license.id)).toMatchObject({ granted: 0, vacated: 1 });
    const [entry] = await house.world.store.find('audit', { action: 'lease.holder-released' }, { limit: 1 });
    expect(entry?.facts).toMatchObject({ was: 'granted', reason: 'moved to sales' });
    expect(await release('Ann')).toMatchObject({ status: 409, code: 'conflict' });

    expect(await acquire('Bob')).toMatchObject({ status: 200 });
    await release('Bob');
    expect((await acquire('Cora')).code).toBe('reassign-quota');
    house.world.clock.advance(DAY);
    expect(await acquire('Cora')).toMatchObject({ status: 200 });
  });

  it('finds nobody who has no lease', async () => {
    const house = await leaseServer({ seats: NAMED });
    const path = `/v1/licenses/${house.license.id}/release-holder`;
    expect(await house.call('POST', path, { holder: 'Ann', reason: 'left' })).toMatchObject({ status: 404, code: 'lease-unknown' });
    const token = await house.tokenFor(['viewer']);
    expect(await house.call('POST', path, { holder: 'Ann', reason: 'left' }, { token })).toMatchObject({ status: 403 });
  });
});

describe('leases', () => {
  it('are listed by license, page by page, and shown', async () => {
    const house = await leaseServer();
    for (const name of ['a', 'b', 'c']) await house.installation(name).acquire();
    const first = await house.call('GET', `/v1/leases?license=${house.license.id}&limit=2`);
    expect(first.body.items).toHaveLength(2);
    const second = await house.call('GET', `/v1/leases?license=${house.license.id}&limit=2&after=${first.body.next}`);
    expect(second.body).toMatchObject({ items: [{ holder: house.installation('c').jkt, state: 'granted' }], next: null });
    const [{ id }] = second.body.items as [{ id: string }];
    expect(await house.call('GET', `/v1/leases/${id}`)).toMatchObject({ status: 200, body: { id, renewals: 0 } });
    expect(await house.call('GET', '/v1/leases/lea_none')).toMatchObject({ status: 404 });
    expect(await house.call('GET', '/v1/leases?license=lic_none')).toMatchObject({ body: { items: [], next: null } });
  });
});

describe('bootstrap lease', () => {
  it('is bound to nobody, answers nobody, and has the plan’s bootstrap tier', async () => {
    const house = await leaseServer();
    const { status, body } = await house.call('GET', `/v1/bootstrap?license=${house.license.id}`);
    expect(status).toBe(200);
    const claims = JSON.parse(Buffer.from(String(body.word).split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({
      sub: '*',
      nonce: null,
      tier: 'essential',
      tierCause: 'bootstrap',
      seat: null,
      bootstrap: { forMs: 14 * 86_400_000 },
    });
    expect(claims.cnf).toBeUndefined();
    expect(await house.world.store.count('lease', {})).toBe(0);
  });

  it('is for issuers, and for plans that have one', async () => {
    const house = await leaseServer();
    const token = await house.tokenFor(['operator']);
    expect(await house.call('GET', `/v1/bootstrap?license=${house.license.id}`, undefined, { token })).toMatchObject({ status: 403 });
    expect(await house.call('GET', '/v1/bootstrap?license=lic_none')).toMatchObject({ status: 404 });
    expect(await house.call('GET', '/v1/bootstrap')).toMatchObject({ status: 400 });
  });
});
