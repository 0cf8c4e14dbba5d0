/**
 * Makes decisions again under another policy, fast enough for months of records: everything that depends on the policy alone
 * is laid out once per plan, and a decision reads numbers.
 *
 * What it says is what `decide` and `seatFor` say of the same facts (`observedSituation`); where the two could differ,
 * they are wrong. Which of the differences matters is `difference-groups.ts`'s business.
 */
import { decide } from '../decision/decide.ts';
import { pathTerms } from '../decision/path.ts';
import { isShareReached } from '../decision/shares.ts';
import { LOWERING_DWELL_MS } from '../decision/terms.ts';
import type { Cause, Plan, Policy, ShareRung } from '../policy/policy.ts';
import type { Instant } from '../time.ts';
import type { ObservedDecision, ObservedUse } from './observed-decision.ts';
import { limitUnder, observedSituation } from './observed-situation.ts';

export interface Replayed {
  /** Position in the policy's tiers; null before the start. */
  readonly tier: number | null;
  readonly cause: Cause;
  /** A seat that was asked for was not given, now or in a queue. */
  readonly isDenied: boolean;
}

export interface Replayer {
  readonly policy: Policy;
  /** Null: the policy lacks the plan, so that the license would stay with the version that it has. */
  replay(observed: ObservedDecision): Replayed | null;
}

export function createReplayer(policy: Policy): Replayer {
  const path = pathTerms(policy);
  const timed = {
    revoked: bitesOf(path.timed.revoked),
    suspended: bitesOf(path.timed.suspended),
    expiry: bitesOf(path.timed.expiry),
    unreachable: bitesOf(path.timed.unreachable),
    quota: new Map(Object.entries(path.quota).map(([meter, rungs]) => [meter, rungs.filter(({ tier }) => tier !== undefined)])),
  };
  const plans = new Map(policy.plans.map((plan) => [plan.name, ofPlan(policy, plan, timed)]));
  return { policy, replay: (observed) => plans.get(observed.plan)?.(observed) ?? null };
}

/** The rungs of a path that take something. */
interface Bites {
  readonly at: readonly number[];
  readonly tier: readonly number[];
}

interface Paths {
  readonly revoked: Bites;
  readonly suspended: Bites;
  readonly expiry: Bites;
  readonly unreachable: Bites;
  readonly quota: ReadonlyMap<string, readonly ShareRung[]>;
}

function bitesOf(rungs: readonly { readonly at: number; readonly tier?: number }[] = []): Bites {
  const biting = rungs.flatMap(({ at, tier }) => (tier === undefined ? [] : [{ at, tier }]));
  return { at: biting.map(({ at }) => at), tier: biting.map(({ tier }) => tier) };
}

const NOTHING_TAKEN = -1;

function tierAt({ at, tier }: Bites, begunAt: Instant | null, now: Instant): number {
  if (begunAt === null) return NOTHING_TAKEN;
  const elapsedMs = now - begunAt;
  for (let rung = at.length - 1; rung >= 0; rung--) if ((at[rung] ?? 0) <= elapsedMs) return tier[rung] ?? NOTHING_TAKEN;
  return NOTHING_TAKEN;
}

function ofPlan(policy: Policy, plan: Plan, paths: Paths): (observed: ObservedDecision) => Replayed {
  return (observed) => {
    const { at } = observed;
    const isAsking = observed.asked === 'acquire';
    if (at < observed.startsAt) return { tier: null, cause: 'none', isDenied: isAsking };
    const revoked = tierAt(paths.revoked, observed.revokedAt, at);
    const suspended = tierAt(paths.suspended, observed.suspendedAt, at);
    const isBarred = revoked !== NOTHING_TAKEN || suspended !== NOTHING_TAKEN;
    const isFull = isAsking && !hasRoom(plan, observed);
    const isDenied = isAsking && (isBarred || (isFull && plan.seats?.whenFull.kind !== 'tier'));
    if (observed.lowered.length > 0) return { ...plainly(policy, plan, observed), isDenied };
    // In the order in which causes win a tie; the lease's own tier comes last.
    let tier = plan.tier;
    let cause: Cause = 'none';
    if (revoked > tier) [tier, cause] = [revoked, 'revoked'];
    if (suspended > tier) [tier, cause] = [suspended, 'suspended'];
    const expiry = tierAt(paths.expiry, observed.expiresAt, at);
    if (expiry > tier) [tier, cause] = [expiry, 'expiry'];
    const unreachable = tierAt(paths.unreachable, observed.lastSignedWordAt, at);
    if (unreachable > tier) [tier, cause] = [unreachable, 'unreachable'];
    for (const use of observed.usage) {
      const quota = quotaTier(paths.quota, plan, use, at);
      if (quota > tier) [tier, cause] = [quota, 'quota'];
    }
    if (isFull && plan.seats?.whenFull.kind === 'tier' && plan.seats.whenFull.tier > tier) {
      [tier, cause] = [plan.seats.whenFull.tier, 'seats'];
    }
    return { tier, cause, isDenied };
  };
}

/** As `seatFor` counts, with what was agreed beside the plan. A plan that counts no seats has room for everybody. */
function hasRoom({ seats }: Plan, { seats: observed, at }: ObservedDecision): boolean {
  if (seats === null) return true;
  const limit = observed.isAgreed ? (observed.limit ?? seats.limit) : seats.limit;
  if (observed.used < limit) return true;
  const { overage } = seats;
  if (overage === null || observed.used >= limit + overage.seats) return false;
  const openedForMs = observed.overageOpenedAt === null ? 0 : at - observed.overageOpenedAt;
  return openedForMs < overage.forMs || (overage.againMs !== null && openedForMs >= overage.againMs);
}

/** Everything that was reached was so when it was last counted: it bites one tier per dwell from then on. */
function quotaTier(quota: Paths['quota'], plan: Plan, use: ObservedUse, now: Instant): number {
  const limit = limitUnder(plan, use);
  if (limit === null) return NOTHING_TAKEN;
  let deepest = NOTHING_TAKEN;
  for (const { percent, tier = NOTHING_TAKEN } of quota.get(use.meter) ?? []) {
    if (tier > deepest && isShareReached(use.used, percent, limit)) deepest = tier;
  }
  if (deepest <= plan.tier) return NOTHING_TAKEN;
  const bitten = plan.tier + Math.floor((now - use.asOf) / LOWERING_DWELL_MS);
  return bitten > plan.tier ? Math.min(deepest, bitten) : NOTHING_TAKEN;
}

/** A holder on its way down from other terms: seldom, and never by shortcuts. */
function plainly(policy: Policy, plan: Plan, observed: ObservedDecision): Pick<Replayed, 'tier' | 'cause'> {
  const { terms, observations } = observedSituation(policy, plan, observed);
  const { tier, cause } = decide(terms, observations, observed.at);
  return { tier, cause };
}
