/**
 * What is lowered other than by elapsed time goes one tier a day after the holder has read it: a plan that was exchanged, and
 * the tiers that use takes. Looked at just before, at and just after each day.
 */
import { coursesOf } from '../decision/courses.ts';
import { judge } from '../decision/decide.ts';
import { situationOf } from '../decision/decide-given.ts';
import { LOWERING_DWELL_MS, type Observations, type Terms } from '../decision/terms.ts';
import { after, type Milliseconds } from '../time.ts';
import { STEP_MS } from './lines.ts';
import { lossesOf, type PlanLines } from './path-rules.ts';
import { planTier } from './prove-combinations.ts';
import { givenOf, NOW, type Words } from './situation.ts';

/** Says how many states were decided. */
export function proveDwell(proving: PlanLines): number {
  return proveLowerings(proving) + proveUse(proving);
}

interface Lowered {
  readonly terms: Terms;
  readonly observations: Observations;
  /** The best tier that was in force. */
  readonly from: number;
  readonly words: Words;
}

/** From each better tier down to the plan's own. */
function proveLowerings(proving: PlanLines): number {
  const { policy, plan } = proving;
  const { terms, observations } = situationOf(policy, givenOf(policy, plan, {}), NOW);
  let states = 0;
  for (let from = 0; from < plan.tier; from++)
    for (const age of agesOf(plan.tier - from)) {
      const lowered = [{ id: 'lowered', of: 'plan', from, effectiveAt: after(NOW, -age) } as const];
      const received = { ...observations, loweringReceivedAt: { lowered: after(NOW, -age) } };
      judgeDwell(proving, { terms: { ...terms, lowered }, observations: received, from, words: {} }, age);
      states += 1;
    }
  return states;
}

/** From the plan's own tier down to where the use of one meter leads. */
function proveUse(proving: PlanLines): number {
  const { policy, plan, lines } = proving;
  let states = 0;
  for (const line of lines.filter(({ cause }) => cause === 'quota')) {
    const last = lossesOf(line).at(-1);
    if (last === undefined) continue;
    const { terms, observations } = situationOf(policy, givenOf(policy, plan, last.point.words), NOW);
    for (const age of agesOf(last.point.tier - plan.tier)) {
      const rungs = policy.glidePath.quota[line.meter ?? '']?.length ?? 0;
      const usage = observations.usage.map((use) => ({ ...use, receivedAt: Array.from({ length: rungs }, () => after(NOW, -age)) }));
      judgeDwell(proving, { terms, observations: { ...observations, usage }, from: plan.tier, words: last.point.words }, age);
      states += 1;
    }
  }
  return states;
}

function agesOf(tiers: number): readonly Milliseconds[] {
  const days = Array.from({ length: tiers + 1 }, (_, day) => day * LOWERING_DWELL_MS);
  return days.flatMap((at) => [at - STEP_MS, at, at + STEP_MS]).filter((age) => age >= 0);
}

function judgeDwell({ policy, plan, findings }: PlanLines, { terms, observations, from, words }: Lowered, age: Milliseconds): void {
  const { tier } = judge(terms, coursesOf(terms, observations), NOW);
  const allowed = from + Math.floor(age / LOWERING_DWELL_MS);
  if (tier <= allowed) return;
  const names = `from ${policy.tiers[from]?.name} to ${policy.tiers[tier]?.name}`;
  findings.add({
    ...{ rule: 'bites-before-receipt', path: planTier(plan), guarantee: null, plan, words, begun: 1, atMs: age },
    message: `what was lowered bites ${names} before a day for each tier has passed since its receipt`,
    expected: { kind: 'tier', tier: policy.tiers[allowed]?.name ?? 'none' },
  });
}
