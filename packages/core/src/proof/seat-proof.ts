/**
 * What the next holder gets, at every count of seats and every age of overage that makes a difference, and whether it is
 * within the limit; and that nothing at all is given before the start.
 */
import { decideGiven } from '../decision/decide-given.ts';
import { floorTier } from '../lease/seat-rules.ts';
import { formatDuration } from '../policy/durations.ts';
import type { SeatPlan } from '../policy/policy.ts';
import type { Milliseconds } from '../time.ts';
import type { Finding } from './findings.ts';
import { STEP_MS } from './lines.ts';
import type { PlanLines } from './path-rules.ts';
import { givenOf, type Words } from './situation.ts';
import { faultsOfTier } from './tier-rules.ts';

/** Says how many states were decided. */
export function proveSeats(proving: PlanLines): number {
  const { policy, plan, lines } = proving;
  beforeStart(proving);
  if (plan.seats === null) return 1;
  let states = 1;
  const barring: readonly Words[] = lines
    .filter(({ cause }) => cause === 'suspended' || cause === 'revoked')
    .flatMap(({ points }) => points.slice(1).map(({ words }) => words));
  for (const used of countsOf(plan.seats))
    for (const overageForMs of agesOf(plan.seats)) {
      const words = wordsOf(used, overageForMs);
      const { seat } = decideGiven(policy, givenOf(policy, plan, words));
      judgeSeat(proving, { used, overageForMs, words, seat: seat ?? '' });
      states += 1;
    }
  for (const words of barring) {
    const answer = decideGiven(policy, givenOf(policy, plan, { ...words, seatsUsed: 0 }));
    if (answer.code === 'degraded' && answer.seat !== 'deny')
      report(
        proving,
        { ...words, seatsUsed: 0 },
        'above-limit',
        `a new holder gets ${answer.seat} of a license whose ${answer.cause} path has taken a tier`,
        1,
      );
    states += 1;
  }
  closedOverage(proving, plan.seats);
  return states;
}

function countsOf({ limit, overage }: SeatPlan): readonly number[] {
  const full = limit + (overage?.seats ?? 0);
  return [...new Set([0, limit - 1, limit, limit + 1, full - 1, full, full + 1])].filter((used) => used >= 0).sort((a, b) => a - b);
}

function agesOf({ overage }: SeatPlan): readonly (Milliseconds | null)[] {
  if (overage === null) return [null];
  const around = [overage.forMs, ...(overage.againMs === null ? [] : [overage.againMs])].flatMap((at) => [at - STEP_MS, at, at + STEP_MS]);
  return [null, ...[...new Set([0, ...around])].filter((age) => age >= 0).sort((a, b) => a - b)];
}

function wordsOf(used: number, overageForMs: Milliseconds | null): Words {
  return { seatsUsed: used, ...(overageForMs === null ? {} : { overageFor: formatDuration(overageForMs) }) };
}

interface Answered {
  readonly used: number;
  readonly overageForMs: Milliseconds | null;
  readonly words: Words;
  readonly seat: string;
}

function judgeSeat(proving: PlanLines, { used, overageForMs, words, seat }: Answered): void {
  const { policy, plan, findings } = proving;
  const { limit, overage } = plan.seats ?? { limit: 0, overage: null };
  if (seat === 'granted' && used >= limit) report(proving, words, 'above-limit', `a seat is granted with ${used} of ${limit} in use`, 0);
  if (seat === 'overage' && (overage === null || used >= limit + overage.seats || !mayBeOpen(overage, overageForMs ?? 0)))
    report(proving, words, 'above-limit', `overage is granted with ${used} of ${limit} in use, where it has closed`, overageForMs ?? 0);
  const tier = policy.tiers.findIndex(({ name }) => name === seat);
  if (tier < 0) return;
  if (tier < plan.tier) report(proving, words, 'above-limit', `a full license gives tier ${seat}, better than the plan's own`, 0);
  for (const fault of faultsOfTier(policy, tier)) {
    if (fault.unless.includes('seats')) continue;
    const path = fault.path ?? ['spec', 'plans', plan.name, 'seats', 'whenFull'];
    findings.add({
      ...fault,
      path,
      message: `a full license gives its next holder ${seat}: ${fault.message}`,
      plan,
      words,
      begun: 1,
      atMs: 0,
    });
  }
}

/** Open from its beginning for its time, and again later; one that opens again before it has closed never closes. */
function mayBeOpen(overage: NonNullable<SeatPlan['overage']>, ageMs: Milliseconds): boolean {
  if (ageMs < overage.forMs) return true;
  return overage.againMs !== null && overage.againMs > overage.forMs && ageMs >= overage.againMs;
}

/** Who runs on overage steps down when it has closed; what it comes to then is promised as well. */
function closedOverage({ policy, plan, findings }: PlanLines, { limit, overage, whenFull }: SeatPlan): void {
  if (overage === null || whenFull.kind === 'tier') return;
  const words = { seatsUsed: limit + overage.seats, overageFor: formatDuration(overage.forMs) };
  for (const fault of faultsOfTier(policy, floorTier(policy, plan)))
    if (fault.rule === 'always-broken' && !fault.unless.includes('seats'))
      findings.add({
        ...fault,
        path: fault.path ?? [],
        ...{ message: `when overage has closed its holders step down, and ${fault.message}`, plan, words, begun: 2, atMs: overage.forMs },
      });
}

function beforeStart(proving: PlanLines): void {
  const words = { startsIn: formatDuration(STEP_MS) };
  const answer = decideGiven(proving.policy, givenOf(proving.policy, proving.plan, words));
  const given = Object.values(answer.features).includes('allow') || (answer.seat !== null && answer.seat !== 'deny');
  if (given) report(proving, words, 'above-limit', 'something is granted before the start', 0);
}

function report({ policy, plan, findings }: PlanLines, words: Words, rule: Finding['rule'], message: string, atMs: Milliseconds): void {
  const expected = { kind: 'tier', tier: policy.tiers[plan.tier]?.name ?? 'none' } as const;
  findings.add({ rule, path: ['spec', 'plans', plan.name, 'seats'], guarantee: null, message, plan, words, begun: 1, atMs, expected });
}
