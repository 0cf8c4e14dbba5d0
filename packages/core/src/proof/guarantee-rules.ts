/** Guarantees about time: notice before a loss, time without a signed word, and when a revocation has bitten. */

import { LOWERING_DWELL_MS } from '../decision/terms.ts';
import { durationWords } from '../format-instant.ts';
import type { Guarantee, Notify } from '../policy/policy.ts';
import type { Milliseconds } from '../time.ts';
import type { Line, Point } from './lines.ts';
import { lossesOf, type PlanLines } from './path-rules.ts';
import { elapsedWords, judged } from './situation.ts';

/** Proves them for one plan; says how many states were decided for it, and which guarantees had nothing to say. */
export function proveGuarantees(proving: PlanLines): { readonly states: number; readonly vacuous: readonly number[] } {
  let states = 0;
  const vacuous: number[] = [];
  for (const [index, guarantee] of proving.policy.guarantees.entries()) {
    const found = proveOne(proving, guarantee, index);
    states += found.states;
    if (found.isVacuous) vacuous.push(index);
  }
  return { states, vacuous };
}

interface Outcome {
  readonly states: number;
  readonly isVacuous: boolean;
}

const NOTHING: Outcome = { states: 0, isVacuous: false };

function proveOne(proving: PlanLines, guarantee: Guarantee, index: number): Outcome {
  switch (guarantee.kind) {
    case 'notice':
      return proveNotice(proving, guarantee, index);
    case 'offline':
      return proveOffline(proving, guarantee.ms, index);
    case 'revocationBites':
      return proveRevocation(proving, guarantee.ms, index);
    default:
      return NOTHING;
  }
}

const LOUD: readonly Notify[] = ['warning', 'critical'];

/** A notify of warning or higher that long before every loss; what goes by use goes a day after it was read. */
function proveNotice(
  { policy, plan, lines, findings }: PlanLines,
  guarantee: Extract<Guarantee, { kind: 'notice' }>,
  index: number,
): Outcome {
  const { cause, ms } = guarantee;
  const losses = lines.filter((line) => line.cause === cause).flatMap((line) => lossesOf(line).map((loss) => ({ ...loss, line })));
  for (const { point, line } of losses) {
    const noticeMs = noticeBefore({ policy, plan, line }, point);
    if (noticeMs !== null && noticeMs >= ms) continue;
    const had = noticeMs === null ? 'no warning at all' : `${durationWords(noticeMs)} of warning`;
    findings.add({
      ...{
        rule: 'notice-too-late',
        path: ['spec', 'guarantees', index],
        guarantee: index,
        plan,
        words: point.words,
        begun: 1,
        atMs: point.atMs,
      },
      message: `tier ${policy.tiers[point.tier]?.name} by ${cause} comes with ${had}, and ${durationWords(ms)} were promised`,
      expected: { kind: 'notice', ms },
    });
  }
  return { states: losses.length, isVacuous: losses.length === 0 };
}

/** From the first warning to the loss; null: there is none before it. */
function noticeBefore({ line }: Pick<PlanLines, 'policy' | 'plan'> & { readonly line: Line }, loss: Point): Milliseconds | null {
  if (line.cause === 'quota') return LOUD.includes(loss.notify) ? LOWERING_DWELL_MS : null;
  const first = line.points.find(({ notify }) => LOUD.includes(notify));
  return first === undefined || first.atMs > loss.atMs ? null : loss.atMs - first.atMs;
}

/** The plan's own tier for all `0 ≤ t < ms` of silence. */
function proveOffline({ policy, plan, lines, findings }: PlanLines, ms: Milliseconds, index: number): Outcome {
  const line = lines.find(({ cause }) => cause === 'unreachable');
  const early = line?.points.find(({ atMs, tier, isBegun }) => isBegun && atMs < ms && tier > plan.tier);
  if (early)
    findings.add({
      ...{
        rule: 'offline-too-short',
        path: ['spec', 'guarantees', index],
        guarantee: index,
        plan,
        words: early.words,
        begun: 1,
        atMs: early.atMs,
      },
      message: `tier ${policy.tiers[early.tier]?.name} comes after ${durationWords(early.atMs)} without a signed word, and ${durationWords(ms)} at the plan's own were promised`,
      expected: { kind: 'tier', tier: policy.tiers[plan.tier]?.name ?? 'none' },
    });
  return { states: 0, isVacuous: ms === 0 };
}

/** The revoked path is at its last tier by then, counted from verified receipt. */
function proveRevocation({ policy, plan, lines, findings }: PlanLines, ms: Milliseconds, index: number): Outcome {
  const rungs = policy.glidePath.timed.revoked ?? [];
  const last = rungs.reduce((worst, { tier }) => Math.max(worst, tier ?? -1), -1);
  const promised = last === -1 ? plan.tier + 1 : Math.max(last, plan.tier);
  const later = lines.find(({ cause }) => cause === 'revoked')?.points.flatMap(({ atMs }) => (atMs > ms ? [atMs] : [])) ?? [];
  const decided = [ms, ...later].map((atMs) => ({ atMs, tier: judged(policy, plan, elapsedWords('revoked', atMs)).judgement.tier }));
  const early = decided.find(({ tier }) => tier < promised);
  const found = policy.tiers[early?.tier ?? plan.tier]?.name;
  if (early !== undefined && (last !== -1 || policy.tiers[promised] !== undefined))
    findings.add({
      ...{
        rule: 'revocation-late',
        path: ['spec', 'guarantees', index],
        guarantee: index,
        plan,
        words: elapsedWords('revoked', early.atMs),
        begun: 1,
        atMs: early.atMs,
      },
      message:
        last === -1
          ? `a revoked license keeps tier ${found} for ever: its path takes nothing`
          : `${durationWords(early.atMs)} after receipt a revoked license is at tier ${found}, and the path's last tier is ${policy.tiers[last]?.name}`,
      expected: { kind: 'tier', tier: policy.tiers[promised]?.name ?? 'none' },
    });
  return { states: decided.length, isVacuous: false };
}

/** How long a revoked holder that hears nothing goes on: until the last tier of silence; null: for ever. */
export function exposureOf({ points }: Line): Milliseconds | null {
  const last = points.filter((point, index) => point.tier > (points[index - 1]?.tier ?? point.tier)).at(-1);
  return last?.atMs ?? null;
}
