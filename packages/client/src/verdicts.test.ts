import { DAY, HOUR, instant, MINUTE, type VerdictKind } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { type Asked, answer } from './issuer-fixture.ts';
import { START, tierOf, World } from './world-fixture.ts';

/** A control plane that says the same no to everybody. */
function saying(world: World, kind: VerdictKind, differing: Parameters<typeof world.server.verdict>[2] = {}) {
  return (asked: Asked) => answer({ word: world.server.verdict(asked, kind, differing) }, 403);
}

describe('a client that was dark for three days when its license was revoked', () => {
  it('keeps everything for the dwell, then loses one tier at a time', async () => {
    const world = new World();
    const running = await world.ready(world.machine());
    world.server.isUp = false;
    await world.time.run(3 * DAY);
    const revokedAt = instant(world.time.now() - 3 * DAY + HOUR);
    world.server.isUp = true;
    world.server.behaviour = (asked) =>
      answer({ word: world.server.lease(asked, { status: 'revoked', statusAt: revokedAt, seq: { incarnation: 1, count: 2 } }) });
    const heardAt = world.time.now() - START;
    await world.time.run(11 * MINUTE);
    expect(running.client.explain('build').causes.find(({ cause }) => cause === 'revoked')).toMatchObject({
      began: true,
      notify: 'critical',
    });
    expect(tierOf(running)).toBe('full');
    await world.time.run(4 * DAY);
    expect(running.tiers.map(({ tier }) => tier)).toEqual(['full', 'reduced', 'essential']);
    const [, reduced, essential] = running.tiers.map(({ at }) => at - heardAt);
    expect(reduced).toBeGreaterThanOrEqual(DAY);
    expect(reduced).toBeLessThan(DAY + 11 * MINUTE);
    expect((essential ?? 0) - (reduced ?? 0)).toBe(DAY);
    expect(running.client.check('parallel')).toMatchObject({ allowed: false, cause: 'revoked' });
  });

  it('does not begin its dwell anew with a restart, nor with the next answer', async () => {
    const world = new World();
    const machine = world.machine();
    const first = await world.ready(machine);
    world.server.behaviour = saying(world, 'revoked');
    await world.time.finish(first.client.refresh());
    await world.time.run(20 * HOUR);
    first.kill();
    const second = await world.ready(machine);
    expect(tierOf(second)).toBe('full');
    await world.time.run(5 * HOUR);
    expect(tierOf(second)).toBe('reduced');
    await world.time.run(DAY);
    expect(tierOf(second)).toBe('essential');
  });

  it('stays there when the server goes silent after its verdict', async () => {
    const world = new World();
    const machine = world.machine();
    const first = await world.ready(machine);
    world.server.behaviour = saying(world, 'revoked');
    await world.time.finish(first.client.refresh());
    world.server.isUp = false;
    first.kill();
    const second = await world.ready(machine);
    await world.time.run(50 * HOUR);
    expect(second.tiers.map(({ tier }) => tier)).toEqual(['full', 'reduced', 'essential']);
  });
});

describe('a suspension', () => {
  it('ends with the lease that says so, at once', async () => {
    const world = new World();
    const running = await world.ready(world.machine());
    world.server.behaviour = saying(world, 'suspended');
    await world.time.run(3 * DAY);
    expect(tierOf(running)).toBe('reduced');
    world.server.behaviour = (asked) => answer({ word: world.server.lease(asked) });
    await world.time.run(HOUR);
    expect(tierOf(running)).toBe('full');
    expect(running.client.check('parallel').allowed).toBe(true);
  });

  it('counts no earlier than it takes effect', async () => {
    const world = new World();
    const running = await world.ready(world.machine());
    const effectiveAt = instant(world.time.now() + 5 * DAY);
    world.server.behaviour = saying(world, 'suspended', { effectiveAt });
    await world.time.run(5 * DAY + 23 * HOUR);
    expect(tierOf(running)).toBe('full');
    await world.time.run(2 * HOUR);
    expect(tierOf(running)).toBe('reduced');
  });
});

describe('denied and queued', () => {
  it.each(['denied', 'queued'] as const)('%s says what a new holder gets, and never changes a running one', async (kind) => {
    const world = new World();
    const running = await world.ready(world.machine());
    world.server.behaviour = saying(world, kind, { code: 'no-seat' });
    await world.time.run(20 * DAY);
    expect(running.tiers.map(({ tier }) => tier)).toEqual(['full']);
    // It is a word all the same: nobody is unreachable.
    expect(running.client.status).toBe('ready');
    const newcomer = await world.ready(world.machine('other'), { whenNothingSigned: 'allow' });
    expect(newcomer.client.check('build')).toMatchObject({ allowed: false, code: 'not-in-tier', cause: 'seats', source: 'server' });
  });

  it('asks again for one who got none, and takes the seat when there is one', async () => {
    const world = new World();
    world.server.behaviour = saying(world, 'denied', { code: 'no-seat', retryAfterMs: 5 * MINUTE });
    const running = await world.ready(world.machine());
    expect(running.client.status).toBe('error');
    await world.time.run(HOUR);
    expect(world.server.asked.length).toBeLessThan(13);
    world.server.behaviour = (asked) => answer({ word: world.server.lease(asked) });
    await world.time.run(11 * MINUTE);
    expect(running.client.check('build')).toMatchObject({ allowed: true, tier: 'full' });
  });

  it('has a code of its own before the start', async () => {
    const world = new World();
    world.server.behaviour = saying(world, 'denied', { code: 'not-started' });
    const { client } = await world.ready(world.machine());
    expect(client.check('build')).toMatchObject({ allowed: false, code: 'not-started', cause: 'none' });
  });
});

describe('superseded', () => {
  it('costs one tier per verdict, as far as the floor, and the seat is asked for anew', async () => {
    const world = new World();
    const running = await world.ready(world.machine());
    world.server.behaviour = saying(world, 'superseded', { retryAfterMs: MINUTE });
    await world.time.finish(running.client.refresh());
    expect(tierOf(running)).toBe('reduced');
    expect(running.client.check('build').cause).toBe('seats');
    await world.time.finish(running.client.refresh());
    expect(tierOf(running)).toBe('essential');
    await world.time.finish(running.client.refresh());
    expect(tierOf(running)).toBe('essential');
    expect(world.server.asked.map(({ path }) => path)).toEqual(['/v1/leases', '/v1/leases/renew', '/v1/leases', '/v1/leases']);
    world.server.behaviour = (asked) => answer({ word: world.server.lease(asked) });
    await world.time.finish(running.client.refresh());
    expect(tierOf(running)).toBe('full');
  });

  it('does not hurry: one tier per renewal, whatever the verdict says of asking again', async () => {
    const world = new World();
    const running = await world.ready(world.machine());
    world.server.behaviour = saying(world, 'superseded', { retryAfterMs: MINUTE });
    await world.time.run(40 * MINUTE);
    expect(tierOf(running)).toBe('reduced');
  });

  it('is remembered over a restart', async () => {
    const world = new World();
    const machine = world.machine();
    const first = await world.ready(machine);
    world.server.behaviour = saying(world, 'superseded');
    await world.time.finish(first.client.refresh());
    world.server.isUp = false;
    first.kill();
    expect(tierOf(await world.ready(machine))).toBe('reduced');
  });
});

describe('holder-removed', () => {
  it('takes everything at once, outlives a restart, and ends when the holder is let in again', async () => {
    const world = new World();
    const machine = world.machine();
    const first = await world.ready(machine);
    const well = world.server.behaviour;
    world.server.behaviour = saying(world, 'holder-removed');
    await world.time.finish(first.client.refresh());
    expect(first.client.check('build')).toMatchObject({ allowed: false, code: 'holder-removed', tier: 'none' });
    expect(first.client.limit('parallel-jobs')).toBeUndefined();
    expect(first.client.status).toBe('fatal');
    first.kill();
    world.server.isUp = false;
    const second = await world.ready(machine, { whenNothingSigned: 'allow' });
    expect(second.client.check('build')).toMatchObject({ allowed: false, code: 'holder-removed' });
    world.server.isUp = true;
    world.server.behaviour = well;
    await world.time.run(HOUR);
    expect(tierOf(second)).toBe('full');
    expect(second.client.status).toBe('ready');
  });
});

describe('a lease that the server does not know', () => {
  it('is asked for anew, and nothing is lost meanwhile', async () => {
    const world = new World();
    const running = await world.ready(world.machine());
    world.server.behaviour = (asked) =>
      asked.path.endsWith('/renew')
        ? answer({ word: world.server.verdict(asked, 'denied', { code: 'lease-unknown' }) }, 404)
        : answer({ word: world.server.lease(asked) });
    await world.time.run(HOUR);
    expect(running.tiers).toHaveLength(1);
    expect(world.server.asked.map(({ path }) => path).slice(0, 3)).toEqual(['/v1/leases', '/v1/leases/renew', '/v1/leases']);
  });
});

describe('a compromised key', () => {
  it('is a path and no cliff: the lease goes on, and trust begins when the key set is heard', async () => {
    const world = new World();
    const running = await world.ready(world.machine());
    world.issuer.rotate();
    world.issuer.condemnOthers();
    // A server that still signs with the condemned key; its answers hint at the newer key set.
    const condemned = world.issuer.key;
    world.server.behaviour = (asked) => answer({ word: world.server.lease(asked), keySet: { version: world.issuer.version } });
    await world.time.finish(running.client.refresh());
    expect(tierOf(running)).toBe('full');
    expect(running.client.explain('build').causes.find(({ cause }) => cause === 'trust')?.began).toBe(false);
    world.issuer.rotate();
    world.issuer.condemnOthers();
    world.server.behaviour = (asked) =>
      answer({
        word: world.issuer.lease({ nonce: asked.nonce, cnf: { jkt: asked.jkt } }, condemned),
        keySet: { version: world.issuer.version },
      });
    await world.time.finish(running.client.refresh());
    expect(running.client.explain('build').causes.find(({ cause }) => cause === 'trust')?.began).toBe(true);
    await world.time.run(13 * DAY);
    expect(tierOf(running)).toBe('full');
    await world.time.run(2 * DAY);
    expect(tierOf(running)).toBe('reduced');
  });

  it('condemns nobody: a verdict that it signed is not believed', async () => {
    const world = new World();
    const running = await world.ready(world.machine());
    const stolen = world.issuer.key;
    world.issuer.rotate();
    world.issuer.condemnOthers();
    await world.time.finish(running.client.refresh());
    world.server.behaviour = ({ nonce, jkt }) => answer({ word: world.issuer.verdict('holder-removed', { nonce, cnf: { jkt } }, stolen) });
    await world.time.finish(running.client.refresh());
    expect(tierOf(running)).toBe('full');
    expect(running.client.health().counters['word.compromised-key']).toBe(1);
  });
});

describe('a lowering of terms', () => {
  it('counts from this installation’s own receipt, one tier a day', async () => {
    const world = new World();
    const running = await world.ready(world.machine());
    world.server.isUp = false;
    await world.time.run(3 * DAY);
    world.server.isUp = true;
    const effectiveAt = instant(world.time.now() - 3 * DAY);
    const lowered = [{ id: 'low_1', of: 'plan', from: 'full', effectiveAt }] as const;
    world.server.terms = { plan: 'small', planTier: 'essential', tier: 'essential', lowered, seq: { incarnation: 1, count: 2 } };
    await world.time.run(11 * MINUTE);
    expect(tierOf(running)).toBe('full');
    await world.time.run(DAY);
    expect(tierOf(running)).toBe('reduced');
    await world.time.run(DAY);
    expect(tierOf(running)).toBe('essential');
    expect(running.client.check('build').cause).toBe('none');
  });

  it('takes a lease that is two tiers lower one tier at once and the next an hour later, where nobody announced it', async () => {
    const world = new World();
    const running = await world.ready(world.machine());
    world.server.terms = { tier: 'essential', tierCause: 'seats' };
    await world.time.finish(running.client.refresh());
    expect(tierOf(running)).toBe('reduced');
    expect(running.client.check('build').next).toMatchObject({ cause: 'seats', tier: 'essential', at: world.time.now() + HOUR });
    await world.time.run(HOUR - 1);
    expect(tierOf(running)).toBe('reduced');
    await world.time.run(1);
    expect(tierOf(running)).toBe('essential');
  });
});

describe('a quota', () => {
  it('bites a day after its receipt, and gives back when its window ends', async () => {
    const world = new World();
    const resetsAt = instant(world.time.now() + 3 * DAY);
    const running = await world.ready(world.machine());
    const quotas = [
      { meter: 'minutes', unit: 'min', used: 130, limit: 100, asOf: world.time.now(), resetsAt, slice: null, reachedAt: [null, null] },
    ];
    world.server.terms = { quotas };
    await world.time.finish(running.client.refresh());
    world.server.isUp = false;
    await world.time.run(4 * DAY);
    expect(running.tiers.map(({ tier }) => tier)).toEqual(['full', 'reduced', 'full']);
    expect(running.tiers[1]?.at).toBeGreaterThanOrEqual(DAY);
    expect(running.tiers[2]?.at).toBe(3 * DAY);
  });
});
