/** A replay for people: what was looked at, what was not, and what would be different, worst first. */
import { type DifferenceExample, type DifferenceGroup, instant, type ObservedKind } from '@glidepath/core';
import { type Safe, type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import { day } from '../when.ts';
import type { Replay } from './replay-records.ts';

export interface Replayed extends Replay {
  readonly name: string;
  /** How the candidate is called on the command line. */
  readonly candidate: string;
  readonly since: number;
}

const NUMBER = new Intl.NumberFormat('en-US');
const of = (count: number, one: string, many = `${one}s`) => `${NUMBER.format(count)} ${count === 1 ? one : many}`;

export function replayLines(replay: Replayed, paint: Paint): readonly Sayable[] {
  const { counts, groups, name, candidate } = replay;
  const { losses, denials, gains, changes, decisions } = counts;
  if (decisions === 0) return [...nothing(replay), ...notLookedAt(replay, paint)];
  const rate = replay.decidingMs > 0 ? `, ${NUMBER.format(Math.round((decisions / replay.decidingMs) * 1_000))} a second` : '';
  const verdict =
    losses + denials > 0 ? paint.bad(`${of(losses, 'loss', 'losses')}, ${of(denials, 'denial')}`) : paint.good('nobody loses anything');
  return [
    text`${paint.bold(name)} ${candidate}: ${verdict}, ${of(gains, 'gain')}, ${of(changes, 'change')}`,
    text`${of(decisions, 'decision')} of ${of(replay.licenses, 'license')}, ${span(replay)}${rate}`,
    ...notLookedAt(replay, paint),
    ...(groups.length === 0 ? [] : ['', ...groupTable(groups, paint), '', ...exampleLines(groups, candidate, paint)]),
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

const WORDS: Readonly<Record<ObservedKind, string>> = { denial: 'no seat', loss: 'loses', change: 'changes', gain: 'gains' };

function groupTable(groups: readonly DifferenceGroup[], paint: Paint): readonly Safe[] {
  const head = ['', 'DECISIONS', 'LICENSES', 'PLAN', 'BY', 'TIER', 'WHAT'].map((word) => paint.dim(word));
  return table([head, ...groups.map((group) => cells(group, paint))], { right: [1, 2] });
}

function cells(
  { kind, decisions, licenses, isMoreLicenses, plan, cause, tier, ...rest }: DifferenceGroup,
  paint: Paint,
): readonly Sayable[] {
  const isBad = kind === 'denial' || kind === 'loss';
  return [
    isBad ? paint.bad(WORDS[kind]) : kind === 'gain' ? paint.good(WORDS[kind]) : WORDS[kind],
    NUMBER.format(decisions),
    `${isMoreLicenses ? 'over ' : ''}${NUMBER.format(licenses.length)}`,
    plan,
    cause === 'none' ? 'the plan' : cause,
    tier.before === tier.after ? tier.after : `${tier.before} → ${tier.after}`,
    whatOf({ kind, tier, ...rest }),
  ];
}

function whatOf({ kind, tier }: Pick<DifferenceGroup, 'kind' | 'tier'>): string {
  if (kind === 'denial') return 'a seat that was given would be denied';
  const limits = tier.limits.map(({ name, before, after }) => `${name} ${before ?? 'unlimited'} → ${after ?? 'unlimited'}`);
  const parts = [...tier.featuresLost.map((name) => `-${name}`), ...tier.featuresGained.map((name) => `+${name}`), ...limits];
  return parts.length > 0 ? parts.join(', ') : kind === 'gain' ? 'a seat that was denied would be given' : '';
}

/** One of each group: whoever reads this looks up the license, and decides it again by hand. */
function exampleLines(groups: readonly DifferenceGroup[], candidate: string, paint: Paint): readonly Sayable[] {
  return groups.flatMap(({ kind, examples: [example] }) => {
    if (example === undefined) return [];
    return [
      text`${paint.dim('example')}  ${WORDS[kind]}: ${example.license} at ${day(example.at)}`,
      text`         ${decideCommand(example, candidate)}`,
    ];
  });
}

function decideCommand({ given }: DifferenceExample, candidate: string): string {
  const file = candidate.startsWith('sha256:') ? 'FILE' : candidate;
  return `glidepath decide --policy ${quoted(file)} --given ${quoted(JSON.stringify(given))}`;
}

/** One word of a shell, whatever it holds. */
function quoted(word: string): string {
  return /^[\w./@:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function nextLine({ counts, name, candidate }: Replayed): Sayable {
  if (counts.losses + counts.denials > 0) return text`next: glidepath policy diff ${name} ${quoted(candidate)}`;
  return text`next: glidepath policy promote ${name} --to shadow`;
}
