import {
  after,
  BASIS_POINTS,
  DAY,
  decodeObserved,
  Fault,
  type ObservedChunkBody,
  type ObservedDecision,
  type PolicyRollout,
  SECOND,
  type Settings,
  settingsOf,
  type Write,
} from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../adapters/memory/memory-store.ts';
import { testClock } from '../../test-world.ts';
import { CHECK_COMMANDS } from '../checks/check.ts';
import { LEASE_COMMANDS } from '../leases/index.ts';
import { type LeaseServer, type LeaseServerOptions, leaseServer, ONE_SEAT, policyTree, put } from '../leases/test-leases.ts';
import { DIFFERENCES_KEPT_MS, forgetChunks, forgetDifferences } from './forget-chunks.ts';
import { OBSERVATION_COMMANDS, OBSERVATION_JOBS } from './index.ts';
import { WAITING_MAX } from './observations.ts';

const COMMANDS = [...LEASE_COMMANDS, ...CHECK_COMMANDS, ...OBSERVATION_COMMANDS];

async function house(recording: Partial<Settings> | null = { recording: 'full' }, options: LeaseServerOptions = {}): Promise<LeaseServer> {
  const server = await leaseServer({ ...options, server: { commands: COMMANDS, jobs: OBSERVATION_JOBS, ...options.server } });
  if (recording !== null) {
    const row = { ...settingsOf(null), ...recording, id: server.environment.id, revision: 0 };
    await put(server.world.store, [{ op: 'insert', table: 'environmentSetting', row }]);
  }
  await tick(server);
  return server;
}

async function tick({ server, world }: LeaseServer, ms = SECOND): Promise<void> {
  await server.tick(world.clock.advance(ms));
}

const checkIt = (server: LeaseServer) => server.call('POST', '/v1/check', { license: server.license.id, feature: 'build' });

interface Read {
  readonly decisions: readonly ObservedDecision[];
  readonly totals: Record<string, number>;
  readonly next: string | null;
}

async function read(server: LeaseServer, query = ''): Promise<Read> {
  const { status, body } = await server.call('GET', `/v1/observed-decisions${query}`);
  expect(status).toBe(200);
  const items = body.items as readonly { body: ObservedChunkBody }[];
  return {
    decisions: items.flatMap((item) => decodeObserved(item.body) ?? []),
    totals: body.totals as Record<string, number>,
    next: body.next as string | null,
  };
}

describe('a decision', () => {
  it('of each kind is on record, as it was asked and answered', async () => {
    const server = await house({ recording: 'full' }, { seats: ONE_SEAT });
    const a = server.installation('a');
    const startedAt = server.world.clock.now();
    await checkIt(server);
    await a.acquire();
    await server.installation('b').acquire();
    server.world.clock.advance(20 * SECOND);
    await a.renew();
    await a.acquire();
    const { decisions, totals } = await read(server);
    expect(decisions.map(({ asked, isDenied, tier, seats }) => [asked, isDenied, tier, seats.used])).toEqual([
      ['check', false, 'full', 0],
      ['acquire', false, 'full', 0],
      ['acquire', true, 'full', 1],
      ['renew', false, 'full', 1],
      ['renew', false, 'full', 1],
    ]);
    expect(decisions.map(({ lastSignedWordAt }) => (lastSignedWordAt ?? 0) - startedAt)).toEqual([0, 0, 0, 0, 20_000]);
    expect(totals).toMatchObject({ recorded: 5, unrecorded: 0, forgotten: 0 });
  });

  it('that was answered before is no decision', async () => {
    const server = await house();
    const a = server.installation('a');
    await a.acquire({ nonce: 'the-same-nonce' });
    await a.acquire({ nonce: 'the-same-nonce' });
    expect((await read(server)).totals.recorded).toBe(1);
  });

  it('is recorded by chance, by the share that the environment says, and counted where it is not', async () => {
    let drawn = 0;
    const random = { next: () => (drawn++ % 10) / 10 };
    const server = await house({ recording: 'sampled', sampleBasisPoints: 3_000 }, { parts: { random } });
    for (let count = 0; count < 20; count++) await checkIt(server);
    expect((await read(server)).totals).toMatchObject({ recorded: 6, unrecorded: 14 });
    expect(server.server.recorded()).toEqual({ recorded: 6, unrecorded: { off: 0, 'sampled-out': 14, overrun: 0, unwritten: 0 } });
  });

  it('is counted where nothing is recorded', async () => {
    const server = await house({ recording: 'off' });
    await checkIt(server);
    const { decisions, totals } = await read(server);
    expect([decisions.length, totals.recorded, totals.unrecorded]).toEqual([0, 0, 1]);
  });

  it('is sampled by default', async () => {
    const server = await house(null, { parts: { random: { next: () => 0.05 } } });
    await checkIt(server);
    expect((await read(server)).totals.recorded).toBe(1);
  });

  it('past what a node keeps in mind is counted, and waited for by nobody', async () => {
    const server = await house();
    const items = Array.from({ length: 100 }, () => ({ license: server.license.id, feature: 'build' }));
    for (let count = 0; count <= WAITING_MAX; count += items.length) await server.call('POST', '/v1/check:batch', { items });
    expect(server.server.recorded().unrecorded.overrun).toBe(100);
  }, 60_000);

  it('waits for others to fill a chunk, but not for long', async () => {
    const server = await house();
    await checkIt(server);
    await tick(server);
    expect(await server.world.store.count('observedChunk', {})).toBe(0);
    await tick(server, 10 * SECOND);
    await tick(server);
    expect(await server.world.store.count('observedChunk', {})).toBe(1);
  });

  it('is kept while the store refuses it, and written once', async () => {
    let isRefusing = false;
    const store = new MemoryStore(testClock());
    const commit = store.commit.bind(store);
    store.commit = async (change) => {
      if (isRefusing && change.writes.some(({ table }) => table === 'observedChunk'))
        throw new Fault('store-down', 'gone', { retryable: true });
      return commit(change);
    };
    const server = await house({ recording: 'full' }, { parts: { store } });
    await checkIt(server);
    isRefusing = true;
    await tick(server);
    await tick(server, 20 * SECOND);
    expect(server.server.jobs().find(({ name }) => name === 'observe')?.failures).toBe(1);
    isRefusing = false;
    expect((await read(server)).totals.recorded).toBe(1);
  });
});

describe('records', () => {
  it('are read from an instant on, page by page', async () => {
    const server = await house();
    await checkIt(server);
    await read(server);
    server.world.clock.advance(DAY);
    const since = server.world.clock.now();
    await checkIt(server);
    await read(server);
    const first = await read(server, '?limit=1');
    expect(first.decisions).toHaveLength(1);
    expect(await read(server, `?limit=1&after=${first.next}`)).toMatchObject({ decisions: [{ at: since }] });
    expect((await read(server, `?since=${since}`)).decisions.map(({ at }) => at)).toEqual([since]);
  });

  it('of another environment are not seen', async () => {
    const server = await house();
    await checkIt(server);
    const token = await server.tokenFor(['viewer'], 'staging').catch(() => null);
    expect(token === null || (await server.call('GET', '/v1/observed-decisions', undefined, { token })).status !== 200).toBe(true);
  });

  it('go by age and by size, the oldest first, and are counted', async () => {
    const server = await house();
    const { store, clock } = server.world;
    for (let day = 0; day < 3; day++) {
      await checkIt(server);
      await read(server);
      clock.advance(DAY);
    }
    const environment = server.environment.id;
    expect(await forgetChunks(store, environment, clock.now(), { keptMs: 2.5 * DAY, bytesMax: 1e9 })).toBe(1);
    expect(await store.get('observationState', environment)).toMatchObject({ chunks: 2, recorded: 3, forgotten: 1 });
    const { bytes } = (await store.get('observationState', environment)) ?? { bytes: 0 };
    expect(await forgetChunks(store, environment, clock.now(), { keptMs: 9 * DAY, bytesMax: bytes - 1 })).toBe(1);
    expect(await forgetChunks(store, environment, clock.now(), { keptMs: 9 * DAY, bytesMax: bytes - 1 })).toBe(0);
    expect(await store.get('observationState', environment)).toMatchObject({ chunks: 1, forgotten: 2 });
    expect(await store.count('observedChunk', {})).toBe(1);
  });
});

describe('a candidate', () => {
  it('is decided beside the version in force, and only differences are kept', async () => {
    const server = await house({ recording: 'off' });
    await rollOut(server, policyTree(undefined, { tier: 'reduced' }));
    await tick(server);
    await checkIt(server);
    await server.installation('a').acquire();
    const { status, body } = await differences(server);
    expect(status).toBe(200);
    expect(body.stages).toMatchObject([
      {
        ...{ stage: 'shadow', undecided: 0, counts: { decisions: 2, losses: 2, gains: 0, denials: 0 } },
        groups: [
          {
            ...{ kind: 'loss', plan: 'team', cause: 'none', decisions: 2, licenses: 1, isMoreLicenses: false },
            ...{ tier: { before: 'full', after: 'reduced', featuresLost: ['parallel'] } },
            examples: [{ license: server.license.id, asked: 'check', given: { plan: 'team', seatsUsed: 0 } }],
          },
        ],
      },
    ]);
  });

  it('that would deny a seat is seen to, though nobody was denied one', async () => {
    const server = await house({ recording: 'off' });
    await rollOut(server, policyTree(ONE_SEAT));
    await tick(server);
    for (const name of ['a', 'b', 'c']) await server.installation(name).acquire();
    expect((await differences(server)).body.stages).toMatchObject([
      { counts: { decisions: 3, denials: 2, losses: 0 }, groups: [{ kind: 'denial', cause: 'seats', decisions: 2 }] },
    ]);
  });

  it('that differs in nothing is compared all the same', async () => {
    const server = await house({ recording: 'off' });
    await rollOut(server, policyTree(undefined, { term: '2y' }));
    await tick(server);
    await checkIt(server);
    expect((await differences(server)).body.stages).toMatchObject([{ counts: { decisions: 1, losses: 0 }, groups: [] }]);
  });

  it('that lacks the plan decides nothing', async () => {
    const server = await house({ recording: 'off' });
    const tree = policyTree(undefined) as { spec: { plans: Record<string, unknown> } };
    tree.spec.plans = { squad: tree.spec.plans.team };
    await rollOut(server, tree);
    await tick(server);
    await checkIt(server);
    expect((await differences(server)).body.stages).toMatchObject([{ counts: { decisions: 1, withoutPlan: 1, losses: 0 } }]);
  });

  it('is not looked at for a pinned license, nor after its rollout has ended', async () => {
    const server = await house({ recording: 'off' });
    await rollOut(server, policyTree(undefined, { tier: 'reduced' }));
    const { id, revision } = await server.refreshed();
    const { digest } = (await server.world.store.find('policyPointer', {}, { limit: 1 }))[0] ?? { digest: '' };
    await put(server.world.store, [{ op: 'update', table: 'license', id, revision, set: { policyMode: 'pin', pinnedDigest: digest } }]);
    await tick(server);
    await checkIt(server);
    expect((await differences(server)).body.stages).toEqual([]);
    await end(server);
    await tick(server);
    await checkIt(server);
    expect((await differences(server)).body.stages).toEqual([]);
  });

  it('counts in a canary by what it has decided itself, each against the version that it replaces', async () => {
    const server = await house({ recording: 'off' });
    const candidate = await rollOut(server, policyTree(undefined, { tier: 'reduced' }), {
      stage: 'canary',
      shareBasisPoints: BASIS_POINTS,
    });
    const pointer = (await server.world.store.find('policyPointer', {}, { limit: 1 }))[0];
    if (pointer === undefined) throw new Error('no pointer');
    await tick(server);
    await checkIt(server);
    const set = { candidate, shareBasisPoints: BASIS_POINTS };
    await put(server.world.store, [{ op: 'update', table: 'policyPointer', id: pointer.id, revision: pointer.revision, set }]);
    await server.installation('a').acquire();
    expect((await differences(server)).body.stages).toMatchObject([{ stage: 'canary', counts: { decisions: 2, losses: 2 } }]);
    await tick(server);
    await tick(server);
    expect(await server.world.store.find('rolloutCount', { rollout: 'rlt_1' }, { limit: 9 })).toMatchObject([
      {
        ...{ round: 0, decisions: 1, losses: 1, gains: 0, denials: 0, baselineDenials: 0 },
        examples: [{ kind: 'loss', license: server.license.id, asked: 'acquire', tier: { before: 'full', after: 'reduced' } }],
      },
    ]);
  });

  it('is forgotten long after its rollout has ended, not while it runs', async () => {
    const server = await house({ recording: 'off' });
    const { store, clock } = server.world;
    await rollOut(server, policyTree(undefined, { tier: 'reduced' }));
    await tick(server);
    await checkIt(server);
    await differences(server);
    const later = after(clock.now(), DIFFERENCES_KEPT_MS);
    expect(await forgetDifferences(store, later)).toBe(0);
    await end(server);
    expect(await forgetDifferences(store, after(later, -1))).toBe(0);
    expect(await forgetDifferences(store, later)).toBe(1);
    expect(await store.count('rolloutDifference', {})).toBe(0);
  });

  it('of a rollout that is not there has no differences', async () => {
    expect((await differences(await house(), 'rlt_none')).status).toBe(404);
  });
});

async function differences(server: LeaseServer, id = 'rlt_1') {
  return server.call('GET', `/v1/policy-rollouts/${id}/differences`);
}

/** A candidate that is published and on its way, as promoting it would leave it. */
async function rollOut(server: LeaseServer, tree: Record<string, unknown>, over: Partial<PolicyRollout> = {}): Promise<string> {
  const { store, clock } = server.world;
  const [pointer] = await store.find('policyPointer', {}, { limit: 1 });
  if (pointer === undefined) throw new Error('no pointer');
  const candidate = await server.promote(tree);
  const [moved] = await store.find('policyPointer', {}, { limit: 1 });
  const now = clock.now();
  const row: PolicyRollout = {
    ...{ id: 'rlt_1', environment: server.environment.id, name: pointer.name, candidate, baseline: pointer.digest },
    ...{ stage: 'shadow', shareBasisPoints: 0, state: 'running', reason: 'try', startedAt: now, startedBy: 'pri_1', stagedAt: now },
    budget: { lossesBasisPoints: 100, denialsBasisPoints: 100, factor: 3, decisionsMin: 20 },
    ...{ stagedBy: 'pri_1', endedAt: null, retryAt: null, trips: 0, steps: [], evidence: null, revision: 0 },
    ...over,
  };
  const back: Write = {
    ...{ op: 'update', table: 'policyPointer', id: pointer.id, revision: moved?.revision ?? 0 },
    set: { digest: pointer.digest, previous: null },
  };
  await put(store, [back, { op: 'insert', table: 'policyRollout', row }]);
  return candidate;
}

async function end({ world }: LeaseServer): Promise<void> {
  const set = { state: 'cancelled', endedAt: world.clock.now() } as const;
  await put(world.store, [{ op: 'update', table: 'policyRollout', id: 'rlt_1', revision: 0, set }]);
}
