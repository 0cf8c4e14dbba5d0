/** What a batch comes to, and what a hostile holder does: under random requests on a virtual clock. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../time.ts';
import { type Asking, planWith, SeatWorld } from './test-seats.ts';

const asking: fc.Arbitrary<Asking> = fc.record({
  op: fc.constantFrom('acquire' as const, 'acquire' as const, 'renew' as const, 'release' as const),
  jkt: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  group: fc.constantFrom(null, 'ops'),
});
const rounds = fc.array(
  fc.record({ waitMs: fc.constantFrom(1, MINUTE, HOUR, HOUR + 2 * SECOND), asked: fc.array(asking, { maxLength: 12 }) }),
  {
    maxLength: 8,
  },
);
const plans = fc.record({
  limit: fc.nat(4),
  kind: fc.constantFrom('floating' as const, 'named' as const),
  overage: fc.constantFrom(null, { seats: 2, forMs: 3 * HOUR, againMs: DAY }),
  whenFull: fc.constantFrom({ kind: 'deny' } as const, { kind: 'queue' } as const, { kind: 'tier', tier: 2 } as const),
  offlineBudgetPercent: fc.constantFrom(null, 0, 50),
  reserve: fc.constantFrom([], [{ group: 'ops', seats: 1 }]),
  reassign: fc.constantFrom(null, { count: 1, perMs: DAY }),
});

/** The epoch of a request is what its holder had when it asked; both worlds ask alike. */
function asWhole(world: SeatWorld, asked: readonly Asking[]): readonly Asking[] {
  return asked.map((one) =>
    one.op === 'acquire' ? one : { ...one, epoch: world.rows.get(one.jkt)?.epoch ?? { incarnation: 1, count: 1 } },
  );
}

describe('a batch that is judged on one turn', () => {
  it('comes to what the same requests come to one by one', () => {
    fc.assert(
      fc.property(plans, rounds, (plan, all) => {
        const [together, alone] = [new SeatWorld(planWith(plan)), new SeatWorld(planWith(plan))];
        for (const { waitMs, asked } of all) {
          together.wait(waitMs);
          alone.wait(waitMs);
          const requests = asWhole(together, asked);
          const decisions = together.batch(requests);
          const each = requests.flatMap((request) => alone.batch([request]));
          const said = (of: typeof decisions) =>
            of.map((one) => [one.outcome, 'verdict' in one ? one.verdict : null, one.lease, one.happened]);
          expect(said(decisions)).toEqual(said(each));
          expect([...together.rows.values()].sort(byId)).toEqual([...alone.rows.values()].sort(byId));
          expect(together.seats).toEqual(alone.seats);
        }
      }),
      { numRuns: 400 },
    );
  });
});

const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1);

describe('a hostile holder that acquires, goes dark and is reaped, again and again', () => {
  const LIMIT = 10;
  const HONEST = ['h1', 'h2', 'h3', 'h4', 'h5'];

  it('runs out of offline budget, and honest holders notice nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 20 })), { minLength: 5, maxLength: 60 }),
        (turns) => {
          const plan = planWith({ limit: LIMIT, overage: null, whenFull: { kind: 'deny' }, offlineBudgetPercent: 20 });
          const world = new SeatWorld(plan);
          for (const jkt of HONEST) world.acquire(jkt);
          let keys = 0;
          for (const [many, pause] of turns) {
            for (let count = 0; count < many; count++) world.acquire(`evil-${keys++}`);
            for (let waited = 0; waited <= pause; waited++) {
              world.wait(10 * MINUTE);
              for (const jkt of HONEST) {
                const { outcome, lease } = world.renew(jkt);
                expect([outcome, lease?.tier, lease?.isShortened]).toEqual(['granted', null, false]);
              }
              world.reap();
            }
            const dark = [...world.rows.values()].filter(
              ({ holder, promisedUntil }) => holder.startsWith('evil') && promisedUntil > world.now,
            );
            const whole = dark.filter(({ isShortened }) => !isShortened);
            // The budget, and what was granted before the first of it had been reaped: no more than the seats that were free.
            expect(whole.length).toBeLessThanOrEqual(2 + LIMIT - HONEST.length);
            for (const row of dark) if (row.isShortened) expect(row.promisedUntil).toBeLessThanOrEqual(row.renewedAt + 2 * HOUR);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is bound by the budget in the long run, where it would have had the tier a hundred times', () => {
    const copies = (offlineBudgetPercent: number | null) => {
      const world = new SeatWorld(planWith({ limit: LIMIT, overage: null, whenFull: { kind: 'deny' }, offlineBudgetPercent }));
      for (let count = 0; count < 100; count++) world.wait(HOUR + 2 * SECOND).acquire(`evil-${count}`);
      return [...world.rows.values()].filter(({ promisedUntil }) => promisedUntil > world.now + DAY).length;
    };
    expect([copies(null), copies(20)]).toEqual([100, 2]);
  });
});
