import {
  CAUSE_ORDER,
  compile,
  decide,
  formatInstant,
  type Instant,
  instant,
  type LeaseTierCause,
  NOTHING_OBSERVED,
  type Observations,
  type Policy,
  planNamed,
  type Standing,
  standingAt,
  type Terms,
  termsOf,
  tierIndex,
} from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { policyNamed, vectors } from './vectors.ts';

interface WrittenTerms {
  readonly startsAt: string;
  readonly expiresAt: string | null;
  readonly planTier?: string;
  readonly tier?: string;
  readonly tierCause?: LeaseTierCause;
  readonly tierSince?: string;
  readonly bootstrapEndsAt?: string;
  readonly lowered?: readonly {
    readonly id: string;
    readonly of: 'terms' | 'plan' | 'policy';
    readonly from: string;
    readonly effectiveAt: string;
  }[];
}

interface Row {
  readonly name: string;
  readonly policy: string;
  readonly plan: string;
  readonly terms: WrittenTerms;
  readonly observations: Readonly<Record<string, unknown>>;
  readonly from: string;
  readonly segments: readonly {
    readonly from: string;
    readonly tier: string;
    readonly cause: string;
    readonly since: string;
    readonly notify: string;
    readonly next: { readonly cause: string; readonly at: string; readonly tier: string } | null;
  }[];
}

const { rows } = vectors<{ rows: Row[] }>('timeline.json');

const at = (text: string): Instant => instant(Date.parse(text));

/** Every text of an observation that is an instant becomes one. */
function observed(value: unknown): unknown {
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value)) return at(value);
  if (Array.isArray(value)) return value.map(observed);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, observed(item)]));
  return value;
}

function termsFrom(policy: Policy, planName: string, written: WrittenTerms): Terms {
  const plan = planNamed(policy, planName);
  if (plan === null) throw new Error(`no plan ${planName}`);
  const startsAt = at(written.startsAt);
  const terms = termsOf(policy, plan, { digest: null, startsAt, expiresAt: written.expiresAt === null ? null : at(written.expiresAt) });
  const position = (name: string | undefined, otherwise: number) =>
    name === undefined ? otherwise : (tierIndex(policy, name) ?? otherwise);
  return {
    ...terms,
    planTier: position(written.planTier, terms.planTier),
    tier: position(written.tier, terms.tier),
    tierCause: written.tierCause ?? 'none',
    tierSince: written.tierSince === undefined ? startsAt : at(written.tierSince),
    bootstrapEndsAt: written.bootstrapEndsAt === undefined ? null : at(written.bootstrapEndsAt),
    lowered: (written.lowered ?? []).map(({ id, of, from, effectiveAt }) => ({
      id,
      of,
      from: position(from, 0),
      effectiveAt: at(effectiveAt),
    })),
  };
}

function written(policy: Policy, standing: Standing): unknown {
  const { tier, cause, since, notify, next } = standing;
  return {
    tier: tier === null ? 'none' : policy.tiers[tier]?.name,
    cause,
    since: formatInstant(since),
    notify,
    next: next === null ? null : { cause: next.cause, at: formatInstant(next.at), tier: next.tier },
  };
}

describe('the standing as a function of time', () => {
  it.each(rows)('$name', ({ policy: name, plan, terms: writtenTerms, observations: writtenObservations, from, segments }) => {
    const policy = policyNamed(name);
    const terms = termsFrom(policy, plan, writtenTerms);
    const observations = { ...NOTHING_OBSERVED, ...(observed(writtenObservations) as Partial<Observations>) };
    const timeline = compile(terms, observations, at(from));

    expect(
      timeline.segments.map((segment) => ({ from: formatInstant(segment.from), ...(written(policy, segment.standing) as object) })),
    ).toEqual(segments);
    segments.forEach(({ from: begins, ...standing }, i) => {
      for (const now of [at(begins), instant(at(begins) + 1)].filter(
        (instant) => instant < at(segments[i + 1]?.from ?? '9999-12-31T00:00:00.000Z'),
      ))
        expect(written(policy, decide(terms, observations, now))).toEqual(standing);
      const before = segments[i - 1];
      if (before === undefined) return;
      const { from: _, ...earlier } = before;
      const justBefore = instant(at(begins) - 1);
      for (const standing of [standingAt(timeline, justBefore), decide(terms, observations, justBefore)])
        expect(written(policy, standing)).toEqual(earlier);
    });
  });

  it('has a row for every cause', () => {
    const causes = new Set(rows.flatMap(({ segments }) => segments.map(({ cause }) => cause)));
    expect([...causes].sort()).toEqual([...CAUSE_ORDER, 'none'].sort());
  });
});
