/** What a plan's holders agreed to that no state shows: how long a lease holds, how quotas are counted, what is queued. */
import { durationWords } from '../format-instant.ts';
import { formatDuration } from '../policy/durations.ts';
import { planNamed } from '../policy/lookup.ts';
import type { Plan, Policy, QuotaPlan, SeatPlan } from '../policy/policy.ts';
import type { Milliseconds } from '../time.ts';
import type { DifferenceKind, TermDifference } from './policy-difference.ts';

/**
 * One term of a version. `worth`: more is better for holders; null: neither way is. `isBound`: where it is not said, there is
 * no bound at all, and not nothing.
 */
interface Term {
  readonly what: string;
  readonly words: string;
  readonly worth: number | null;
  readonly isBound?: true;
}

const NOTHING = 'none';

/** Of the plans that both have, then of the policies as wholes; losses first. */
export function termDifferences(before: Policy, after: Policy): readonly TermDifference[] {
  const plans = before.plans.flatMap((plan) => {
    const next = planNamed(after, plan.name);
    return next === null ? [] : differences(plan.name, planTerms(before, plan), planTerms(after, next));
  });
  return [...plans, ...differences(null, wholeTerms(before), wholeTerms(after))].sort(
    (a, b) => RANK.indexOf(a.kind) - RANK.indexOf(b.kind),
  );
}

const RANK: readonly DifferenceKind[] = ['loss', 'change', 'gain'];

function differences(plan: string | null, before: readonly Term[], after: readonly Term[]): readonly TermDifference[] {
  const names = [...new Set([...before, ...after].map(({ what }) => what))];
  return names.flatMap((what) => {
    const [had, has] = [before, after].map((terms) => terms.find((term) => term.what === what) ?? null);
    return differenceOf(plan, what, had ?? unsaid(has ?? null), has ?? unsaid(had ?? null));
  });
}

function unsaid(other: Term | null): Term {
  return { what: '', words: other?.isBound === true ? 'no bound' : NOTHING, worth: other?.isBound === true ? Number.POSITIVE_INFINITY : 0 };
}

function differenceOf(plan: string | null, what: string, had: Term, has: Term): readonly TermDifference[] {
  return had.words === has.words ? [] : [{ kind: kindOf(had.worth, has.worth), plan, what, before: had.words, after: has.words }];
}

function kindOf(before: number | null, after: number | null): DifferenceKind {
  if (before === null || after === null || before === after) return 'change';
  return after < before ? 'loss' : 'gain';
}

function planTerms(policy: Policy, plan: Plan): readonly Term[] {
  const { lease, bootstrap, seats, quotas, termMs } = plan;
  return [
    long('term', termMs),
    long('lease', lease.ttlMs),
    { what: 'lease renewed at', words: `${lease.renewAtPercent}%`, worth: null },
    ...(bootstrap === null
      ? []
      : [
          { what: 'bootstrap tier', words: policy.tiers[bootstrap.tier]?.name ?? NOTHING, worth: null },
          long('bootstrap lease', bootstrap.forMs),
        ]),
    ...(seats === null ? [] : seatTerms(seats)),
    ...quotas.flatMap((quota) => quotaTerms(policy, quota)),
  ];
}

function seatTerms({ kind, offlineBudgetPercent, queue, reassign, rebind, match, reserve }: SeatPlan): readonly Term[] {
  return [
    { what: 'kind of seats', words: kind, worth: null },
    ...(offlineBudgetPercent === null
      ? []
      : [bound({ what: 'offline budget', words: `${offlineBudgetPercent}% of the seats`, worth: offlineBudgetPercent })]),
    ...(queue === null ? [] : [bound(long('wait in the queue', queue.forMs))]),
    ...(reassign === null ? [] : [bound(often('reassignments', reassign))]),
    ...(rebind === null ? [] : [bound(often('rebindings', rebind))]),
    ...(match === null ? [] : [{ what: 'matching components', words: `${match.need} of ${match.of.join(', ')}`, worth: null }]),
    ...reserve.map(({ group, seats }) => ({ what: `seats reserved for ${group}`, words: String(seats), worth: null })),
  ];
}

function quotaTerms({ meters }: Policy, { meter, limit, offlineSlicePercent }: QuotaPlan): readonly Term[] {
  const found = meters.find(({ name }) => name === meter);
  return [
    { what: `quota of ${meter}`, words: String(limit), worth: limit, isBound: true },
    ...(offlineSlicePercent === null
      ? []
      : [{ what: `${meter} offline`, words: `${offlineSlicePercent}% of the quota`, worth: offlineSlicePercent }]),
    ...(found === undefined
      ? []
      : [
          {
            what: `counting of ${meter}`,
            words: `${found.aggregate} of ${found.unit} per ${found.window}, ${found.anchor}, ${found.timeZone}`,
            worth: null,
          },
        ]),
  ];
}

function wholeTerms({ renewal, features, tiers }: Policy): readonly Term[] {
  return [
    { what: 'order of tiers', words: tiers.map(({ name }) => name).join(', '), worth: null },
    ...(renewal?.startMs == null
      ? []
      : [{ what: 'renewal begins', words: `${durationWords(renewal.startMs)} before the end`, worth: null }]),
    ...(renewal?.leadTime ?? []).map(({ name, ms }) => ({ what: `lead time of ${name}`, words: durationWords(ms), worth: null })),
    ...(renewal === null || renewal.windows.length === 0
      ? []
      : [{ what: 'renewal windows', words: renewal.windows.join('; '), worth: null }]),
    ...features.flatMap(({ name, title, lost }) => [
      { what: `title of ${name}`, words: title, worth: null },
      ...(lost === null ? [] : [{ what: `words when ${name} is lost`, words: lost, worth: null }]),
    ]),
  ];
}

function long(what: string, ms: Milliseconds): Term {
  return { what, words: formatDuration(ms), worth: ms };
}

function bound(term: Term): Term {
  return { ...term, isBound: true };
}

function often(what: string, { count, perMs }: { readonly count: number; readonly perMs: Milliseconds }): Term {
  return { what, words: `${count} per ${formatDuration(perMs)}`, worth: count / perMs };
}

/** Plans of one version that the other lacks. */
export function planDifferences(before: Policy, after: Policy): { readonly removed: readonly string[]; readonly added: readonly string[] } {
  const lacks = (policy: Policy) => (name: string) => planNamed(policy, name) === null;
  return {
    removed: before.plans.map(({ name }) => name).filter(lacks(after)),
    added: after.plans.map(({ name }) => name).filter(lacks(before)),
  };
}
