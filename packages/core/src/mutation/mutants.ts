/**
 * Small wrong changes to a policy document, one at a time: a rung moved, a notice dropped, a limit off by one.
 *
 * Only in what a decision can show. Guarantees and tests are left alone: they are what finds the changes.
 */
import { formatDuration, parseDuration } from '../policy/durations.ts';

export type Tree = Readonly<Record<string, unknown>>;

export interface Mutant {
  readonly path: readonly (string | number)[];
  /** What was changed, to follow "with": `at 14d → 28d`. */
  readonly change: string;
  readonly tree: Tree;
}

type Edit = readonly [change: string, at: readonly (string | number)[], value: unknown];

const GONE = Symbol('gone');
const SEVERITIES = ['info', 'warning', 'critical'];

/** All mutants of a document that is a valid policy, in the order of its parts. */
export function mutantsOf(tree: Tree): readonly Mutant[] {
  const spec = mappingOf(tree.spec);
  const tiers = listOf(spec.tiers).map((tier) => String(mappingOf(tier).name));
  return [
    ...listOf(spec.tiers).flatMap((tier, at) => of(['spec', 'tiers', at], tierEdits(mappingOf(tier)))),
    ...Object.entries(mappingOf(spec.plans)).flatMap(([name, plan]) => of(['spec', 'plans', name], planEdits(mappingOf(plan), tiers))),
    ...pathsOf(mappingOf(spec.glidePath)).flatMap(({ path, rungs }) =>
      rungs.flatMap((rung, at) => of([...path, at], rungEdits(mappingOf(rung), tiers))),
    ),
  ];

  function of(path: readonly (string | number)[], edits: readonly Edit[]): readonly Mutant[] {
    return edits.map(([change, at, value]) => ({ path: [...path, ...at], change, tree: edited(tree, [...path, ...at], value) }));
  }
}

function tierEdits({ features, limits }: Tree): readonly Edit[] {
  return [
    ...listOf(features).map((feature, at): Edit => [`feature ${String(feature)} dropped`, ['features', at], GONE]),
    ...Object.entries(mappingOf(limits)).flatMap(([name, limit]) => numberEdits(name, limit, ['limits', name])),
  ];
}

function planEdits({ tier, seats, quotas }: Tree, tiers: readonly string[]): readonly Edit[] {
  const { limit, overage, whenFull } = mappingOf(seats);
  return [
    ...tierMoves(tier, ['tier'], tiers),
    ...(seats === undefined ? [] : numberEdits('seats', limit, ['seats', 'limit'])),
    ...(overage === undefined ? [] : numberEdits('overage', mappingOf(overage).seats, ['seats', 'overage', 'seats'])),
    ...durationEdits('overage for', mappingOf(overage).for, ['seats', 'overage', 'for']),
    ...(seats === undefined
      ? []
      : [whenFull === 'deny' ? tierWhenFull(tiers) : (['whenFull → deny', ['seats', 'whenFull'], 'deny'] satisfies Edit)]),
    ...Object.entries(mappingOf(quotas)).flatMap(([meter, quota]) =>
      numberEdits(`quota ${meter}`, mappingOf(quota).limit, ['quotas', meter, 'limit']),
    ),
  ];
}

function tierWhenFull(tiers: readonly string[]): Edit {
  return [`whenFull deny → ${tiers.at(-1)}`, ['seats', 'whenFull'], tiers.at(-1)];
}

function rungEdits({ at, tier, notify }: Tree, tiers: readonly string[]): readonly Edit[] {
  const severity = SEVERITIES.indexOf(String(notify));
  return [
    ['dropped', [], GONE],
    ...durationEdits('at', at, ['at']),
    ...percentEdits(at),
    ...tierMoves(tier, ['tier'], tiers),
    ...(tier === undefined || notify === undefined ? [] : [[`tier ${String(tier)} dropped`, ['tier'], GONE] satisfies Edit]),
    ...(notify === undefined || tier === undefined ? [] : [[`notify ${String(notify)} dropped`, ['notify'], GONE] satisfies Edit]),
    ...[severity - 1, severity + 1]
      .filter((next) => severity >= 0 && SEVERITIES[next] !== undefined)
      .map((next): Edit => [`notify ${String(notify)} → ${SEVERITIES[next]}`, ['notify'], SEVERITIES[next]]),
  ];
}

function tierMoves(tier: unknown, path: readonly string[], tiers: readonly string[]): readonly Edit[] {
  const place = tiers.indexOf(String(tier));
  return [place - 1, place + 1]
    .filter((next) => place >= 0 && tiers[next] !== undefined)
    .map((next): Edit => [`tier ${String(tier)} → ${tiers[next]}`, path, tiers[next]]);
}

function numberEdits(name: string, value: unknown, path: readonly (string | number)[]): readonly Edit[] {
  if (typeof value !== 'number') return [];
  return [value - 1, value + 1].filter((next) => next >= 0).map((next): Edit => [`${name} ${value} → ${next}`, path, next]);
}

/** A second earlier and later, which only a test at the very breakpoint sees, and half and twice the way. */
function durationEdits(name: string, value: unknown, path: readonly (string | number)[]): readonly Edit[] {
  const read = typeof value === 'string' ? parseDuration(value) : null;
  if (read === null || !read.ok) return [];
  const ms = read.value;
  const moved = new Set([ms - 1_000, ms + 1_000, Math.trunc(ms / 2_000) * 1_000, ms * 2].filter((next) => next !== ms));
  return [...moved].map((next): Edit => [`${name} ${String(value)} → ${formatDuration(next)}`, path, formatDuration(next)]);
}

function percentEdits(value: unknown): readonly Edit[] {
  const percent = typeof value === 'string' ? Number(/^(\d+)%$/.exec(value)?.[1] ?? Number.NaN) : Number.NaN;
  if (Number.isNaN(percent)) return [];
  return [percent - 1, percent + 1].map((next): Edit => [`at ${percent}% → ${next}%`, ['at'], `${next}%`]);
}

interface RungList {
  readonly path: readonly string[];
  readonly rungs: readonly unknown[];
}

/** Every list of rungs with its place. */
function pathsOf(glidePath: Tree): readonly RungList[] {
  return Object.entries(glidePath).flatMap(([cause, value]): readonly RungList[] => {
    const path = ['spec', 'glidePath', cause];
    if (Array.isArray(value)) return [{ path, rungs: value }];
    return Object.entries(mappingOf(value)).map(([meter, rungs]) => ({ path: [...path, meter], rungs: listOf(rungs) }));
  });
}

/** Copies what lies on the way to the change, and shares the rest. */
function edited(tree: Tree, path: readonly (string | number)[], value: unknown): Tree {
  return changed(tree, path, value) as Tree;
}

function changed(place: unknown, [key, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(place)) {
    if (rest.length === 0 && value === GONE) return place.filter((_, at) => at !== key);
    return place.map((item: unknown, at) => (at === key ? changed(item, rest, value) : item));
  }
  const entries = Object.entries(mappingOf(place));
  if (rest.length === 0 && value === GONE) return Object.fromEntries(entries.filter(([name]) => name !== key));
  const held = mappingOf(place)[key];
  return { ...mappingOf(place), [key]: changed(held, rest, value) };
}

function mappingOf(value: unknown): Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
