import { describe, expect, it } from 'vitest';
import { DAY, MINUTE } from '../time.ts';
import type { SeatDecision } from './seat-decision.ts';
import { planWith, SeatWorld } from './test-seats.ts';

const MATCH = { of: ['disk', 'board', 'mac'], need: 2 };
const FIRST = { disk: '1', board: '1', mac: '1' };
const SECOND_MACHINE = { disk: '2', board: '2', mac: '2' };
const THIRD = { disk: '3', board: '3', mac: '3' };

function bound(rebind: { count: number; perMs: number } | null): SeatWorld {
  const world = new SeatWorld(planWith({ kind: 'node-locked', limit: 2, match: MATCH, rebind }));
  world.acquire('a', { fingerprint: FIRST });
  return world.wait(MINUTE);
}

const told = ({ happened }: SeatDecision) => happened.map(({ action }) => action);

describe('a node-locked seat', () => {
  it('is bound to a changed machine within its quota, and tells', () => {
    const world = bound({ count: 1, perMs: 30 * DAY });
    const decision = world.renew('a', { fingerprint: SECOND_MACHINE });
    expect(told(decision)).toEqual(['lease.rebound']);
    expect(decision).toMatchObject({ outcome: 'granted', lease: { fingerprint: SECOND_MACHINE, reboundAt: [world.now] } });
  });

  it('stays bound to the machine that it had past the quota, and its holder goes on', () => {
    const world = bound({ count: 1, perMs: 30 * DAY });
    world.renew('a', { fingerprint: SECOND_MACHINE });
    const at = world.now;
    const refused = world.wait(DAY).renew('a', { fingerprint: THIRD });
    expect(refused).toMatchObject({ outcome: 'granted', lease: { fingerprint: SECOND_MACHINE, reboundAt: [at] } });
    expect(refused.happened).toEqual([
      { action: 'lease.rebind-refused', subject: refused.lease?.id, facts: { holder: 'a', same: 0, need: 2, againAt: at + 30 * DAY } },
    ]);
    expect(told(world.renew('a', { fingerprint: SECOND_MACHINE }))).toEqual([]);
  });

  it('may be bound anew when the oldest has fallen out, and forgets it', () => {
    const world = bound({ count: 1, perMs: 30 * DAY });
    world.renew('a', { fingerprint: SECOND_MACHINE });
    world.wait(30 * DAY - 1);
    expect(told(world.acquire('a', { fingerprint: THIRD }))).toContain('lease.rebind-refused');
    world.wait(1);
    expect(told(world.acquire('a', { fingerprint: THIRD }))).toContain('lease.rebound');
    expect(world.row('a').reboundAt).toEqual([world.now]);
  });

  it('is bound to the same machine while enough of its components are the same', () => {
    const world = bound({ count: 0, perMs: DAY });
    const decision = world.renew('a', { fingerprint: { ...FIRST, mac: '9' } });
    expect([told(decision), decision.lease?.fingerprint]).toEqual([[], { ...FIRST, mac: '9' }]);
  });

  it('spends nothing of the quota on the first machine that is shown', () => {
    const world = new SeatWorld(planWith({ kind: 'node-locked', limit: 2, match: MATCH, rebind: { count: 0, perMs: DAY } }));
    world.acquire('a');
    const decision = world.renew('a', { fingerprint: FIRST });
    expect([told(decision), decision.lease?.fingerprint]).toEqual([[], FIRST]);
  });

  it('is bound to whatever machine shows itself where the plan has no quota', () => {
    const world = bound(null);
    const decision = world.renew('a', { fingerprint: SECOND_MACHINE });
    expect([told(decision), decision.lease?.fingerprint]).toEqual([['lease.machine-changed'], SECOND_MACHINE]);
  });

  it('that was given back is bound to the machine that asks for it next', () => {
    const world = bound({ count: 0, perMs: DAY });
    world.release('a');
    expect(world.acquire('a', { fingerprint: THIRD }).lease).toMatchObject({ fingerprint: THIRD, reboundAt: [] });
  });
});
