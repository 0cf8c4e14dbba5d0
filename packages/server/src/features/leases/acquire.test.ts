import { HOUR, SECOND } from '@glidepath/core';
import { newSecret } from '@glidepath/protocol';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../adapters/memory/memory-store.ts';
import { testClock } from '../../test-world.ts';
import { leaseServer, ONE_SEAT, put } from './test-leases.ts';

describe('acquire', () => {
  it('answers with a signed lease that is bound to the installation, its nonce and its license', async () => {
    const house = await leaseServer();
    const a = house.installation('a');
    const { status, lease } = await a.acquire();
    const now = house.world.clock.now();
    expect(status).toBe(200);
    expect(lease).toMatchObject({
      ...{ license: house.license.id, customer: house.license.customer, product: house.license.product, sub: a.jkt, cnf: { jkt: a.jkt } },
      ...{ plan: 'team', planTier: 'full', tier: 'full', tierCause: 'none', floorTier: 'essential', status: 'active' },
      ...{ iatMs: now, hold: now + HOUR, ttlMs: HOUR, renewAfterMs: HOUR / 2, seat: { kind: 'floating', overageClosesAt: null } },
      ...{ seats: { used: 1, limit: 50 }, epoch: { incarnation: 1, count: 1 }, seq: house.license.seq, bootstrap: null },
    });
  });

  it('keeps lease, count and audit entry in one commit', async () => {
    const house = await leaseServer();
    const { lease } = await house.installation('a').acquire();
    const { store } = house.world;
    expect(await store.get('lease', lease?.lease ?? '')).toMatchObject({ state: 'granted', wordId: lease?.jti, renewals: 0 });
    expect(await store.get('seatState', house.license.id)).toMatchObject({ granted: 1 });
    expect(await store.find('audit', { subject: lease?.lease ?? '' }, { limit: 9 })).toMatchObject([
      { action: 'lease.acquired', environment: house.environment.id, facts: { state: 'granted' } },
    ]);
  });

  it('answers a repeated request with the same word, and does nothing else', async () => {
    const house = await leaseServer();
    const a = house.installation('a');
    const first = await a.acquire({ nonce: 'the-same-nonce' });
    const [before] = await house.world.store.find('lease', { license: house.license.id }, { limit: 1 });
    house.world.clock.advance(SECOND);
    const again = await a.acquire({ nonce: 'the-same-nonce' });
    expect(again.word).toBe(first.word);
    expect(await house.world.store.get('lease', before?.id ?? '')).toEqual(before);
  });

  it('says no with a signed verdict beside the problem', async () => {
    const house = await leaseServer({ seats: ONE_SEAT });
    await house.installation('a').acquire();
    const b = house.installation('b');
    const { status, code, verdict, response } = await b.acquire();
    expect([status, code]).toEqual([409, 'no-seat']);
    expect(verdict).toMatchObject({ verdict: 'denied', code: 'no-seat', sub: b.jkt, retryAfterMs: 60 * SECOND });
    expect(response.headers['retry-after']).toBe('60');
    expect(await house.world.store.count('lease', {})).toBe(1);
  });

  it('gives the last seat to exactly one of two that ask at once', async () => {
    const house = await leaseServer({ seats: ONE_SEAT });
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((name) => house.installation(name).acquire()));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    expect(await house.world.store.get('seatState', house.license.id)).toMatchObject({ granted: 1, overage: 0 });
  });

  it('gives a silent holder’s seat away, and audits that', async () => {
    const house = await leaseServer({ seats: ONE_SEAT });
    const { lease } = await house.installation('a').acquire();
    house.world.clock.advance(HOUR + 2 * SECOND);
    expect((await house.installation('b').acquire()).status).toBe(200);
    expect(await house.world.store.get('lease', lease?.lease ?? '')).toMatchObject({ state: 'reaped' });
    const audited = await house.world.store.find('audit', { subject: lease?.lease ?? '' }, { limit: 9 });
    expect(audited.map(({ action }) => action)).toEqual(['lease.acquired', 'lease.reaped']);
  });

  it('reaps nobody while the clock of this node is doubted', async () => {
    const house = await leaseServer({
      seats: ONE_SEAT,
      parts: { vitals: { isSkewed: () => true, isDraining: () => false, version: '0', examiners: [] } },
    });
    await house.installation('a').acquire();
    house.world.clock.advance(HOUR + 2 * SECOND);
    expect((await house.installation('b').acquire()).status).toBe(409);
  });

  it('before the start says so, signed', async () => {
    const house = await leaseServer({ startsInMs: HOUR });
    expect(await house.installation('a').acquire()).toMatchObject({
      status: 403,
      code: 'not-started',
      verdict: { verdict: 'denied', retryAfterMs: HOUR },
    });
  });

  it('gives several installations of a person one seat, and keeps the name in one table', async () => {
    const house = await leaseServer({ seats: { ...ONE_SEAT, kind: 'named' } });
    const [laptop, desktop] = [house.installation('laptop'), house.installation('desktop')];
    const first = await laptop.acquire({ body: { person: ' Ann Example ' } });
    const second = await desktop.acquire({ body: { person: 'Ann Example' } });
    expect(second.lease).toMatchObject({
      lease: first.lease?.lease,
      sub: first.lease?.sub,
      seat: { kind: 'named' },
      cnf: { jkt: desktop.jkt },
    });
    expect(await house.world.store.find('holderName', { license: house.license.id }, { limit: 9 })).toMatchObject([
      { id: first.lease?.sub, name: 'Ann Example' },
    ]);
    const { audit, outbox, lease } = house.world.store.snapshot();
    expect(JSON.stringify([audit, outbox, lease])).not.toContain('Ann');
    expect((await house.installation('phone').acquire({ body: { person: 'Bob' } })).code).toBe('no-seat');
    expect(await house.world.store.count('holderName', {})).toBe(1);
    expect((await laptop.renew({ body: { person: 'Ann Example' } })).status).toBe(200);
  });

  it('gives a person that two installations name at once one pseudonym', async () => {
    const house = await leaseServer({ seats: { ...ONE_SEAT, limit: 5, kind: 'named' } });
    const answers = await Promise.all(['x', 'y', 'z'].map((name) => house.installation(name).acquire({ body: { person: 'Ann' } })));
    expect(new Set(answers.map(({ lease }) => lease?.sub)).size).toBe(1);
    expect(await house.world.store.count('holderName', {})).toBe(1);
  });

  it('takes the pseudonym that another node gave the person between two readings', async () => {
    class OvertakenStore extends MemoryStore {
      overtake: (() => Promise<void>) | null = null;
      override async leaseSituations(...asked: Parameters<MemoryStore['leaseSituations']>) {
        const overtake = this.overtake;
        this.overtake = null;
        await overtake?.();
        return super.leaseSituations(...asked);
      }
    }
    const store = new OvertakenStore(testClock());
    const house = await leaseServer({ seats: { ...ONE_SEAT, limit: 5, kind: 'named' }, parts: { store } });
    store.overtake = async () => {
      const { id, revision } = (await store.get('seatState', house.license.id)) ?? { id: '', revision: 0 };
      const row = { id: 'hol_1', license: house.license.id, name: 'Ann', createdAt: house.world.clock.now(), revision: 0 };
      await put(store, [
        { op: 'insert', table: 'holderName', row },
        { op: 'update', table: 'seatState', id, revision, set: {} },
      ]);
    };
    expect((await house.installation('a').acquire({ body: { person: 'Ann' } })).lease?.sub).toBe('hol_1');
    expect(await store.count('holderName', {})).toBe(1);
  });

  it('asks who it is where seats are named, and which machine where they are bound to one', async () => {
    const named = await leaseServer({ seats: { ...ONE_SEAT, kind: 'named' } });
    expect(await named.installation('a').acquire()).toMatchObject({ status: 400, code: 'person-required', word: null });
    const bound = await leaseServer({ seats: { ...ONE_SEAT, kind: 'node-locked', match: { of: ['cpu', 'disk'], need: 2 } } });
    const a = bound.installation('a');
    expect(await a.acquire({ body: { fingerprint: { cpu: '1' } } })).toMatchObject({ status: 400, code: 'fingerprint-required' });
    expect((await a.acquire({ body: { fingerprint: { cpu: '1', disk: '1' } } })).lease?.match).toEqual({ of: ['cpu', 'disk'], need: 2 });
    expect((await a.acquire()).status).toBe(200);
  });
});

describe('acquire > who asks', () => {
  it('refuses an unknown license key without a word', async () => {
    const house = await leaseServer();
    const answer = await house.installation('a').acquire({ licenseKey: newSecret('license-key', house.world.entropy) });
    expect(answer).toMatchObject({ status: 401, code: 'unknown-license-key', word: null });
  });

  it.each([
    ['for another operation', { op: 'renew' }, 'wrong-operation'],
    ['for another license key', { key: 'another' }, 'wrong-license-key'],
    ['with a nonce that is no text for a row', { nonce: 'short' }, undefined],
    ['with a nonce that is no text for a row', { nonce: `line\nbreak` }, undefined],
  ] as const)('refuses a proof %s', async (_, claims, reason) => {
    const house = await leaseServer();
    const response = await house.server.handle({
      ...{ method: 'POST', path: '/v1/leases', headers: { authorization: `Bearer ${house.licenseKey}` } },
      body: JSON.stringify({ proof: house.installation('a').proof(claims) }),
    });
    expect(response).toMatchObject({
      status: 401,
      code: 'proof-invalid',
      body: { ...(reason === undefined ? {} : { facts: { reason } }) },
    });
    expect(await house.world.store.count('lease', {})).toBe(0);
  });

  it('refuses what is no proof, and what is no request', async () => {
    const house = await leaseServer();
    const post = (body: unknown) =>
      house.server.handle({
        method: 'POST',
        path: '/v1/leases',
        headers: { authorization: `Bearer ${house.licenseKey}` },
        body: JSON.stringify(body),
      });
    expect(await post({ proof: 'x.y.z' })).toMatchObject({ status: 401, code: 'proof-invalid' });
    expect(await post({ prof: 'x' })).toMatchObject({ status: 400, code: 'bad-input' });
    expect(await post({ proof: house.installation('a').proof(), person: 'A\u0000' })).toMatchObject({ status: 400, code: 'bad-input' });
  });

  it('refuses a token: an application has a license key', async () => {
    const house = await leaseServer();
    expect(await house.call('POST', '/v1/leases', { proof: 'x' })).toMatchObject({ status: 403 });
  });
});

describe('acquire > a queue', () => {
  it('shows who waits in the list of leases, as declared', async () => {
    const house = await leaseServer({ seats: { ...ONE_SEAT, whenFull: 'queue', queue: { for: '10m' } } });
    await house.installation('a').acquire();
    expect(await house.installation('b').acquire()).toMatchObject({ status: 409, code: 'queued', verdict: { queue: { position: 1 } } });
    const { body } = await house.call('GET', '/v1/leases');
    expect((body as { items: { state: string }[] }).items.map(({ state }) => state).sort()).toEqual(['granted', 'queued']);
  });
});
