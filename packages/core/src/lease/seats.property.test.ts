/** The seat rules under random histories on a virtual clock. The world applies decisions as the server does. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../policy/policy.ts';
import type { Lease, SeatState } from '../ports/records.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../time.ts';
import { isInQueue } from './queue.ts';
import type { SeatDecision } from './seat-decision.ts';
import { openTo } from './seat-room.ts';
import { isCounted, isLive, overageStanding, seatLimit, seatsUsed, tierOfLease } from './seat-rules.ts';
import { planWith, SEATS, SeatWorld } from './test-seats.ts';
import { compareCounters } from './words.ts';

const HOLDERS = ['a', 'b', 'c', 'd', 'e'];
const OVERAGE = { seats: 2, forMs: 3 * HOUR, againMs: 12 * HOUR };

type Step =
  | { readonly kind: 'acquire' | 'renew' | 'release' | 'remove' | 'readmit'; readonly holder: string; readonly again: boolean }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'reap' }
  | { readonly kind: 'limit'; readonly seats: number }
  | { readonly kind: 'full'; readonly whenFull: 'deny' | 'queue' | number };

const holder = fc.constantFrom(...HOLDERS);
const asked = fc.record({
  kind: fc.constantFrom('acquire' as const, 'acquire' as const, 'renew' as const, 'renew' as const, 'release' as const),
  holder,
  again: fc.boolean(),
});
const shut = fc.record({ kind: fc.constantFrom('remove' as const, 'readmit' as const), holder, again: fc.constant(false) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: asked },
  { weight: 1, arbitrary: shut },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, SECOND, 10 * MINUTE, HOUR, HOUR + 2 * SECOND, DAY) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reap' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('limit' as const), seats: fc.nat(4) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('full' as const), whenFull: fc.constantFrom('deny' as const, 'queue' as const, 1, 2) }),
  },
);
const history = fc.record({
  limit: fc.nat(4),
  overage: fc.boolean(),
  kind: fc.constantFrom('floating' as const, 'named' as const, 'node-locked' as const),
  reserved: fc.nat(2),
  reassign: fc.boolean(),
  queueMs: fc.constantFrom(null, 90 * SECOND, HOUR),
  steps: fc.array(step, { maxLength: 80 }),
});

function whenFullOf(whenFull: 'deny' | 'queue' | number) {
  return typeof whenFull === 'number' ? ({ kind: 'tier', tier: whenFull } as const) : { kind: whenFull };
}

interface Start {
  readonly limit: number;
  readonly overage: boolean;
  readonly kind: NonNullable<Plan['seats']>['kind'];
  readonly reserved: number;
  readonly reassign: boolean;
  readonly queueMs: number | null;
}

function start({ limit, overage, kind, reserved, reassign, queueMs }: Start): SeatWorld {
  return new SeatWorld(
    planWith({
      ...{ limit, kind, overage: overage ? OVERAGE : null, whenFull: { kind: 'tier', tier: 2 }, offlineBudgetPercent: 50 },
      reserve: reserved === 0 ? [] : [{ group: 'ops', seats: reserved }],
      reassign: reassign ? { count: 1, perMs: DAY } : null,
      queue: queueMs === null ? null : { forMs: queueMs },
    }),
  );
}

/** Of the five the first two are of the group that seats are reserved for. */
const groupOf = (holder: string) => (holder < 'c' ? 'ops' : null);

interface Before {
  readonly rows: ReadonlyMap<string, Lease>;
  readonly seats: SeatState;
}

/** Takes one step, and gives the decision where a holder asked for something. */
function take(world: SeatWorld, next: Step): SeatDecision | null {
  switch (next.kind) {
    case 'acquire':
    case 'renew':
      return world[next.kind](next.holder, { person: next.holder, group: groupOf(next.holder) });
    case 'release':
      world.release(next.holder, { person: next.holder });
      return null;
    case 'remove':
    case 'readmit':
      world[next.kind](next.holder);
      return null;
    case 'reap':
      world.reap();
      return null;
    case 'wait':
      world.wait(next.ms);
      return null;
    case 'limit':
      world.terms = { ...world.terms, overrides: { seats: next.seats } };
      return null;
    case 'full':
      if (world.plan.seats !== null) world.plan = { ...world.plan, seats: { ...world.plan.seats, whenFull: whenFullOf(next.whenFull) } };
      return null;
  }
}

/** Runs random histories; `check` sees the world after each step, what was before it, and the decision if there was one. */
function each(check: (world: SeatWorld, before: Before, decision: SeatDecision | null) => void): void {
  fc.assert(
    fc.property(history, ({ steps, ...plan }) => {
      const world = start(plan);
      for (const next of steps) {
        const before = { rows: new Map(world.rows), seats: world.seats };
        const decision = take(world, next);
        check(world, before, decision);
      }
    }),
    { numRuns: 400 },
  );
}

/** A vacated seat that needs quota to be given on may stay free. */
function mayBeGivenOn({ seats, plan }: SeatWorld): boolean {
  return seats.vacated === 0 || plan.seats?.kind !== 'named' || plan.seats.reassign === null;
}

function inQueue(world: SeatWorld): readonly Lease[] {
  const input = world.input(world.situation(''));
  return [...world.rows.values()].filter((row) => isInQueue(input, row));
}

describe('seats under random histories', () => {
  it('count exactly the rows that hold one', () => {
    each((world) => {
      const holding = [...world.rows.values()].filter(isCounted);
      expect(world.seats.granted).toBe(holding.filter(({ state }) => state === 'granted').length);
      expect(world.seats.overage).toBe(holding.filter(({ state }) => state === 'overage').length);
    });
  });

  it('are never granted above the limit, nor above the limit and an open overage', () => {
    each((world, before, decision) => {
      if (decision === null) return;
      const own = decision.lease;
      const wasHolding = own !== null && isCounted(before.rows.get(own.holder) ?? { state: 'released', kind: null });
      if (own === null || !isCounted(own) || wasHolding) return;
      const limit = seatLimit(world.plan, world.terms) ?? 0;
      const past = world.plan.seats?.overage ?? null;
      const open = overageStanding(past, world.seats.overageOpenedAt, world.now).kind === 'open';
      const all = limit + (past?.seats ?? 0);
      if (own.state === 'granted') expect([decision.seats.granted <= limit, seatsUsed(decision.seats) <= all]).toEqual([true, true]);
      else expect([open, seatsUsed(decision.seats) <= limit + (past?.seats ?? 0)]).toEqual([true, true]);
    });
  });

  it('go to who waits in order: no live holder waits longer than one that was promoted', () => {
    each((world, before, decision) => {
      for (const lease of decision?.promoted ?? []) {
        const was = before.rows.get(lease.holder);
        const still = was?.state === 'queued' ? inQueue(world) : world.live(was?.state ?? 'overage');
        const passed = still.filter((row) => {
          const since = (of: typeof row | undefined) => (was?.state === 'overage' ? of?.acquiredAt : of?.waitingSince) ?? 0;
          const isAlike = before.rows.get(row.holder)?.state === was?.state && row.seatGroup === was?.seatGroup;
          return isAlike && since(row) < since(was);
        });
        expect(passed).toEqual([]);
      }
    });
  });

  it('go to nobody new while somebody of the same group is in the queue', () => {
    each((world, before, decision) => {
      const own = decision?.lease ?? null;
      if (own === null || own.state !== 'granted' || own.kind === 'named' || decision?.isReplay) return;
      const was = before.rows.get(own.holder);
      if (was !== undefined && was.state !== 'released') return;
      expect(inQueue(world).filter(({ seatGroup }) => seatGroup === own.seatGroup)).toEqual([]);
    });
  });

  it('are never left free within the limit while somebody waits', () => {
    each((world) => {
      world.reap();
      const limit = seatLimit(world.plan, world.terms) ?? 0;
      if (!mayBeGivenOn(world)) return;
      for (const row of [...world.live('overage'), ...world.live('when-full'), ...inQueue(world)]) {
        const open = openTo(world.plan.seats ?? SEATS, limit, world.seats, row.seatGroup);
        expect(world.seats.granted).toBeGreaterThanOrEqual(open);
      }
    });
  });

  it('that are reserved and free are taken by nobody outside the group', () => {
    each((world, before, decision) => {
      const own = decision?.lease ?? null;
      if (own === null || own.state !== 'granted' || own.seatGroup !== null || before.rows.get(own.holder)?.state === 'granted') return;
      const limit = seatLimit(world.plan, world.terms) ?? 0;
      const free = (world.plan.seats?.reserve ?? []).reduce(
        (sum, { group, seats }) => sum + Math.max(0, seats - (world.seats.groups[group] ?? 0)),
        0,
      );
      expect(world.seats.granted + free).toBeLessThanOrEqual(limit);
    });
  });

  it('count exactly the members of the group that hold one', () => {
    each((world) => {
      const members = [...world.rows.values()].filter((row) => isCounted(row) && row.seatGroup === 'ops').length;
      expect(world.seats.groups.ops ?? 0).toBe(members);
    });
  });

  it('reap nobody before its hold and the margin have ended', () => {
    each((world, before) => {
      for (const [of, was] of before.rows) {
        const isReaped = world.rows.get(of)?.state === 'reaped' && was.state !== 'reaped';
        if (isReaped) expect(was.holdUntil + 2 * SECOND).toBeLessThanOrEqual(world.now);
      }
    });
  });

  it('never shorten a whole lease that is running', () => {
    each((world, before) => {
      for (const [of, was] of before.rows)
        if (isLive(was) && !was.isShortened && isLive(world.row(of)) && was.epoch.count === world.row(of).epoch.count)
          expect(world.row(of).isShortened).toBe(false);
    });
  });

  it('never let an epoch fall', () => {
    each((world, before) => {
      for (const [of, row] of before.rows)
        expect(compareCounters(world.rows.get(of)?.epoch ?? row.epoch, row.epoch)).toBeGreaterThanOrEqual(0);
    });
  });

  it('never take more than one tier from a holder that has a lease', () => {
    each((world, before, decision) => {
      const own = decision?.lease ?? null;
      const was = own === null ? undefined : before.rows.get(own.holder);
      if (own === null || was === undefined || !(isLive(was) || was.state === 'reaped')) return;
      const drop = tierOfLease(world.policy, world.plan, own) - tierOfLease(world.policy, world.plan, was);
      expect(drop).toBeLessThanOrEqual(1);
    });
  });

  it('never evict: a granted seat that is renewed within its hold stays granted', () => {
    each((world, before, decision) => {
      const was = before.rows.get(decision?.lease?.holder ?? '');
      if (was?.state === 'granted' && was.holdUntil >= world.now) expect(decision?.outcome).toBe('granted');
    });
  });

  it('answer a repeated request alike, and change nothing by it', () => {
    fc.assert(
      fc.property(history, ({ steps, ...plan }) => {
        const world = start(plan);
        for (const next of steps) {
          const isAsked = next.kind === 'acquire' || next.kind === 'renew';
          if (!isAsked || !next.again) {
            take(world, next);
            continue;
          }
          const asking = {
            requestId: 'same',
            person: next.holder,
            group: groupOf(next.holder),
            epoch: world.rows.get(next.holder)?.epoch ?? null,
          };
          const first = world[next.kind](next.holder, asking);
          const [rows, seats] = [[...world.rows.values()], world.seats];
          const again = world.wait(1)[next.kind](next.holder, asking);
          if (first.lease !== null && first.lease.requestId === 'same') {
            expect([again.outcome, again.lease, again.verdict?.code]).toEqual([first.outcome, first.lease, first.verdict?.code]);
            expect([...world.rows.values()]).toEqual(rows);
            expect(world.seats).toEqual(seats);
          }
          const row = world.rows.get(next.holder);
          if (row !== undefined) world.rows.set(next.holder, { ...row, requestId: 'other' });
        }
      }),
      { numRuns: 300 },
    );
  });
});
