/** Groups of differences for people: a table, worst first, and an example of each that can be decided again by hand. */
import type { DifferenceExample, DifferenceGroup, ObservedKind } from '@glidepath/core';
import { type Safe, type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import { day } from '../when.ts';

/** As an answer gives it: how many licenses, and not which. */
export interface GroupShown extends Omit<DifferenceGroup, 'licenses'> {
  readonly licenses: number;
}

export const NUMBER = new Intl.NumberFormat('en-US');

/** `1 loss`, `1,200 losses`. */
export function numberOf(count: number, one: string, many = `${one}s`): string {
  return `${NUMBER.format(count)} ${count === 1 ? one : many}`;
}

/** Nothing where nothing differs. `candidate`: the file that decides, or a digest. */
export function groupLines(groups: readonly GroupShown[], candidate: string, paint: Paint): readonly Sayable[] {
  if (groups.length === 0) return [];
  return ['', ...groupTable(groups, paint), '', ...exampleLines(groups, candidate, paint)];
}

const WORDS: Readonly<Record<ObservedKind, string>> = { denial: 'no seat', loss: 'loses', change: 'changes', gain: 'gains' };

function groupTable(groups: readonly GroupShown[], paint: Paint): readonly Safe[] {
  const head = ['', 'DECISIONS', 'LICENSES', 'PLAN', 'BY', 'TIER', 'WHAT'].map((word) => paint.dim(word));
  return table([head, ...groups.map((group) => cells(group, paint))], { right: [1, 2] });
}

function cells({ kind, decisions, licenses, isMoreLicenses, plan, cause, tier, ...rest }: GroupShown, paint: Paint): readonly Sayable[] {
  const isBad = kind === 'denial' || kind === 'loss';
  return [
    isBad ? paint.bad(WORDS[kind]) : kind === 'gain' ? paint.good(WORDS[kind]) : WORDS[kind],
    NUMBER.format(decisions),
    `${isMoreLicenses ? 'over ' : ''}${NUMBER.format(licenses)}`,
    plan,
    cause === 'none' ? 'the plan' : cause,
    tier.before === tier.after ? tier.after : `${tier.before} → ${tier.after}`,
    whatOf({ kind, tier, ...rest }),
  ];
}

function whatOf({ kind, tier }: Pick<GroupShown, 'kind' | 'tier'>): string {
  if (kind === 'denial') return 'a seat that was given would be denied';
  const limits = tier.limits.map(({ name, before, after }) => `${name} ${before ?? 'none'} → ${after ?? 'none'}`);
  const parts = [...tier.featuresLost.map((name) => `-${name}`), ...tier.featuresGained.map((name) => `+${name}`), ...limits];
  return parts.length > 0 ? parts.join(', ') : kind === 'gain' ? 'a seat that was denied would be given' : '';
}

/** One of each group: whoever reads this looks up the license, and decides it again by hand. */
function exampleLines(groups: readonly GroupShown[], candidate: string, paint: Paint): readonly Sayable[] {
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
export function quoted(word: string): string {
  return /^[\w./@:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
