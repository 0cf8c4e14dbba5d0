/** Rollouts for people: where each is, what was counted of it, who took which step, and what to type next. */
import type { PolicyRollout, RolloutCounts, RolloutEvidence, RolloutState } from '@glidepath/core';
import { numberOf } from '../policy-replay/group-lines.ts';
import { type Safe, type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import { day } from '../when.ts';

/** As the API gives it. */
export interface RolloutShown extends Omit<PolicyRollout, 'revision' | 'evidence'> {
  readonly counts: RolloutCounts;
  readonly evidence: RolloutEvidence | null;
}

/** What needs somebody first. */
const ORDER: readonly RolloutState[] = ['held', 'running', 'rolled-back', 'completed', 'cancelled'];

export function rolloutTable(rollouts: readonly RolloutShown[], paint: Paint): readonly Safe[] {
  const head = ['POLICY', 'STATE', 'STAGE', 'SHARE', 'DECISIONS', 'WORSE', 'SINCE', 'ROLLOUT'].map((word) => paint.dim(word));
  const rows = rollouts
    .toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || b.startedAt - a.startedAt)
    .map(({ name, state, stage, shareBasisPoints, counts, stagedAt, endedAt, id }): readonly Sayable[] => [
      ...[name, stateWord(state, paint), stage, share(shareBasisPoints), counts.decisions, counts.losses + counts.denials],
      ...[day(endedAt ?? stagedAt), id],
    ]);
  return table([head, ...rows], { right: [3, 4, 5] });
}

export function rolloutLines(rollout: RolloutShown, paint: Paint): readonly Safe[] {
  const { name, state, stage, shareBasisPoints, counts, candidate, baseline, evidence, id, retryAt } = rollout;
  const of = stage === 'canary' ? ` of ${share(shareBasisPoints)}` : '';
  const worse = `${numberOf(counts.losses, 'loss', 'losses')}, ${numberOf(counts.denials, 'denial')}`;
  const wasTripped = evidence !== null && (state === 'held' || state === 'rolled-back');
  return [
    text`${paint.bold(name)}  ${stateWord(state, paint)} in ${stage}${of}  ${id}`,
    text`  ${paint.dim('version  ')} ${candidate}`,
    text`  ${paint.dim('over     ')} ${baseline}`,
    text`  ${paint.dim('counted  ')} ${numberOf(counts.decisions, 'decision')}, ${counts.losses + counts.denials > 0 ? paint.bad(worse) : worse}`,
    ...(wasTripped ? [text`  ${paint.dim('evidence ')} ${evidence.sentence}`] : []),
    ...(retryAt === null ? [] : [text`  ${paint.dim('again    ')} on a hundredth at ${day(retryAt)}`]),
    text`next: ${nextCommand(rollout)}`,
  ];
}

export function nextCommand({ name, state, stage, evidence, id }: RolloutShown): string {
  if (state === 'held' || (state === 'rolled-back' && evidence !== null)) return `glidepath policy differences ${id}`;
  if (state !== 'running') return `glidepath policy history ${name}`;
  if (stage === 'full') return `glidepath policy rollouts   (back: glidepath policy rollback ${name} --reason TEXT)`;
  return `glidepath policy differences ${id}, then glidepath policy promote ${name} --reason TEXT`;
}

export function historyLines(rollouts: readonly RolloutShown[], paint: Paint): readonly Safe[] {
  const head = ['WHEN', 'VERSION', 'STEP', 'BY', 'WHY'].map((word) => paint.dim(word));
  const steps = rollouts.flatMap(({ steps: taken, candidate, state, endedAt, reason, trips }) => {
    const ended: readonly Row[] = endedAt === null ? [] : [endRow({ candidate, state, endedAt, reason, trips }, paint)];
    return [
      ...taken.map(({ at, stage, shareBasisPoints, by, reason: why }): Row => {
        const step = stage === 'canary' ? `canary of ${share(shareBasisPoints)}` : stage;
        return { at, cells: [day(at), short(candidate), step, by, why] };
      }),
      ...ended,
    ];
  });
  return table([head, ...steps.toSorted((a, b) => b.at - a.at).map(({ cells }) => cells)]);
}

interface Row {
  readonly at: number;
  readonly cells: readonly Sayable[];
}

type Ended = Pick<PolicyRollout, 'candidate' | 'state' | 'reason' | 'trips'> & { readonly endedAt: number };

function endRow({ candidate, state, endedAt, reason, trips }: Ended, paint: Paint): Row {
  const isBySystem = state === 'completed' || trips > 0;
  const why = state === 'completed' ? 'watched, and nothing spoke against it' : trips > 0 ? 'over its budget' : reason;
  return { at: endedAt, cells: [day(endedAt), short(candidate), stateWord(state, paint), isBySystem ? 'system' : 'a person', why] };
}

function stateWord(state: RolloutState, paint: Paint): Sayable {
  const words = state === 'held' ? 'rolled back, waits' : state === 'rolled-back' ? 'rolled back' : state;
  if (state === 'held' || state === 'rolled-back') return paint.bad(words);
  return state === 'completed' ? paint.good(words) : words;
}

export function share(basisPoints: number): string {
  return `${basisPoints / 100} %`;
}

/** Enough of a digest to tell versions apart, and to find it in a list. */
function short(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}
