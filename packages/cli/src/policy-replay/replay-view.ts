/** A replay for people: what was looked at, what was not, and what would be different, worst first. */
import { instant } from '@glidepath/core';
import { type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { day } from '../when.ts';
import { groupLines, NUMBER, numberOf as of, quoted } from './group-lines.ts';
import type { Replay } from './replay-records.ts';

export interface Replayed extends Replay {
  readonly name: string;
  /** How the candidate is called on the command line. */
  readonly candidate: string;
  readonly since: number;
}

/** Fewer say how fast a program starts. */
const RATED_MIN = 100_000;

export function replayLines(replay: Replayed, paint: Paint): readonly Sayable[] {
  const { counts, groups, name, candidate } = replay;
  const { losses, denials, gains, changes, decisions } = counts;
  if (decisions === 0) return [...nothing(replay), ...notLookedAt(replay, paint)];
  const rate =
    decisions >= RATED_MIN && replay.decidingMs > 0
      ? `, ${NUMBER.format(Math.round((decisions / replay.decidingMs) * 1_000))} a second`
      : '';
  const verdict =
    losses + denials > 0 ? paint.bad(`${of(losses, 'loss', 'losses')}, ${of(denials, 'denial')}`) : paint.good('nobody loses anything');
  return [
    text`${paint.bold(name)} ${candidate}: ${verdict}, ${of(gains, 'gain')}, ${of(changes, 'change')}`,
    text`${of(decisions, 'decision')} of ${of(replay.licenses, 'license')}, ${span(replay)}${rate}`,
    ...notLookedAt(replay, paint),
    ...groupLines(
      groups.map((group) => ({ ...group, licenses: group.licenses.length })),
      candidate,
      paint,
    ),
    nextLine(replay),
  ];
}

function nothing({ name, since }: Replayed): readonly Sayable[] {
  return [text`No decision of ${name} is on record since ${day(instant(since))}.`];
}

function span({ firstAt, lastAt }: Replayed): string {
  return `from ${day(firstAt)} to ${day(lastAt)}`;
}

/** A replay that leaves out what it did not see would be a proof that it is not. */
function notLookedAt({ unrecorded, forgotten, unreadable, others, counts }: Replayed, paint: Paint): readonly Sayable[] {
  return [
    ...(unrecorded === 0 ? [] : [text`${paint.warn('not recorded')}: ${of(unrecorded, 'decision')} of the same time`]),
    ...(forgotten === 0 ? [] : [text`${paint.warn('gone')}: ${of(forgotten, 'decision')} by age or size`]),
    ...(unreadable === 0 ? [] : [text`${paint.warn('not readable')}: ${of(unreadable, 'decision')}`]),
    ...(counts.withoutPlan === 0
      ? []
      : [
          text`${paint.warn('without their plan')}: ${of(counts.withoutPlan, 'decision')}; these licenses would stay with the version they have`,
        ]),
    ...(counts.ungrouped === 0 ? [] : [text`${paint.warn('not shown')}: ${of(counts.ungrouped, 'difference')} of further groups`]),
    ...(others === 0 ? [] : [text`${of(others, 'decision')} by other policies passed over`]),
  ];
}

function nextLine({ counts, name, candidate }: Replayed): Sayable {
  if (counts.losses + counts.denials > 0) return text`next: glidepath policy diff ${name} ${quoted(candidate)}`;
  if (candidate.startsWith('sha256:')) return text`next: glidepath policy promote ${name} ${candidate} --reason TEXT`;
  return text`next: glidepath policy publish ${quoted(candidate)}`;
}
