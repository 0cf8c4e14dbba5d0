/**
 * Differences between two versions of a policy over many decisions, so few of them that a person reads all: grouped by plan,
 * cause, and what the tier was and would be, each with some examples that can be looked up and decided again.
 */
import { formatDuration } from '../policy/durations.ts';
import type { Cause } from '../policy/policy.ts';
import { type Instant, instant, type Milliseconds, SECOND } from '../time.ts';
import type { Compared, ObservedChange, ObservedKind, TierChange } from './compare-observed.ts';
import type { ObservedDecision } from './observed-decision.ts';

export interface DifferenceExample {
  readonly license: string;
  readonly at: Instant;
  readonly asked: ObservedDecision['asked'];
  /** The situation in the words of `glidepath decide --given`. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Limits that this licensee has beside the plan, where it has any: `given` alone does not know them. */
  readonly agreed?: Readonly<Record<string, number>>;
}

export interface DifferenceGroup {
  readonly kind: ObservedKind;
  readonly plan: string;
  readonly cause: Cause;
  readonly tier: TierChange;
  readonly decisions: number;
  /** Different ones; of many only the first are remembered. */
  readonly licenses: readonly string[];
  readonly isMoreLicenses: boolean;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly examples: readonly DifferenceExample[];
}

/** Over all decisions, whether or not they differ. */
export interface DifferenceCounts {
  readonly decisions: number;
  readonly losses: number;
  readonly gains: number;
  readonly changes: number;
  /** Seats that would be denied and were given. */
  readonly denials: number;
  /** Decisions that the new version could not make: it lacks their plan. */
  readonly withoutPlan: number;
  /** Differences of groups past `GROUPS_MAX`, counted and not shown. */
  readonly ungrouped: number;
}

export const NO_DIFFERENCES: DifferenceCounts = {
  ...{ decisions: 0, losses: 0, gains: 0, changes: 0, denials: 0, withoutPlan: 0, ungrouped: 0 },
};

export const GROUPS_MAX = 200;
export const EXAMPLES_MAX = 3;
/** Enough to say that many are concerned. */
export const LICENSES_REMEMBERED = 100;

export interface DifferenceTally {
  readonly counts: DifferenceCounts;
  /** Null: one of the two versions lacks the plan. */
  add(observed: ObservedDecision, compared: Compared | null): void;
  /** Worst first: denials and losses, then changes, then gains; of several alike the most frequent. */
  groups(): readonly DifferenceGroup[];
}

interface Growing extends Omit<DifferenceGroup, 'licenses' | 'examples' | 'decisions'> {
  readonly licenses: Set<string>;
  readonly examples: DifferenceExample[];
  decisions: number;
  isMoreLicenses: boolean;
  firstAt: Instant;
  lastAt: Instant;
}

const COUNTED_AS = { loss: 'losses', gain: 'gains', change: 'changes', denial: 'denials' } as const;

export function createDifferenceTally(licensesMax = LICENSES_REMEMBERED): DifferenceTally {
  const counts = { ...NO_DIFFERENCES } as { -readonly [K in keyof DifferenceCounts]: number };
  const groups = new Map<string, Growing>();

  function groupFor(plan: string, change: ObservedChange, at: Instant): Growing | null {
    const key = groupKey(plan, change);
    const known = groups.get(key);
    if (known !== undefined) return known;
    if (groups.size >= GROUPS_MAX) return null;
    const { kind, cause, tier } = change;
    const fresh: Growing = {
      ...{ kind, plan, cause, tier, decisions: 0, licenses: new Set<string>(), isMoreLicenses: false },
      ...{ firstAt: at, lastAt: at, examples: [] },
    };
    groups.set(key, fresh);
    return fresh;
  }

  return {
    counts,
    add(observed, compared) {
      counts.decisions++;
      if (compared === null) counts.withoutPlan++;
      const change = compared?.change ?? null;
      if (change === null) return;
      counts[COUNTED_AS[change.kind]]++;
      const group = groupFor(observed.plan, change, observed.at);
      if (group === null) counts.ungrouped++;
      else grow(group, observed, licensesMax);
    },
    groups: () =>
      worstFirst([...groups.values()].map((group) => ({ ...group, licenses: [...group.licenses], examples: [...group.examples] }))),
  };
}

function grow(group: Growing, observed: ObservedDecision, licensesMax: number): void {
  const { license, at } = observed;
  group.decisions++;
  if (at < group.firstAt) group.firstAt = at;
  if (at > group.lastAt) group.lastAt = at;
  if (group.licenses.has(license)) return;
  if (group.licenses.size >= licensesMax) {
    group.isMoreLicenses = true;
    return;
  }
  group.licenses.add(license);
  if (group.examples.length < EXAMPLES_MAX) group.examples.push(exampleOf(observed));
}

/** Groups with one key are one, whoever counted them. */
export function groupKey(plan: string, { kind, cause, tier }: Pick<ObservedChange, 'kind' | 'cause' | 'tier'>): string {
  return JSON.stringify([kind, plan, cause, tier.before, tier.after]);
}

/** What several nodes have counted, as one. */
export function mergeGroups(groups: readonly DifferenceGroup[]): readonly DifferenceGroup[] {
  const merged = new Map<string, DifferenceGroup>();
  for (const group of groups) {
    const key = groupKey(group.plan, group);
    const known = merged.get(key);
    merged.set(key, known === undefined ? group : both(known, group));
  }
  return worstFirst([...merged.values()]);
}

function both(a: DifferenceGroup, b: DifferenceGroup): DifferenceGroup {
  const licenses = [...new Set([...a.licenses, ...b.licenses])];
  return {
    ...a,
    decisions: a.decisions + b.decisions,
    licenses: licenses.slice(0, LICENSES_REMEMBERED),
    isMoreLicenses: a.isMoreLicenses || b.isMoreLicenses || licenses.length > LICENSES_REMEMBERED,
    firstAt: instant(Math.min(a.firstAt, b.firstAt)),
    lastAt: instant(Math.max(a.lastAt, b.lastAt)),
    examples: [...a.examples, ...b.examples].slice(0, EXAMPLES_MAX),
  };
}

const ORDER: readonly ObservedKind[] = ['denial', 'loss', 'change', 'gain'];

function worstFirst(groups: readonly DifferenceGroup[]): readonly DifferenceGroup[] {
  return groups.toSorted(
    (a, b) =>
      ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || b.decisions - a.decisions || (groupKey(a.plan, a) < groupKey(b.plan, b) ? -1 : 1),
  );
}

export function exampleOf(observed: ObservedDecision): DifferenceExample {
  const { license, at, asked, seats, usage } = observed;
  const agreed = Object.fromEntries([
    ...(seats.isAgreed && seats.limit !== null ? [['seats', seats.limit] as const] : []),
    ...usage.filter(({ isAgreed }) => isAgreed).map(({ meter, limit }) => [meter, limit] as const),
  ]);
  const example = { license, at, asked, given: givenOf(observed) };
  return Object.keys(agreed).length === 0 ? example : { ...example, agreed };
}

/** The words of `given`, in whole seconds; silence under one is none. */
function givenOf(observed: ObservedDecision): Readonly<Record<string, unknown>> {
  const { at, plan, startsAt, expiresAt, lastSignedWordAt, suspendedAt, revokedAt, seats, usage } = observed;
  const since = (word: string, begunAt: Instant | null) => (begunAt === null || begunAt > at ? {} : { [word]: inSeconds(at - begunAt) });
  return {
    plan,
    ...(startsAt > at ? { startsIn: inSeconds(startsAt - at) } : {}),
    expiresIn: expiresAt === null ? '1000y' : inSeconds(expiresAt - at),
    ...(lastSignedWordAt === null || at - lastSignedWordAt < SECOND ? {} : { unreachableFor: inSeconds(at - lastSignedWordAt) }),
    ...since('suspendedFor', suspendedAt),
    ...since('revokedFor', revokedAt),
    ...(seats.limit === null ? {} : { seatsUsed: seats.used, ...since('overageFor', seats.overageOpenedAt) }),
    ...(usage.length === 0 ? {} : { usage: Object.fromEntries(usage.map(({ meter, used }) => [meter, used])) }),
  };
}

function inSeconds(ms: Milliseconds): string {
  return formatDuration(Math.trunc(ms / SECOND) * SECOND || 0);
}
