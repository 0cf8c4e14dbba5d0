/** What must hold in every combined state of a plan, and of every step from one to another. */
import { LONG_SINCE } from '../decision/course.ts';
import type { Plan, Policy } from '../policy/policy.ts';
import type { Dimension } from './classes.ts';
import { COMBINATIONS_MAX, type Combinations, combine, groupsOf } from './combinations.ts';
import { type Findings, keyOf } from './findings.ts';
import type { Point } from './lines.ts';
import { both, judged, type Path, type Words } from './situation.ts';
import { faultsOfMove, faultsOfTier, type TierFault } from './tier-rules.ts';

interface Proving {
  readonly policy: Policy;
  readonly plan: Plan;
  readonly dimensions: readonly Dimension[];
  readonly states: Combinations;
  readonly findings: Findings;
}

/** Says how many states were decided, and whether all causes were combined at once. */
export function proveCombinations(
  policy: Policy,
  plan: Plan,
  dimensions: readonly Dimension[],
  findings: Findings,
): { readonly states: number; readonly isComplete: boolean } {
  const { terms, courses } = judged(policy, plan, {});
  const always = courses.filter(({ cause, steps }) => isLeaseCourse(cause) && steps[0].at === LONG_SINCE);
  const groups = groupsOf(dimensions, Math.floor(COMBINATIONS_MAX / policy.plans.length));
  let decided = 0;
  for (const group of groups) {
    const states = combine(terms, group, always);
    const proving = { policy, plan, dimensions: group, states, findings };
    proveStates(proving);
    proveMoves(proving);
    decided += states.size;
  }
  return { states: decided, isComplete: groups.length === 1 };
}

function isLeaseCourse(cause: string): boolean {
  return cause === 'none' || cause === 'bootstrap' || cause === 'grant';
}

function proveStates(proving: Proving): void {
  const { policy, dimensions, states } = proving;
  const faults = policy.tiers.map((_, tier) =>
    faultsOfTier(policy, tier).map((fault) => ({ fault, excuse: maskOf(dimensions, fault.unless) })),
  );
  if (faults.every((ofTier) => ofTier.length === 0)) return;
  for (let state = 0; state < states.size; state++) {
    const ofTier = faults[states.tiers[state] ?? 0];
    if (ofTier === undefined || ofTier.length === 0) continue;
    const begun = states.begunAt(state);
    for (const { fault, excuse } of ofTier) if ((begun & excuse) === 0) reportState(proving, state, fault, bits(begun));
  }
}

function maskOf(dimensions: readonly Dimension[], causes: readonly string[]): number {
  return dimensions.reduce((mask, { cause }, place) => (causes.includes(cause) ? mask | (1 << place) : mask), 0);
}

function reportState({ plan, dimensions, states, findings }: Proving, state: number, fault: TierFault, begun: number): void {
  if (fault.path !== null && !findings.isNews(keyOf({ ...fault, path: fault.path }), begun)) return;
  const classes = states.classesAt(state);
  const { cause } = states.judgementAt(state);
  const culprit = classes[dimensions.findIndex((dimension) => dimension.cause === cause)];
  const path = fault.path ?? culprit?.rung ?? planTier(plan);
  if (!findings.isNews(keyOf({ ...fault, path }), begun)) return;
  const words = classes.reduce<Words>((all, part) => both(all, part.words), {});
  const way = culprit === undefined ? `plan ${plan.name} begins there` : `the cause is ${cause}`;
  const atMs = classes.reduce((latest, part) => (part.isBegun ? Math.max(latest, part.atMs) : latest), Number.NEGATIVE_INFINITY);
  findings.add({ ...fault, path, message: `${fault.message}; ${way}`, plan, words, begun, atMs: Number.isFinite(atMs) ? atMs : 0 });
}

export function planTier(plan: Plan): Path {
  return ['spec', 'plans', plan.name, 'tier'];
}

/** Every step of one cause, whatever the others are at. */
function proveMoves(proving: Proving): void {
  const { policy, dimensions, states } = proving;
  const faults = policy.tiers.map((_, from) => policy.tiers.map((__, to) => faultsOfMove(policy, from, to)));
  for (const [cause, { classes, moves }] of dimensions.entries()) {
    const stride = states.stride(cause);
    for (const { from, to, point } of moves) {
      const leap = (to - from) * stride;
      for (let high = from * stride; high < states.size; high += classes.length * stride)
        for (let state = high; state < high + stride; state++) {
          const before = states.tiers[state] ?? 0;
          const after = states.tiers[state + leap] ?? 0;
          if (before === after) continue;
          const broken = faults[before]?.[after] ?? [];
          for (const fault of broken) reportMove(proving, { state, cause, point }, fault);
        }
    }
  }
}

interface Step {
  readonly state: number;
  readonly cause: number;
  readonly point: Point;
}

function reportMove({ plan, states, findings }: Proving, { state, cause, point }: Step, fault: TierFault): void {
  const others = states.begunAt(state) & ~(1 << cause);
  const begun = bits(others) + (point.isBegun ? 1 : 0);
  const path = fault.path ?? point.rung ?? planTier(plan);
  if (!findings.isNews(keyOf({ ...fault, path }), begun)) return;
  const classes = states.classesAt(state).filter((_, place) => place !== cause);
  const words = classes.reduce<Words>((all, part) => both(all, part.words), point.words);
  const atMs = classes.reduce((latest, part) => (part.isBegun ? Math.max(latest, part.atMs) : latest), point.atMs);
  findings.add({ ...fault, path, plan, words, begun, atMs });
}

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
