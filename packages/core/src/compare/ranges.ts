/**
 * Every state of a license that one of several policies tells from others, cause by cause: between two neighbouring
 * breakpoints nothing changes under any of them, so that one instant of each range stands for all of it.
 *
 * Exhaustive for one cause at a time. What several causes together come to is their lowest tier and highest notice, which
 * `combined-states.ts` looks through.
 */
import type { Given } from '../decision/given.ts';
import { pathTerms } from '../decision/path.ts';
import { isShareReached } from '../decision/shares.ts';
import { DURATION_MAX_MS } from '../policy/durations.ts';
import { planNamed } from '../policy/lookup.ts';
import type { Policy, ShareRung, TimedCause } from '../policy/policy.ts';
import { YEAR } from '../time.ts';
import type { StateRange } from './policy-difference.ts';

/** A situation without its plan, which each policy has its own of. */
export type Situation = Omit<Given, 'plan' | 'usage'> & {
  readonly usage: readonly { readonly meter: string; readonly used: number }[];
};

/** One range and a situation in it: its first one. */
export interface RangedState {
  readonly range: StateRange;
  readonly situation: Situation;
}

const TIMED: readonly TimedCause[] = ['revoked', 'suspended', 'trust', 'expiry', 'unreachable', 'identity', 'clock'];

/** Nothing has begun, the end is far: the state from which every other one differs by one cause. */
export function untouched(policies: readonly Policy[]): Situation {
  const first = Math.min(0, ...policies.flatMap((policy) => (pathTerms(policy).timed.expiry ?? []).map(({ at }) => at)));
  return {
    expiresInMs: first <= -YEAR ? DURATION_MAX_MS : YEAR,
    startsInMs: null,
    elapsedMs: {},
    seatsUsed: null,
    overageForMs: null,
    usage: [],
  };
}

/** The ranges of every cause in turn; those before a cause's first breakpoint are `untouched` and left out. */
export function rangesOf(policies: readonly Policy[], plan: string): readonly (readonly RangedState[])[] {
  const still = untouched(policies);
  const paths = policies.map((policy) => pathTerms(policy).timed);
  const timed = TIMED.map((cause) => {
    const ends = ascending(paths.flatMap((path) => (path[cause] ?? []).map(({ at }) => at)));
    return pairs(ends).map(([from, until]): RangedState => {
      const range = { cause, meter: null, from, until, overage: null };
      if (cause === 'expiry') return { range, situation: { ...still, expiresInMs: from === 0 ? 0 : -from } };
      return { range, situation: { ...still, elapsedMs: { [cause]: from } } };
    });
  });
  return [...timed, ...quotaRanges(policies, plan, still), seatRanges(policies, plan, still)];
}

function quotaRanges(policies: readonly Policy[], plan: string, still: Situation): readonly (readonly RangedState[])[] {
  const meters = new Set(policies.flatMap((policy) => planNamed(policy, plan)?.quotas.map(({ meter }) => meter) ?? []));
  return [...meters].map((meter) => {
    const ends = policies.flatMap((policy) => {
      const quota = planNamed(policy, plan)?.quotas.find((candidate) => candidate.meter === meter);
      return quota === undefined ? [] : sharesOf(policy.glidePath.quota[meter] ?? [], quota.limit);
    });
    return pairs(ascending(ends)).map(([from, until]) => ({
      range: { cause: 'quota', meter, from, until, overage: null },
      situation: { ...still, usage: [{ meter, used: from }] },
    }));
  });
}

/** Where each rung is reached: the least use of which `isShareReached` says so, as near as numbers come. */
function sharesOf(rungs: readonly ShareRung[], limit: number): readonly number[] {
  return rungs.map(({ percent }) => {
    const share = (percent * limit) / 100;
    return isShareReached(share, percent, limit) ? share : share * (1 + 2 * Number.EPSILON);
  });
}

/** Seats in use, and for how long overage has been open where that makes a difference. */
function seatRanges(policies: readonly Policy[], plan: string, still: Situation): readonly RangedState[] {
  const seats = policies.flatMap((policy) => {
    const own = planNamed(policy, plan)?.seats ?? null;
    return own === null ? [] : [{ ...own, rungs: policy.glidePath.seats }];
  });
  if (seats.length === 0) return [];
  const used = ascending([
    0,
    ...seats.flatMap(({ limit, overage, rungs }) => [
      limit,
      limit + (overage?.seats ?? 0),
      ...rungs.map(({ percent }) => whole(percent, limit)),
    ]),
  ]);
  const open = ascending([
    0,
    ...seats.flatMap(({ overage }) => (overage === null ? [] : [overage.forMs, overage.againMs ?? overage.forMs])),
  ]);
  return pairs(open).flatMap(([from, until]) =>
    pairs(used).map(([seatsFrom, seatsUntil]) => ({
      range: { cause: 'seats', meter: null, from: seatsFrom, until: seatsUntil, overage: { from, until } },
      situation: { ...still, seatsUsed: seatsFrom, overageForMs: seatsFrom === 0 ? null : from },
    })),
  );
}

/** The least whole number of seats at which the rung is reached. */
function whole(percent: number, limit: number): number {
  const about = Math.max(0, Math.floor((percent * limit) / 100) - 1);
  for (let used = about; ; used++) if (isShareReached(used, percent, limit)) return used;
}

function ascending(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function pairs(ends: readonly number[]): readonly (readonly [from: number, until: number | null])[] {
  return ends.map((from, at) => [from, ends[at + 1] ?? null]);
}
