import { describe, expect, it } from 'vitest';
import { BUILD_SERVER, ESSENTIAL, REDUCED } from '../decision/test-policy.ts';
import { DAY, HOUR } from '../time.ts';
import { shortenedPath, shortenedRungs } from './offline-budget.ts';
import { planWith, SeatWorld } from './test-seats.ts';

const UNREACHABLE = BUILD_SERVER.glidePath.timed.unreachable ?? [];

/** Two of ten seats may be promised to silent holders. */
function world(seats: Parameters<typeof planWith>[0] = {}): SeatWorld {
  return new SeatWorld(planWith({ limit: 10, overage: null, whenFull: { kind: 'deny' }, offlineBudgetPercent: 20, ...seats }));
}

/** Each acquires, goes dark and is reaped. */
function goDark(of: SeatWorld, holders: readonly string[]): void {
  for (const jkt of holders) of.acquire(jkt);
  of.wait(HOUR + 2_000).reap();
}

describe('shortenedRungs', () => {
  it('are the same tiers in order, the first after one hold, each next one a hold later, notified at once', () => {
    expect(shortenedRungs(UNREACHABLE, HOUR)).toEqual([
      { at: 0, notify: 'critical' },
      { at: HOUR, tier: REDUCED, notify: 'critical' },
      { at: 2 * HOUR, tier: ESSENTIAL },
    ]);
  });

  it('come no later than the policy has them', () => {
    expect(
      shortenedRungs(
        [
          { at: 0, tier: 1 },
          { at: 90, tier: 2 },
        ],
        100,
      ),
    ).toEqual([
      { at: 0, tier: 1, notify: 'warning' },
      { at: 90, tier: 2 },
    ]);
  });
});

describe('shortenedPath', () => {
  const { features, tiers, glidePath } = BUILD_SERVER;
  const path = { features, tiers, timed: glidePath.timed, seats: glidePath.seats, quota: glidePath.quota };

  it('changes nothing but the rungs of silence', () => {
    const { unreachable, ...others } = shortenedPath(path, HOUR).timed;
    expect(unreachable).toEqual(shortenedRungs(UNREACHABLE, HOUR));
    expect({ ...shortenedPath(path, HOUR), timed: { ...others, unreachable: UNREACHABLE } }).toEqual(path);
  });

  it('is the same object for the same path', () => {
    expect(shortenedPath(path, HOUR)).toBe(shortenedPath(path, HOUR));
    expect(shortenedPath(path, DAY)).not.toBe(shortenedPath(path, HOUR));
  });
});

describe('the offline budget', () => {
  it('counts what a lease promises to a silent holder', () => {
    const of = world();
    expect(of.acquire('a').lease).toMatchObject({ isShortened: false, promisedUntil: of.now + 30 * DAY });
    of.wait(HOUR / 2);
    expect(of.renew('a').lease?.promisedUntil).toBe(of.now + 30 * DAY);
  });

  it('shortens a new lease once it is used up, also by holders that are reaped for it', () => {
    const of = world();
    of.acquire('a');
    of.acquire('b');
    of.wait(HOUR + 2_000);
    const fresh = of.acquire('c').lease;
    expect(of.row('a').state).toBe('reaped');
    expect(fresh).toMatchObject({ isShortened: true, promisedUntil: of.now + 2 * HOUR });
  });

  it('leaves a running lease as it is', () => {
    const of = world();
    of.acquire('honest');
    for (const jkt of ['a', 'b']) of.acquire(jkt);
    of.wait(HOUR / 2).renew('honest');
    of.wait(HOUR / 2 + 2_000).reap();
    expect(of.renew('honest').lease?.isShortened).toBe(false);
    expect(of.acquire('honest').lease?.isShortened).toBe(false);
  });

  it('makes a shortened lease whole when there is room again', () => {
    const of = world();
    goDark(of, ['a', 'b']);
    of.acquire('c');
    expect(of.wait(HOUR / 2).renew('c').lease?.isShortened).toBe(true);
    of.acquire('a');
    expect(of.renew('c').lease).toMatchObject({ isShortened: false, promisedUntil: of.now + 30 * DAY });
  });

  it('does not count against a silent holder that comes back what was promised to itself', () => {
    const of = world();
    goDark(of, ['a', 'b']);
    expect(of.renew('a').lease).toMatchObject({ state: 'granted', isShortened: false });
  });

  it('has room again when the promises have run out', () => {
    const of = world();
    goDark(of, ['a', 'b']);
    of.wait(30 * DAY);
    expect(of.acquire('c').lease?.isShortened).toBe(false);
  });

  it('does not forget what an earlier word promised', () => {
    const of = world();
    of.acquire('a');
    const promised = of.row('a').promisedUntil;
    goDark(of, ['b', 'c']);
    expect(of.renew('a').lease).toMatchObject({ isShortened: true, promisedUntil: promised });
  });

  it('is promised to nobody by a lease at the last tier', () => {
    const of = world({ limit: 0, whenFull: { kind: 'tier', tier: ESSENTIAL } });
    expect(of.acquire('a').lease?.promisedUntil).toBe(of.now);
  });

  it('shortens who comes from the queue, too', () => {
    const of = world({ limit: 1, offlineBudgetPercent: 100, whenFull: { kind: 'queue' } });
    of.acquire('dark');
    of.wait(HOUR + 1_000);
    of.acquire('b');
    of.wait(1_000).reap();
    expect(of.row('b')).toMatchObject({ state: 'granted', isShortened: true });
    expect(of.acquire('b').lease).toMatchObject({ isShortened: true, promisedUntil: of.now + 2 * HOUR });
  });

  it('is not asked about where the plan has none', () => {
    const of = world({ offlineBudgetPercent: null });
    goDark(of, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    expect(of.acquire('i').lease?.isShortened).toBe(false);
  });
});
