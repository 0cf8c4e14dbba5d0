/** Holders lose nothing to a time in which nobody could have renewed. */
import { describe, expect, it } from 'vitest';
import { after, HOUR, MINUTE, SECOND } from '../time.ts';
import { planWith, SeatWorld } from './test-seats.ts';

const GAP = 3 * HOUR;

/** A holder renewed, then no node served for three hours, and one serves again since now. */
function afterGap(): SeatWorld {
  const world = new SeatWorld(planWith({ limit: 1, overage: null, whenFull: { kind: 'deny' } }));
  world.acquire('a');
  world.wait(GAP);
  world.service = { id: 'service', servedAt: world.now, resumedAt: world.now, revision: 0 };
  return world;
}

/** A node goes on serving. */
function serve(world: SeatWorld, ms: number): SeatWorld {
  world.wait(ms);
  if (world.service !== null) world.service = { ...world.service, servedAt: world.now };
  return world;
}

describe('reaping', () => {
  it('waits one whole hold for those who could not renew while no node served', () => {
    const world = serve(afterGap(), HOUR - 1);
    expect(world.acquire('b').verdict?.code).toBe('no-seat');
    expect(serve(world, 1).acquire('b').outcome).toBe('granted');
    expect(world.row('a').state).toBe('reaped');
  });

  it('leaves a holder that came back within that time its seat', () => {
    const world = serve(afterGap(), 50 * MINUTE);
    expect(world.renew('a').outcome).toBe('granted');
    expect(serve(world, 20 * MINUTE).acquire('b').verdict?.code).toBe('no-seat');
  });

  it('makes no exception for who renewed after the gap and then fell silent', () => {
    const world = afterGap();
    world.renew('a');
    serve(world, HOUR + SECOND);
    expect(world.reap().reaped).toEqual([]);
    serve(world, SECOND);
    expect(world.reap().reaped).toHaveLength(1);
  });

  it('calls nobody silent before the gap itself is on record', () => {
    const world = new SeatWorld(planWith({ limit: 1, overage: null }));
    world.acquire('a');
    world.service = { id: 'service', servedAt: world.now, resumedAt: after(world.now, -HOUR), revision: 0 };
    world.wait(GAP);
    expect(world.reap().reaped).toEqual([]);
    world.service = { ...world.service, servedAt: after(world.now, -5 * SECOND) };
    expect(world.reap().reaped).toHaveLength(1);
  });

  it('gives no grace where no node has ever said that it serves', () => {
    const world = new SeatWorld(planWith({ limit: 1 }));
    world.acquire('a');
    expect(world.wait(HOUR + 2 * SECOND).reap().reaped).toHaveLength(1);
  });
});
