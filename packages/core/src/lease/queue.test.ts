import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../time.ts';
import { askAgainMs, placeMs } from './queue.ts';
import { planWith, SeatWorld } from './test-seats.ts';

const OVERAGE = { seats: 1, forMs: HOUR, againMs: null };

function full(seats: Parameters<typeof planWith>[0] = {}): SeatWorld {
  const world = new SeatWorld(planWith({ limit: 1, overage: null, whenFull: { kind: 'queue' }, ...seats }));
  world.acquire('a');
  return world;
}

/** They ask often enough that nobody loses its place. */
function waitAsking(world: SeatWorld, ms: number, holders: readonly string[]): void {
  for (let waited = 0; waited < ms; waited += MINUTE) {
    world.wait(Math.min(MINUTE, ms - waited));
    for (const jkt of holders) world.acquire(jkt);
  }
}

describe('the queue', () => {
  it('tells each its position and when its place ends', () => {
    const world = full({ queue: { forMs: HOUR } });
    const deadlineAt = world.now + HOUR;
    expect(world.acquire('b').verdict?.queue).toEqual({ position: 1, deadlineAt });
    expect(world.wait(SECOND).acquire('c').verdict?.queue).toEqual({ position: 2, deadlineAt: deadlineAt + SECOND });
    expect(world.acquire('b').verdict).toMatchObject({ kind: 'queued', retryAfterMs: MINUTE, queue: { position: 1, deadlineAt } });
  });

  it('is served in order, each with a hold of its own that it finds when it asks', () => {
    const world = full();
    for (const jkt of ['b', 'c']) world.wait(SECOND).acquire(jkt);
    world.wait(SECOND).release('a');
    expect(world.row('b')).toMatchObject({ state: 'granted', kind: 'floating', waitingSince: null, epoch: { count: 1 } });
    expect(world.row('b').holdUntil).toBe(world.now + HOUR);
    const found = world.wait(MINUTE).acquire('b');
    expect(found).toMatchObject({ outcome: 'granted', verdict: null });
    expect(found.lease?.holdUntil).toBe(world.now + HOUR);
    expect(world.acquire('c').verdict?.queue?.position).toBe(1);
  });

  it('lets nobody new pass who waits', () => {
    const world = full();
    world.acquire('b');
    const [, late] = world.batch([
      { op: 'release', jkt: 'a' },
      { op: 'acquire', jkt: 'new' },
    ]);
    expect(late?.outcome).toBe('verdict');
    expect(world.row('b').state).toBe('granted');
  });

  it('keeps a place while its holder goes on asking, and no longer', () => {
    const world = full();
    world.acquire('b');
    world.wait(SECOND).acquire('c');
    world.wait(placeMs(world.plan) - SECOND - 1);
    expect(world.acquire('c').verdict?.queue?.position).toBe(2);
    expect(world.wait(1).acquire('c').verdict?.queue?.position).toBe(1);
    expect(world.row('b')).toMatchObject({ state: 'released', waitingSince: null });
    expect(world.acquire('b').verdict?.queue?.position).toBe(2);
  });

  it('keeps a place through a time in which no node served', () => {
    const world = full();
    world.acquire('b');
    world.wait(30 * MINUTE);
    world.service = { id: 'service', servedAt: world.now, resumedAt: world.now, revision: 0 };
    world.acquire('c');
    expect(world.row('b').state).toBe('queued');
    expect(world.wait(MINUTE).acquire('b').verdict?.queue?.position).toBe(1);
  });

  it('ends a place at its deadline, says so, and lets its holder join again at the end', () => {
    const world = full({ queue: { forMs: 5 * MINUTE } });
    world.acquire('b');
    waitAsking(world, 4 * MINUTE, ['a', 'b', 'c']);
    expect(world.row('b').state).toBe('queued');
    world.wait(MINUTE);
    expect(world.acquire('b').verdict).toMatchObject({
      kind: 'denied',
      code: 'no-seat',
      reason: expect.stringContaining('joins the queue'),
    });
    expect(world.row('b').state).toBe('released');
    expect(world.acquire('b').verdict?.queue?.position).toBe(2);
  });

  it('gives a free seat even to one whose time is over, if nobody else waits', () => {
    const world = full({ queue: { forMs: 5 * MINUTE } });
    waitAsking(world, 5 * MINUTE, ['b']);
    world.batch([
      { op: 'release', jkt: 'a' },
      { op: 'acquire', jkt: 'b' },
    ]);
    expect(world.row('b').state).toBe('granted');
  });

  it('lets nobody take an overage seat that one before it can have', () => {
    const world = full({ overage: { ...OVERAGE, againMs: 2 * HOUR } });
    world.acquire('past');
    world.acquire('b');
    world.release('past');
    expect(world.acquire('new').verdict?.queue?.position).toBe(2);
    expect(world.acquire('b').outcome).toBe('overage');
  });

  it('is left by releasing', () => {
    const world = full();
    world.acquire('b');
    expect(world.release('b').outcome).toBe('released');
    expect(world.acquire('c').verdict?.queue?.position).toBe(1);
  });

  it('answers the same request alike, and one that was promoted meanwhile with its seat', () => {
    const world = full();
    const first = world.acquire('b', { requestId: 'same' });
    expect(world.acquire('b', { requestId: 'same' })).toMatchObject({ isReplay: true, lease: first.lease, verdict: first.verdict });
    world.release('a');
    expect(world.acquire('b', { requestId: 'same' })).toMatchObject({ isReplay: false, outcome: 'granted', verdict: null });
  });

  it('takes in who never fetched the seat that it was given, as somebody new', () => {
    const world = full();
    world.acquire('b');
    world.wait(SECOND).release('a');
    world.wait(2 * HOUR).acquire('c');
    expect(world.row('b').state).toBe('reaped');
    expect(world.acquire('b').verdict).toMatchObject({ kind: 'queued', queue: { position: 1 } });
  });

  it('supersedes a silent holder step by step, and then lets it wait', () => {
    const world = full();
    world.wait(2 * HOUR).acquire('b');
    const codes = [1, 2, 3].map(() => world.acquire('a').verdict?.code);
    expect(codes).toEqual(['superseded', 'superseded', 'queued']);
    world.release('b');
    expect(world.row('a')).toMatchObject({ state: 'granted', tier: null });
  });

  it('is left for what the plan says now, when that changes', () => {
    const world = full();
    world.acquire('b');
    world.plan = planWith({ limit: 1, overage: null, whenFull: { kind: 'deny' } });
    expect(world.acquire('b').verdict?.code).toBe('no-seat');
    expect(world.row('b').state).toBe('released');
  });

  it('says of a place behind all that are listed only that it is there', () => {
    const world = full();
    for (let count = 0; count < 201; count++) world.wait(1).acquire(`h${count}`);
    expect(world.acquire('h199').verdict?.queue?.position).toBe(200);
    expect(world.acquire('h200').verdict?.queue?.position).toBe(201);
    expect(world.acquire('h201').verdict?.queue?.position).toBe(201);
  });
});

describe('askAgainMs', () => {
  it.each([
    [HOUR, MINUTE],
    [MINUTE, 30 * SECOND],
  ])('is for a hold of %d ms %d ms', (ttlMs, expected) => {
    expect(askAgainMs({ lease: { ttlMs, renewAtPercent: 50 } })).toBe(expected);
  });
});
