import { DAY, HOUR, MINUTE, type Snapshot, type UsageSample } from '@glidepath/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../test-world.ts';
import { heldDocument, probeDocument } from '../inventory/test-documents.ts';
import { featureSeen, snapshotOfFeatures } from './test-snapshots.ts';

const END = Date.parse('2027-03-31T23:59:59Z');

describe('an agent', () => {
  let server: TestServer;
  let token: string;
  let at: number;
  beforeEach(async () => {
    server = await testServer({ jobs: [] });
    token = String((await server.call('POST', '/v1/agents', { name: 'lab-1' })).body.token);
    await apply(probeDocument('lab'), heldDocument('matlab', { watch: [{ probe: 'lab', feature: 'MATLAB' }] }));
    at = server.world.clock.now();
  });
  const apply = async (...documents: readonly object[]) => {
    const { status, body } = await server.call('POST', '/v1/inventory', { documents });
    expect([status, body.detail]).toEqual([200, undefined]);
  };
  const send = (reports: readonly object[], by = token) =>
    server.call('POST', '/v1/agent/reports', { version: '0.1.0', dropped: 0, reports }, { token: by });
  const good = (snapshot: Snapshot, when = at, probe = 'lab') => ({ probe, at: when, outcome: { ok: true, snapshot } });
  const failed = (reason = 'timeout', when = at) => ({
    probe: 'lab',
    at: when,
    outcome: { ok: false, reason, message: 'No answer in 30 s.' },
  });
  const matlab = (over = {}) => snapshotOfFeatures([featureSeen('MATLAB', over)]);
  const events = async () =>
    (await server.world.store.find('outbox', {}, { limit: 500 })).map(({ type }) => type).filter((type) => type.startsWith('probe.'));
  const samples = async (): Promise<readonly UsageSample[]> => await server.world.store.find('usageSample', {}, { limit: 500 });
  const later = (ms: number) => {
    server.world.clock.advance(ms);
    at = server.world.clock.now();
  };
  const probe = async () => {
    const { body } = await server.call('GET', '/v1/probes');
    return (body.items as Record<string, unknown>[])[0] as { readings: Record<string, unknown>[]; servers: Record<string, unknown>[] };
  };
  const held = async () => (await server.call('GET', '/v1/inventory/matlab')).body;

  it('asks for the probes that are its own, and is then known to be alive', async () => {
    await apply(probeDocument('other', { agents: ['lab-2'] }), probeDocument('own', { agents: ['lab-1'], every: '10m' }));
    const { body } = await server.call('GET', '/v1/agent/probes', undefined, { token });
    expect(body.probes).toEqual([
      { name: 'lab', kind: 'flexlm', zone: 'UTC', everyMs: HOUR, settings: { command: 'lmstat' } },
      { name: 'own', kind: 'flexlm', zone: 'UTC', everyMs: 10 * MINUTE, settings: { command: 'lmstat' } },
    ]);
    expect((await server.call('GET', '/v1/agents')).body.items).toMatchObject([
      { name: 'lab-1', seenAt: server.world.clock.now(), version: 'unknown', tokenExpiresAt: expect.any(Number) },
    ]);
    expect(JSON.stringify((await server.call('GET', '/v1/agents')).body)).not.toContain(token);
  });

  it('gives a runway with its first sight, also of what counts no seats', async () => {
    const endsAt = Date.parse('2026-06-30T23:59:59Z');
    await send([good(matlab({ used: null, issued: null, expiresAt: endsAt, ends: 'dated' }))]);
    expect((await server.call('GET', '/v1/runways')).body.items).toContainEqual(
      expect.objectContaining({ name: 'matlab', state: 'dated', endsAt }),
    );
  });

  it('says what it saw, and it is shown where it is watched', async () => {
    expect(await send([good(matlab({ used: 7, expiresAt: END, ends: 'dated' }))])).toMatchObject({
      status: 200,
      body: { accepted: 1, unknown: [] },
    });
    expect(await held()).toMatchObject({
      watches: [
        { observed: [{ agent: 'lab-1', okAt: at, failure: null, features: [{ name: 'MATLAB', issued: 10, used: 7, expiresAt: END }] }] },
      ],
    });
    expect(await samples()).toMatchObject([{ feature: 'MATLAB', peak: 7, issued: 10, day: Math.floor(at / DAY) * DAY }]);
    expect((await server.call('GET', '/v1/agents')).body.items).toMatchObject([{ version: '0.1.0', dropped: 0 }]);
  });

  it('may send the same again, in whole or in part, and nothing more happens', async () => {
    const reports = [good(matlab()), good(matlab({ used: 9 }), at + 1), failed('timeout', at + 2)];
    later(MINUTE);
    await send(reports);
    const { probeReading, usageSample, outbox } = server.world.store.snapshot();
    for (const again of [reports, reports.slice(0, 1), reports.slice(1)])
      expect(await send(again)).toMatchObject({ status: 200, body: { accepted: again.length } });
    expect(server.world.store.snapshot()).toMatchObject({ probeReading, usageSample, outbox });
  });

  it('sends what it buffered in an outage, and each day gets its own peak', async () => {
    later(3 * DAY);
    await send([3, 2, 1, 0].map((days) => good(matlab({ used: 4 + days }), at - days * DAY)));
    expect((await samples()).map(({ peak }) => peak)).toEqual([7, 6, 5, 4]);
    server.world.clock.advance(MINUTE);
    await send([good(matlab({ used: 1 }), at + MINUTE)]);
    expect((await samples()).map(({ peak }) => peak)).toEqual([7, 6, 5, 4]);
  });

  it('that fails leaves the last good reading, with its age, and one event', async () => {
    await send([good(matlab())]);
    for (let hour = 0; hour < 3; hour++) {
      later(HOUR);
      await send([failed()]);
    }
    expect((await probe()).readings).toMatchObject([{ failure: 'timeout', failures: 3, ageMs: 3 * HOUR, features: 1 }]);
    expect(await events()).toEqual(['probe.added', 'probe.failed']);
    later(HOUR);
    await send([good(matlab())]);
    expect((await probe()).readings).toMatchObject([{ failure: null, failures: 0, ageMs: 0 }]);
    expect(await events()).toEqual(['probe.added', 'probe.failed', 'probe.recovered']);
  });

  it('that finds all servers down keeps what they served, with its age, and with when it ends', async () => {
    const endsAt = Date.parse('2026-06-30T23:59:59Z');
    await send([good(matlab({ expiresAt: endsAt, ends: 'dated' }))]);
    for (let hour = 0; hour < 2; hour++) {
      later(HOUR);
      await send([good(snapshotOfFeatures([], { servers: [{ name: 'lic-1', state: 'down', reason: 'no answer' }] }))]);
    }
    expect(await probe()).toMatchObject({
      readings: [{ failure: null, features: 1, ageMs: 2 * HOUR }],
      servers: [{ name: 'lic-1', state: 'down' }],
    });
    expect((await held()).runway).toMatchObject({ state: 'dated', endsAt });
    later(HOUR);
    await send([good(snapshotOfFeatures([featureSeen('Simulink')]))]);
    expect((await events()).filter((type) => type === 'probe.feature-vanished')).toHaveLength(1);
  });

  it('that succeeds without a feature has failed', async () => {
    await send([good(matlab())]);
    later(HOUR);
    await send([good(snapshotOfFeatures([]))]);
    expect((await probe()).readings).toMatchObject([{ failure: 'no-features', features: 1, ageMs: HOUR }]);
  });

  it('that misses a feature tells so, and it stays listed until it is there again', async () => {
    await send([good(snapshotOfFeatures([featureSeen('MATLAB'), featureSeen('Simulink')]))]);
    const seenAt = at;
    later(HOUR);
    await send([good(matlab())]);
    later(HOUR);
    await send([good(matlab())]);
    expect((await events()).at(-1)).toBe('probe.feature-vanished');
    expect((await probe()).readings).toMatchObject([{ vanished: [{ name: 'Simulink', lastSeenAt: seenAt, isNameLeft: false }] }]);
    later(HOUR);
    await send([good(snapshotOfFeatures([featureSeen('MATLAB'), featureSeen('Simulink')]))]);
    expect((await probe()).readings).toMatchObject([{ vanished: [] }]);
  });

  it('is not taken to see less when the probe was changed meanwhile', async () => {
    await send([good(snapshotOfFeatures([featureSeen('MATLAB'), featureSeen('Simulink')]))]);
    later(HOUR);
    await apply(probeDocument('lab', { settings: { command: 'other' } }));
    later(HOUR);
    await send([good(matlab())]);
    expect(await events()).toEqual(['probe.added', 'probe.changed']);
  });

  it('counts what was not understood', async () => {
    await send([good({ ...matlab(), unparsedCount: 250, unparsed: [{ line: 3, text: 'what is =this()' }] })]);
    expect((await probe()).readings).toMatchObject([{ unparsed: 250 }]);
  });

  it('speaks for itself only: a server is down when a quorum says so', async () => {
    await apply(probeDocument('lab', { quorum: 2 }));
    const second = String((await server.call('POST', '/v1/agents', { name: 'lab-2' })).body.token);
    const down = snapshotOfFeatures([], { servers: [{ name: 'lic-1', state: 'down', reason: 'refused' }] });
    later(1);
    await send([good(down)]);
    expect((await probe()).servers).toMatchObject([{ name: 'lic-1', state: 'unknown', basis: 'too-few' }]);
    await send([good(down)], second);
    expect((await probe()).servers).toMatchObject([{ name: 'lic-1', state: 'down', reasons: ['refused'] }]);
    later(HOUR);
    await send([good(matlab())], second);
    expect((await probe()).servers).toMatchObject([{ state: 'up' }]);
  });

  it('is told which probes are not its own, and those reports are dropped', async () => {
    await apply(probeDocument('other', { agents: ['lab-2'] }));
    const { body } = await send([good(matlab(), at, 'other'), good(matlab(), at, 'nowhere'), good(matlab())]);
    expect(body).toEqual({ accepted: 1, unknown: ['other', 'nowhere'] });
    expect(await server.world.store.count('probeReading', {})).toBe(1);
  });

  it('whose clock is ahead saw it now', async () => {
    await send([good(matlab(), at + 10 * DAY)]);
    expect((await probe()).readings).toMatchObject([{ at, okAt: at }]);
  });

  it.each([
    ['an instant beyond the year 9999', { features: [featureSeen('x', { expiresAt: 9e15 as never })] }],
    ['an instant before 1970', { takenAt: -1 }],
    ['a negative number', { features: [featureSeen('x', { used: -1 })] }],
    ['a name without end', { features: [featureSeen('x'.repeat(5_000))] }],
    ['more servers than there are', { servers: Array.from({ length: 1_001 }, () => ({ name: 's', state: 'up', reason: null })) }],
    ['a key that means nothing', { secret: 'x' }],
  ])('that sends %s is refused, and nothing is written', async (_, over) => {
    const before = JSON.stringify(server.world.store.snapshot());
    const { status } = await send([good({ ...matlab(), ...over } as unknown as Snapshot)]);
    expect(status).toBe(400);
    expect(JSON.stringify(server.world.store.snapshot())).toBe(before);
  });

  it('may name features as hostile as it likes, and at any length that is taken', async () => {
    const names = [
      '=cmd()',
      '<!channel>',
      '<script>',
      '\u001b[2J',
      'a/b/c',
      'line\nbreak',
      '\u202e',
      'é'.repeat(900),
      'x'.repeat(999),
      '__proto__',
    ];
    await apply(heldDocument('matlab', { watch: [{ probe: 'lab' }] }));
    later(1);
    await send([good(snapshotOfFeatures(names.map((name) => featureSeen(name))))]);
    expect((await samples()).length).toBe(names.length);
    expect(await server.call('GET', '/v1/inventory')).toMatchObject({ status: 200 });
  });

  it('says what the runway of a license is, in the same change', async () => {
    const runway = async () => (await server.call('GET', `/v1/licenses/${(await held()).license}/runway`)).body;
    expect(await runway()).toMatchObject({ state: 'dated', endsAt: END });
    const soon = at + 20 * DAY;
    later(HOUR);
    await send([good(matlab({ expiresAt: soon, ends: 'dated' }))]);
    expect(await runway()).toMatchObject({ endsAt: soon, cause: 'end', runwayMs: soon - at });
    later(HOUR);
    const latent = [{ act: 'restart', from: at - DAY, reason: 'The license file is gone.' }] as never;
    await send([good({ ...matlab({ expiresAt: soon, ends: 'dated', used: 5 }), latent })]);
    expect(await runway()).toMatchObject({ state: 'latent', cause: 'latent', runwayMs: 0 });
    expect((await server.world.store.find('outbox', {}, { limit: 500 })).filter(({ type }) => type === 'runway.changed')).toHaveLength(1);
  });

  it('lets seats be forecast from the peaks of its days', async () => {
    later(40 * DAY);
    await send(Array.from({ length: 40 }, (_, day) => good(matlab({ issued: 100, used: 40 + day }), at - (40 - day) * DAY)));
    const { license } = await held();
    const { body } = await server.call('GET', `/v1/licenses/${license}/runway`);
    const seats = (body.items as { cause: string; endsAt: number; interval: unknown }[]).find(({ cause }) => cause === 'seats');
    expect(seats?.interval).not.toBeNull();
    expect(Number(seats?.endsAt) - at).toBeGreaterThan(5 * DAY);
    expect(Number(seats?.endsAt) - at).toBeLessThan(60 * DAY);
  });
});
