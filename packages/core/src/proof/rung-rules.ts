/** Rungs that no state tells apart from their absence: for no plan is anything else on their two sides. */
import type { Plan, Policy } from '../policy/policy.ts';
import { TIMED_CAUSES } from '../policy/rules-path.ts';
import type { Findings } from './findings.ts';
import { type Line, rungPath } from './lines.ts';
import type { Path, Words } from './situation.ts';

interface PlanLine {
  readonly plan: Plan;
  readonly lines: readonly Line[];
}

export function proveRungs(policy: Policy, plans: readonly PlanLine[], findings: Findings): void {
  const [first] = plans;
  if (first === undefined) return;
  const seen = new Set<string>();
  const idle = new Map<string, { readonly plan: Plan; readonly words: Words }>();
  for (const { plan, lines } of plans)
    for (const { points } of lines)
      for (const [index, point] of points.entries()) {
        const before = points[index - 1];
        if (point.rung === null || before === undefined) continue;
        const key = JSON.stringify(point.rung);
        if (point.tier !== before.tier || point.notify !== before.notify) seen.add(key);
        else if (!idle.has(key)) idle.set(key, { plan, words: point.words });
      }
  for (const { path, at } of everyRung(policy)) {
    const key = JSON.stringify(path);
    if (seen.has(key)) continue;
    if (endsSilence(policy, path)) continue;
    const where = idle.get(key);
    const message =
      where === undefined
        ? `no license ever comes to this rung (${at})`
        : `nothing is different after this rung (${at}): what it says holds before it`;
    findings.add({
      ...{ rule: 'rung-unreachable', path, guarantee: null, message, plan: where?.plan ?? first.plan, words: where?.words ?? {} },
      ...{ begun: where === undefined ? 0 : 1, atMs: 0, expected: { kind: 'no-loss' } },
    });
  }
}

/** The last rung of silence has to be there, whatever it says: a lease ends with it. */
function endsSilence({ glidePath }: Policy, path: Path): boolean {
  return path[2] === 'unreachable' && path[3] === (glidePath.timed.unreachable ?? []).length - 1;
}

/** Every rung of the document that has a place of its own. */
function* everyRung(policy: Policy): Iterable<{ readonly path: Path; readonly at: string }> {
  const { timed, quota, seats, leadTime } = policy.glidePath;
  for (const cause of TIMED_CAUSES) {
    if (cause === 'expiry' && leadTime.length > 0) continue;
    for (const index of (timed[cause] ?? []).keys())
      yield { path: rungPath(policy, cause, null, index), at: `${cause}, rung ${index + 1}` };
  }
  for (const [meter, rungs] of Object.entries(quota))
    for (const [index, { percent }] of rungs.entries())
      yield { path: rungPath(policy, 'quota', meter, index), at: `${percent}% of ${meter}` };
  for (const [index, { percent }] of seats.entries())
    yield { path: rungPath(policy, 'seats', null, index), at: `${percent}% of the seats` };
}
