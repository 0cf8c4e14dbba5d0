/**
 * Proves what a policy promises, and what every policy has to keep, by deciding every state that can be told from another.
 *
 * Per plan: each cause alone at its breakpoints and one second on either side; every combination of the classes of tier and
 * notice that the causes come to; seats by count and age of overage; lowerings by days since receipt. The rule that decides
 * licenses decides these. A policy with more combinations than `COMBINATIONS_MAX` is proved by pairs of causes, and says so.
 *
 * Pure, and the same for the same policy. A bootstrap lease has no words in `given`: publishing keeps its essentials.
 */
import { guaranteeSentence } from '../compare/guarantee-differences.ts';
import { durationWords } from '../format-instant.ts';
import type { Plan, Policy } from '../policy/policy.ts';
import { type Dimension, dimensionsOf } from './classes.ts';
import { counterexampleOf } from './counterexample.ts';
import { proveDwell } from './dwell-proof.ts';
import { type Finding, openFindings } from './findings.ts';
import { exposureOf, proveGuarantees } from './guarantee-rules.ts';
import { type Line, linesOf } from './lines.ts';
import { provePaths } from './path-rules.ts';
import { promisesOf, RULE_ORDER } from './promises.ts';
import type { Proof, ProofNote } from './proof.ts';
import { proveCombinations } from './prove-combinations.ts';
import { proveRungs } from './rung-rules.ts';
import { proveSeats } from './seat-proof.ts';

interface PlanStates {
  readonly plan: Plan;
  readonly lines: readonly Line[];
  readonly dimensions: readonly Dimension[];
}

export function provePolicy(policy: Policy): Proof {
  const findings = openFindings();
  const notes: ProofNote[] = [];
  const plans = policy.plans.map((plan) => statesOf(policy, plan));
  const spoken = new Set<number>();
  let states = 0;
  for (const { plan, lines, dimensions } of plans) {
    const proving = { policy, plan, lines, findings };
    states += lines.reduce((sum, { points }) => sum + points.length, 0);
    states += provePaths(proving) + proveSeats(proving) + proveDwell(proving);
    const guarantees = proveGuarantees(proving);
    states += guarantees.states;
    for (const index of policy.guarantees.keys()) if (!guarantees.vacuous.includes(index)) spoken.add(index);
    const combined = proveCombinations(policy, plan, dimensions, findings);
    states += combined.states;
    notes.push(...notesOn(plan, lines, combined.isComplete));
  }
  proveRungs(policy, plans, findings);
  const found = [...findings.all()].sort(inOrder);
  return {
    isProved: found.length === 0,
    states,
    promises: promisesOf(policy, found),
    violations: found.map((finding) => ({
      rule: finding.rule,
      path: finding.path,
      message: finding.message,
      counterexample: counterexampleOf(policy, finding),
    })),
    notes: [...notes, ...vacuousNotes(policy, spoken)],
  };
}

/** More points than these take longer than anybody waits for an answer: about two seconds on one core. */
export const PROOF_POINTS_MAX = 100_000;

/**
 * How many points of single causes a proof looks at, worked out without looking: what bounds its time, because combinations
 * are bounded by themselves. For whoever proves what strangers send.
 */
export function proofSize({ plans, glidePath }: Policy): number {
  const timed = Object.values(glidePath.timed).reduce((sum, rungs) => sum + 3 * rungs.length + 3, 0);
  const ofPlan = ({ quotas, seats }: Plan): number =>
    timed +
    (seats === null ? 0 : 3 * glidePath.seats.length + 60) +
    quotas.reduce((sum, { meter }) => sum + (Object.hasOwn(glidePath.quota, meter) ? 2 * (glidePath.quota[meter]?.length ?? 0) + 3 : 0), 0);
  return plans.reduce((sum, plan) => sum + ofPlan(plan), 0);
}

/** The states of one plan: each cause alone, and the classes in which its states are the same. */
export function statesOf(policy: Policy, plan: Plan): PlanStates {
  const lines = linesOf(policy, plan);
  return { plan, lines, dimensions: dimensionsOf(lines) };
}

function inOrder(one: Finding, other: Finding): number {
  const byRule = RULE_ORDER.indexOf(one.rule) - RULE_ORDER.indexOf(other.rule);
  if (byRule !== 0) return byRule;
  const byGuarantee = (one.guarantee ?? -1) - (other.guarantee ?? -1);
  if (byGuarantee !== 0) return byGuarantee;
  return one.begun - other.begun || one.atMs - other.atMs;
}

function* notesOn(plan: Plan, lines: readonly Line[], isComplete: boolean): Iterable<ProofNote> {
  const silence = lines.find(({ cause }) => cause === 'unreachable');
  const ms = silence === undefined ? null : exposureOf(silence);
  const until = ms === null ? 'goes on for ever' : `is at its last tier after ${durationWords(ms)} of silence`;
  yield { code: 'exposure-without-receipt', message: `plan ${plan.name}: a revoked holder that never hears of it ${until}`, ms };
  const percent = plan.seats?.offlineBudgetPercent ?? null;
  if (percent !== null) {
    const hold = durationWords(plan.lease.ttlMs);
    const message = `plan ${plan.name}: once ${percent}% of the seats are promised to silent holders, new leases lose their first tier after ${hold} of silence, and a further one after each ${hold}`;
    yield { code: 'offline-budget-spent', message, ms: plan.lease.ttlMs };
  }
  if (!isComplete)
    yield { code: 'combined-by-pairs', message: `plan ${plan.name} has too many states: causes were combined two at a time`, ms: null };
}

function vacuousNotes({ guarantees }: Policy, spoken: ReadonlySet<number>): readonly ProofNote[] {
  return guarantees.flatMap((guarantee, index) =>
    spoken.has(index)
      ? []
      : [
          {
            code: 'guarantee-vacuous' as const,
            message: `"${guaranteeSentence(guarantee)}" says nothing here: no state could break it`,
            ms: null,
          },
        ],
  );
}
