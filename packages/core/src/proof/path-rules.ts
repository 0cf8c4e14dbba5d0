/** What must hold along the path of one cause, with nothing else begun: announced, in time, to an end, and back again. */
import type { Plan, Policy } from '../policy/policy.ts';
import type { Finding, Findings } from './findings.ts';
import type { Line, Point } from './lines.ts';
import { planTier } from './prove-combinations.ts';
import { both, elapsedWords, judged, type Words } from './situation.ts';

export interface PlanLines {
  readonly policy: Policy;
  readonly plan: Plan;
  readonly lines: readonly Line[];
  readonly findings: Findings;
}

/** Proves the built-in rules of each path; says how many states were decided beyond the points themselves. */
export function provePaths(proving: PlanLines): number {
  for (const line of proving.lines) {
    lossAnnounced(proving, line);
    noticeInTime(proving, line);
    bitesAfterReceipt(proving, line);
  }
  silenceEnds(proving);
  return restored(proving);
}

/** A loss: a point with a worse tier than the one before it. */
export interface Loss {
  readonly before: Point;
  readonly point: Point;
}

export function lossesOf({ points }: Line): readonly Loss[] {
  return points.flatMap((point, index) => {
    const before = points[index - 1];
    return before !== undefined && point.tier > before.tier ? [{ before, point }] : [];
  });
}

function at(point: Point): Pick<Finding, 'words' | 'begun' | 'atMs'> {
  return { words: point.words, begun: point.isBegun ? 1 : 0, atMs: point.atMs };
}

function tierNamed({ tiers }: Policy, position: number): string {
  return tiers[position]?.name ?? 'none';
}

/**
 * Somebody was told before: by a rung that is reached earlier, and where a tier goes by use by a rung no later, because it
 * bites a day after the holder has read it. Rungs at lead times tell of the end of a held license.
 */
function lossAnnounced({ policy, plan, findings }: PlanLines, line: Line): void {
  if (line.cause === 'expiry' && policy.glidePath.leadTime.length > 0) return;
  for (const { before, point } of lossesOf(line)) {
    const told = line.cause === 'quota' ? point.notify : before.notify;
    if (told !== 'none' || point.rung === null) continue;
    const message = `nothing is notified before tier ${tierNamed(policy, point.tier)} by ${line.cause}`;
    findings.add({
      rule: 'loss-unannounced',
      path: point.rung,
      guarantee: null,
      message,
      plan,
      ...at(point),
      expected: { kind: 'notice', ms: 1_000 },
    });
  }
}

/** A rung that only notifies, and comes when everything that the path takes is gone. */
function noticeInTime({ policy, plan, findings }: PlanLines, line: Line): void {
  const losses = lossesOf(line);
  const last = losses.at(-1);
  if (last === undefined) return;
  const from = line.points.indexOf(last.point);
  for (const [index, point] of line.points.entries()) {
    const before = line.points[index - 1];
    if (index <= from || point.rung === null || before === undefined || point.notify === before.notify) continue;
    const message = `this ${point.notify} notice comes after the last loss by ${line.cause}, tier ${tierNamed(policy, last.point.tier)}`;
    findings.add({
      rule: 'notice-after-loss',
      path: point.rung,
      guarantee: null,
      message,
      plan,
      ...at(point),
      expected: { kind: 'notice', ms: 1_000 },
    });
  }
}

/** A signed "no" takes something only some time after the holder has verified it. */
function bitesAfterReceipt({ policy, plan, findings }: PlanLines, line: Line): void {
  if (line.cause !== 'suspended' && line.cause !== 'revoked' && line.cause !== 'trust') return;
  const [untouched] = line.points;
  for (const point of line.points) {
    if (point.atMs > 0 || point.tier <= untouched.tier || point.rung === null) continue;
    const message = `tier ${tierNamed(policy, point.tier)} bites at the receipt itself: nobody has time to act`;
    const expected = { kind: 'tier', tier: tierNamed(policy, untouched.tier) } as const;
    findings.add({ rule: 'bites-before-receipt', path: point.rung, guarantee: null, message, plan, ...at(point), expected });
  }
}

/** Who never hears of its revocation comes down by silence, or goes on for ever. */
function silenceEnds({ policy, plan, lines, findings }: PlanLines): void {
  const rungs = policy.glidePath.timed.unreachable ?? [];
  const last = lines.find(({ cause }) => cause === 'unreachable')?.points.at(-1);
  if (last === undefined || rungs.some(({ tier }) => tier !== undefined)) return;
  const message = 'silence never ends in a tier: a holder that never hears of its revocation keeps everything';
  const lowest = tierNamed(policy, policy.tiers.length - 1);
  const path = ['spec', 'glidePath', 'unreachable'];
  const words = last.isBegun ? last.words : elapsedWords('unreachable', plan.termMs);
  findings.add({
    rule: 'silence-without-end',
    path,
    guarantee: null,
    message,
    plan,
    words,
    begun: 1,
    atMs: last.atMs,
    expected: { kind: 'tier', tier: lowest },
  });
}

/** A renewal, a signed word and a new window give back what was lost. Each alone, so that the rung at fault is found. */
function restored({ policy, plan, findings }: PlanLines): number {
  const recovered: readonly { readonly words: Words; readonly path: Finding['path']; readonly how: string }[] = [
    { words: elapsedWords('expiry', -plan.termMs), path: ['spec', 'glidePath', 'expiry'], how: 'right after a renewal' },
    { words: elapsedWords('unreachable', 0), path: ['spec', 'glidePath', 'unreachable'], how: 'with a signed word just read' },
    ...plan.quotas.map(({ meter }) => ({
      words: { usage: { [meter]: 0 } },
      path: ['spec', 'glidePath', 'quota', meter],
      how: `at the beginning of a window of ${meter}`,
    })),
  ];
  for (const { words, path, how } of recovered) {
    const { judgement } = judged(policy, plan, words);
    if (judgement.tier <= plan.tier) continue;
    const message = `${how} the tier is ${tierNamed(policy, judgement.tier)}, not the plan's own`;
    const expected = { kind: 'tier', tier: tierNamed(policy, plan.tier) } as const;
    findings.add({ rule: 'not-restored', path, guarantee: null, message, plan, words, begun: 1, atMs: 0, expected });
  }
  const all = recovered.reduce<Words>((words, one) => both(words, one.words), {});
  const everything = judged(policy, plan, all).judgement;
  if (everything.tier > plan.tier && findings.all().every(({ rule }) => rule !== 'not-restored'))
    findings.add({
      ...{ rule: 'not-restored', path: planTier(plan), guarantee: null, plan, words: all, begun: 2, atMs: 0 },
      message: `with everything recovered the tier is ${tierNamed(policy, everything.tier)}, not the plan's own`,
      expected: { kind: 'tier', tier: tierNamed(policy, plan.tier) },
    });
  return recovered.length + 1;
}
