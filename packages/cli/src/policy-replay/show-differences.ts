/** `glidepath policy differences`: what the candidate of a rollout has decided differently, on decisions that were really made. */
import { type DifferenceCounts, instant, type RolloutStage } from '@glidepath/core';
import { type Asking, online } from '../commands/online.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { Registrar } from '../registrar.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { day } from '../when.ts';
import { type GroupShown, groupLines, numberOf } from './group-lines.ts';

interface StageShown {
  readonly stage: RolloutStage;
  readonly since: number;
  readonly until: number;
  readonly counts: DifferenceCounts;
  readonly undecided: number;
  readonly groups: readonly GroupShown[];
}

export interface DifferencesShown {
  readonly rollout: string;
  readonly name: string;
  readonly baseline: string;
  readonly candidate: string;
  readonly stages: readonly StageShown[];
}

export function registerDifferences(registrar: Registrar, policy: Registrar['program']): void {
  const differences = policy
    .command('differences <rollout>')
    .description('show what the candidate of a rollout has decided differently, on real decisions');
  online(registrar, differences, showDifferences);
}

async function showDifferences({ api, paint, answer }: Asking<object>, rollout = ''): Promise<ExitCode> {
  const found = await api.get<DifferencesShown>(`/v1/policy-rollouts/${encodeURIComponent(rollout)}/differences`);
  return answer(found, differencesLines(found, paint));
}

export function differencesLines({ name, candidate, stages }: DifferencesShown, paint: Paint): readonly Sayable[] {
  const head = text`${paint.bold(name)} ${candidate}`;
  if (stages.length === 0) return [text`${head}: no decision has been compared yet`];
  // The stage that is under way is what is looked for.
  const lines = stages.toReversed().flatMap((stage) => stageLines(stage, candidate, paint));
  return [head, ...lines];
}

function stageLines({ stage, since, until, counts, undecided, groups }: StageShown, candidate: string, paint: Paint): readonly Sayable[] {
  const { decisions, losses, denials, gains, changes, withoutPlan, ungrouped } = counts;
  const worse = `${numberOf(losses, 'loss', 'losses')}, ${numberOf(denials, 'denial')}`;
  const verdict = losses + denials > 0 ? paint.bad(worse) : paint.good('nobody loses anything');
  return [
    text`${paint.bold(stage)}: ${verdict}, ${numberOf(gains, 'gain')}, ${numberOf(changes, 'change')} in ${numberOf(decisions, 'decision')}`,
    text`from ${day(instant(since))} to ${day(instant(until))}`,
    ...(undecided === 0 ? [] : [text`${paint.warn('not compared')}: ${numberOf(undecided, 'decision')}, there was no time`]),
    ...(withoutPlan === 0 ? [] : [text`${paint.warn('without their plan')}: ${numberOf(withoutPlan, 'decision')}`]),
    ...(ungrouped === 0 ? [] : [text`${paint.warn('not shown')}: ${numberOf(ungrouped, 'difference')} of further groups`]),
    ...groupLines(groups, candidate, paint),
    '',
  ];
}
