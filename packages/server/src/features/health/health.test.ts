import { DAY, Fault, HOUR, MINUTE, type OutboxEvent, YEAR } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { createSeal } from '../../adapters/seal/aes-seal.ts';
import type { Examiner } from '../../findings.ts';
import { createServer } from '../../server.ts';
import { testServer, testWorld } from '../../test-world.ts';
import { SOUND_VITALS } from '../../world.ts';

const codesOf = (body: Record<string, unknown>) => (body.items as { code: string }[]).map(({ code }) => code);
const vitals = (over: Partial<typeof SOUND_VITALS>) => ({ vitals: { ...SOUND_VITALS, ...over } });

describe('healthz', () => {
  it('is alive while the database is not', async () => {
    const { server, world } = await testServer();
    await world.store.close();
    expect(await server.handle({ method: 'GET', path: '/healthz' })).toMatchObject({ status: 200, body: { status: 'alive' } });
  });
});

describe('readyz', () => {
  const ready = (server: { handle: (request: { method: string; path: string }) => Promise<unknown> }) =>
    server.handle({ method: 'GET', path: '/readyz' });

  it('is ready with an environment whose key signs', async () => {
    expect(await ready((await testServer()).server)).toMatchObject({ status: 200 });
  });

  it('is not ready before the first start', async () => {
    expect(await ready(createServer(testWorld()))).toMatchObject({ status: 503, body: { facts: { findings: ['no-environment'] } } });
  });

  it.each([
    [
      'the database does not answer',
      'keys-unknown',
      async () => {
        const node = await testServer();
        await node.world.store.close();
        return node;
      },
    ],
    [
      'no key may sign',
      'no-signing-key',
      async () => {
        const node = await testServer();
        node.world.clock.advance(31 * DAY);
        return node;
      },
    ],
    ['a shutdown has begun', 'draining', () => testServer({}, vitals({ isDraining: () => true }))],
    ['the clock is skewed', 'clock-skewed', () => testServer({}, vitals({ examiners: [blocking('clock-skewed')] }))],
    [
      'an examiner fails',
      'disk-unknown',
      () =>
        testServer({}, vitals({ examiners: [{ name: 'disk', forReadiness: true, examine: async () => Promise.reject(new Error('no')) }] })),
    ],
  ])('is not ready when %s', async (_when, finding, make) => {
    expect(await ready((await make()).server)).toMatchObject({ status: 503, code: 'not-ready', body: { facts: { findings: [finding] } } });
  });

  it('is not ready when the key does not open under this sealing key', async () => {
    const { world } = await testServer();
    const other = createServer({ ...world, seal: createSeal(new Uint8Array(32), world.entropy) });
    expect(await ready(other)).toMatchObject({ status: 503, body: { facts: { findings: ['seal-broken'] } } });
  });

  it('is ready in spite of findings that do not block', async () => {
    const minor: Examiner = { name: 'x', forReadiness: true, examine: async () => [{ ...finding('minor'), blocksReadiness: false }] };
    expect(await ready((await testServer({}, vitals({ examiners: [minor] }))).server)).toMatchObject({ status: 200 });
  });
});

function finding(code: string) {
  return { code, severity: 'critical' as const, blocksReadiness: true, subject: 'x', message: 'x', mend: null };
}
function blocking(code: string): Examiner {
  return { name: code, forReadiness: true, examine: async () => [finding(code)] };
}

describe('doctor', () => {
  it('says that roots were not taken off the server, until they were', async () => {
    const { call } = await testServer();
    expect(codesOf((await call('GET', '/v1/doctor')).body)).toContain('root-not-exported');
    for (const number of [1, 2]) expect(await call('POST', `/v1/roots/${number}/exported`)).toMatchObject({ status: 200 });
    expect(codesOf((await call('GET', '/v1/doctor')).body)).not.toContain('root-not-exported');
  });

  it.each([
    ['key-set-key-ends', YEAR - 89 * DAY],
    ['key-set-key-ended', YEAR],
    ['signing-key-overdue', 26 * DAY],
  ])('finds %s', async (code, ms) => {
    const { call, world, tokenFor } = await testServer();
    world.clock.advance(ms);
    const token = await tokenFor(['viewer']);
    expect(codesOf((await call('GET', '/v1/doctor', undefined, { token })).body)).toContain(code);
  });

  it('finds a condemned key-set key', async () => {
    const { call } = await testServer();
    const { body } = await call('GET', '/v1/keys');
    const kid = (body.items as { kid: string; use: string }[]).find(({ use }) => use === 'key-set')?.kid;
    await call('POST', `/v1/keys/${kid}/compromised`, { reason: 'stolen' });
    expect(codesOf((await call('GET', '/v1/doctor')).body)).toContain('key-set-key-condemned');
  });

  it('finds events that wait for long, where somebody should send them', async () => {
    const dispatcher = { send: async () => Promise.reject(new Error('down')) };
    const { call, world } = await testServer({}, { dispatcher });
    world.clock.advance(10 * MINUTE);
    expect(codesOf((await call('GET', '/v1/doctor')).body)).toContain('outbox-late');
    const silent = await testServer();
    silent.world.clock.advance(10 * MINUTE);
    expect(codesOf((await silent.call('GET', '/v1/doctor')).body)).not.toContain('outbox-late');
  });

  it('lists the worst first', async () => {
    const { call } = await testServer({}, vitals({ examiners: [blocking('worst')] }));
    const { body } = await call('GET', '/v1/doctor');
    expect(codesOf(body)[0]).toBe('worst');
  });
});

describe('outbox', () => {
  it('is sent in order and once; a failure stops the round', async () => {
    const sent: string[] = [];
    let isDown = true;
    const dispatcher = {
      async send({ type }: OutboxEvent) {
        if (isDown && type === 'customer.created') throw new Fault('down', 'down', { retryable: true });
        sent.push(type);
      },
    };
    const { call, server, world } = await testServer({}, { dispatcher });
    await call('POST', '/v1/customers', { name: 'a' });
    await call('POST', '/v1/products', { name: 'b' });
    await server.tick(world.clock.now());
    expect(sent).toEqual(['environment.made']);
    isDown = false;
    await server.tick(world.clock.advance(2_000));
    await server.tick(world.clock.advance(2_000));
    expect(sent).toEqual(['environment.made', 'customer.created', 'product.created']);
    expect(await world.store.count('outbox', { sentAt: null })).toBe(0);
  });

  it('is listed from where a reader was', async () => {
    const { call } = await testServer();
    await call('POST', '/v1/customers', { name: 'a' });
    const { body } = await call('GET', '/v1/events?limit=1');
    const { body: more } = await call('GET', `/v1/events?after=${body.next}`);
    expect((more.items as { type: string }[]).map(({ type }) => type)).toEqual(['customer.created']);
  });
});

describe('audit', () => {
  it('lists who did what, of one subject or environment', async () => {
    const { call } = await testServer();
    const { body } = await call('POST', '/v1/customers', { name: 'a' });
    const { body: me } = await call('GET', '/v1/whoami');
    expect(await call('GET', `/v1/audit?subject=${body.id}`)).toMatchObject({
      body: { items: [{ action: 'customer.created', actor: me.principal }] },
    });
    expect(((await call('GET', '/v1/audit?environment=production')).body.items as unknown[]).length).toBe(2);
    expect(await call('GET', '/v1/audit?environment=nowhere')).toMatchObject({ status: 404 });
  });
});

describe('cleaning', () => {
  it('forgets kept answers after a day and sign-in codes a week after their end', async () => {
    const { call, server, world } = await testServer();
    await call('POST', '/v1/customers', { name: 'a' }, { headers: { 'idempotency-key': 'k' } });
    const { body } = await call('POST', '/v1/principals', { kind: 'person', name: 'Ann' });
    await call('POST', `/v1/principals/${body.id}/sign-in-codes`);
    const left = async () => [await world.store.count('idempotency', {}), await world.store.count('signInCode', {})];
    await server.tick(world.clock.advance(DAY - HOUR));
    expect(await left()).toEqual([1, 1]);
    await server.tick(world.clock.advance(2 * HOUR));
    expect(await left()).toEqual([0, 1]);
    await server.tick(world.clock.advance(8 * DAY));
    expect(await left()).toEqual([0, 0]);
  });
});
