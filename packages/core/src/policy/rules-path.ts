/** Rules of the glide path: it ascends in time, only goes down, one tier at a time, and silence ends somewhere. */

import type { WrittenSpec } from './document.ts';
import type { At } from './document-path.ts';
import { formatDuration } from './durations.ts';
import type { Facts } from './facts.ts';
import { nearest } from './nearest.ts';
import type { TimedCause, Violation } from './policy.ts';
import { describe, oneOfThese, type Path, shown } from './reading.ts';
import { valueViolation } from './violation.ts';

export const TIMED_CAUSES = [
  'expiry',
  'unreachable',
  'suspended',
  'revoked',
  'trust',
  'identity',
  'clock',
] as const satisfies readonly TimedCause[];

interface WrittenRung {
  readonly at: At | undefined;
  readonly tier: string | undefined;
  readonly notify: string | undefined;
  readonly keys: ReadonlySet<string>;
  readonly path: Path;
}

interface WrittenPath {
  readonly cause: TimedCause | 'seats' | 'quota';
  readonly path: Path;
  readonly rungs: readonly (WrittenRung | undefined)[];
}

/** Every path of the document, as far as it could be read. */
export function* rungsOf({ glidePath }: Partial<WrittenSpec>): Iterable<WrittenPath> {
  if (!glidePath) return;
  const at = (...keys: string[]): Path => [...glidePath.path, ...keys];
  for (const cause of [...TIMED_CAUSES, 'seats'] as const) {
    const rungs = glidePath[cause];
    if (rungs) yield { cause, path: at(cause), rungs };
  }
  for (const { path, item } of glidePath.quota ?? []) if (item) yield { cause: 'quota', path, rungs: item };
}

export function* rungSaysNothing({ spec }: Facts): Iterable<Violation> {
  for (const { rung } of everyRung(spec)) {
    if (!rung.keys.has('tier') && !rung.keys.has('notify'))
      yield valueViolation(
        'rung-says-nothing',
        rung.path,
        'this rung neither takes a tier nor notifies',
        'no `tier`, no `notify`',
        '`tier`, `notify` or both',
      );
  }
}

export function* rungTierUnknown({ spec, tiers, tierPosition }: Facts): Iterable<Violation> {
  if (!tiers) return;
  for (const { rung } of everyRung(spec)) {
    if (rung.tier !== undefined && !tierPosition.has(rung.tier))
      yield unknownTier([...rung.path, 'tier'], rung.tier, [...tierPosition.keys()]);
  }
}

/** When a lead time is not known yet, nobody can say when a tier would go: such a rung may announce, not take. */
export function* leadTimeTakesTier({ spec }: Facts): Iterable<Violation> {
  for (const { rung } of everyRung(spec)) {
    if (rung.at && 'leadTimes' in rung.at && rung.tier !== undefined)
      yield valueViolation(
        'lead-time-takes-tier',
        [...rung.path, 'tier'],
        'a rung relative to a lead time only notifies',
        describe(rung.tier),
        'no `tier`',
      );
  }
}

export function* atNotAscending({ spec }: Facts): Iterable<Violation> {
  for (const { rungs } of rungsOf(spec)) {
    const before: At[] = [];
    for (const rung of rungs) {
      if (!rung?.at) continue;
      const { at } = rung;
      const later = before.find((other) => !isBefore(other, at));
      if (later)
        yield valueViolation(
          'at-not-ascending',
          [...rung.path, 'at'],
          'this rung does not come after the ones above it',
          written(at),
          `after ${written(later)}`,
        );
      else before.push(at);
    }
  }
}

export function* tierRises(facts: Facts): Iterable<Violation> {
  for (const { rung, position, before } of everyDescent(facts)) {
    if (before !== null && position < before)
      yield valueViolation(
        'tier-rises',
        [...rung.path, 'tier'],
        'a rung never gives back what one above it took',
        describe(rung.tier),
        `\`${shown(facts.tiers?.[before]?.name ?? '')}\` or lower`,
      );
  }
}

/** Promise 1: a change of state moves an application at most one tier at a time. The first rung counts from the best plan's tier. */
export function* tierSkipped(facts: Facts): Iterable<Violation> {
  for (const { rung, position, before } of everyDescent(facts)) {
    const from = before ?? facts.bestPlanTier;
    const next = from === null ? undefined : facts.tiers?.[from + 1];
    if (from !== null && next && position > from + 1)
      yield valueViolation(
        'tier-skipped',
        [...rung.path, 'tier'],
        'a rung takes at most one tier',
        describe(rung.tier),
        `\`${shown(next.name)}\`, and a later rung for \`${shown(rung.tier ?? '')}\``,
      );
  }
}

export function* unreachableEndsWithoutTier({ spec }: Facts): Iterable<Violation> {
  const rungs = spec.glidePath?.unreachable;
  if (!rungs) return;
  const last = rungs.at(-1);
  const path = [...(spec.glidePath?.path ?? []), 'unreachable'];
  if (rungs.length === 0)
    yield valueViolation('unreachable-ends-without-tier', path, 'silence must end somewhere', 'no rung', 'a last rung with a tier');
  else if (last && !last.keys.has('tier'))
    yield valueViolation(
      'unreachable-ends-without-tier',
      [...last.path, 'tier'],
      'silence must end in a tier: a lease lasts until its last rung',
      'no `tier`',
      '`tier` in the last rung',
    );
}

export function unknownTier(path: Path, name: string, known: readonly string[]): Violation {
  return valueViolation('unknown-tier', path, 'no tier has this name', describe(name), oneOfThese(known), nearest(name, known));
}

function* everyRung(spec: Partial<WrittenSpec>): Iterable<{ readonly rung: WrittenRung }> {
  for (const { rungs } of rungsOf(spec)) for (const rung of rungs) if (rung) yield { rung };
}

/** Every rung with a known tier, and the tier that the path had reached before it. */
function* everyDescent({ spec, tierPosition }: Facts): Iterable<{ rung: WrittenRung; position: number; before: number | null }> {
  for (const { rungs } of rungsOf(spec)) {
    let before: number | null = null;
    for (const rung of rungs) {
      const position = rung?.tier === undefined ? undefined : tierPosition.get(rung.tier);
      if (!rung || position === undefined) continue;
      yield { rung, position, before };
      before = Math.max(before ?? 0, position);
    }
  }
}

/** Whether a rung surely comes before another. A lead time is some length before the end: more of them come first, and all before 0h. */
function isBefore(one: At, other: At): boolean {
  if ('leadTimes' in one) return 'leadTimes' in other ? one.leadTimes > other.leadTimes : true;
  if ('leadTimes' in other) return 'ms' in one && one.ms < 0;
  return amount(one) < amount(other);
}

function amount(at: Exclude<At, { readonly leadTimes: number }>): number {
  return 'ms' in at ? at.ms : at.percent;
}

function written(at: At): string {
  if ('ms' in at) return formatDuration(at.ms);
  return 'percent' in at ? `${at.percent}%` : `${at.leadTimes}x leadTime`;
}
