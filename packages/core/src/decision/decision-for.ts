/** The answer about one feature, made from a standing: what `check(feature)` gives, with a sentence for people. */
import { formatInstant } from '../format-instant.ts';
import type { Tier } from '../policy/policy.ts';
import type { Instant } from '../time.ts';
import { NO_TIER, tierName } from './decide.ts';
import type { Decision, DecisionSource, Standing } from './decision.ts';
import type { PathTerms, Terms } from './terms.ts';

/** Where an answer comes from, and `iatMs` of the word that it stands on. */
export interface Origin {
  readonly source: DecisionSource;
  readonly asOf: Instant | null;
}

type FeatureTerms = PathTerms['features'][number];

/**
 * Answers for one feature. A feature is allowed if and only if the effective tier has it; one that the policy does not
 * know is denied with `unknown-feature`, before the start as well: that is a mistake in the program, not in the license.
 *
 * The answer is frozen and shared by all callers; it never names more than the policy, the tier and the cause.
 */
export function decisionFor(terms: Terms, standing: Standing, feature: string, origin: Origin): Decision {
  const common = shared(terms, standing, origin);
  const known = terms.path.features.find(({ name }) => name === feature);
  return known === undefined ? unknownFeature(feature, common) : knownFeature(terms, standing, known, common);
}

/**
 * Answers for every feature of the policy, made once per change so that a check is one look-up and allocates nothing. A
 * name is the very string that a program's literal of it is: equal names are equal addresses, which is what makes a look-up
 * fast.
 */
export function decisionsFor(terms: Terms, standing: Standing, origin: Origin): ReadonlyMap<string, Decision> {
  const common = shared(terms, standing, origin);
  return new Map(
    terms.path.features.map((feature) => {
      const name = interned(feature.name);
      return [name, knownFeature(terms, standing, { ...feature, name }, common)];
    }),
  );
}

/** The same text as engines keep the names of properties; one from a parsed document would be compared letter by letter. */
function interned(text: string): string {
  return Object.keys({ [text]: null })[0] ?? text;
}

type Shared = Omit<Decision, 'allowed' | 'feature' | 'code' | 'reason' | 'userMessage'>;

/** What the answers about all features have in common. */
function shared(terms: Terms, standing: Standing, origin: Origin): Shared {
  return {
    tier: tierName(terms.path.tiers, standing.tier),
    limits: Object.freeze({ ...limitsOf(terms, standing) }),
    cause: standing.cause,
    since: standing.since,
    next: standing.next === null ? null : Object.freeze({ ...standing.next }),
    source: origin.source,
    asOf: origin.asOf,
    policy: terms.policy,
  };
}

function knownFeature(terms: Terms, standing: Standing, feature: FeatureTerms, common: Shared): Decision {
  const allowed = tierOf(terms, standing)?.features.includes(feature.name) ?? false;
  const code = standing.code === 'not-started' ? 'not-started' : allowed ? 'ok' : 'not-in-tier';
  const reason = code === 'not-started' ? notStartedSentence(terms) : tierSentence(terms, standing, feature, allowed);
  return frozen(common, { allowed, feature: feature.name, code, reason, userMessage: code === 'not-in-tier' ? feature.lost : null });
}

function unknownFeature(feature: string, common: Shared): Decision {
  const reason = `The policy knows no feature ${JSON.stringify(feature)}`;
  return frozen(common, { allowed: false, feature, code: 'unknown-feature', reason, userMessage: null });
}

/** Every answer is built here, with its keys in one order: so all of them have one shape in memory, and reading stays fast. */
function frozen(common: Shared, ofFeature: Omit<Decision, keyof Shared>): Decision {
  return Object.freeze({
    allowed: ofFeature.allowed,
    feature: ofFeature.feature,
    tier: common.tier,
    limits: common.limits,
    code: ofFeature.code,
    reason: ofFeature.reason,
    userMessage: ofFeature.userMessage,
    cause: common.cause,
    since: common.since,
    next: common.next,
    source: common.source,
    asOf: common.asOf,
    policy: common.policy,
  });
}

/** The limits of the tier in force; none before the start. */
export function limitsOf(terms: Terms, standing: Standing): Readonly<Record<string, number>> {
  return tierOf(terms, standing)?.limits ?? NO_LIMITS;
}

const NO_LIMITS: Readonly<Record<string, number>> = Object.freeze({});

function tierOf(terms: Terms, standing: Standing): Tier | undefined {
  return standing.tier === null ? undefined : terms.path.tiers[standing.tier];
}

function notStartedSentence({ startsAt }: Terms): string {
  return `The license starts at ${formatInstant(startsAt)}; before that it gives nothing`;
}

/** One form for every tier: `Parallel builds is not in tier reduced since 2026-03-01T00:00:00.000Z; cause expiry`. */
function tierSentence(terms: Terms, { tier, cause, since }: Standing, { title }: FeatureTerms, allowed: boolean): string {
  const verdict = `${title} is ${allowed ? 'in' : 'not in'} tier ${tierName(terms.path.tiers, tier)}`;
  if (cause !== 'none') return `${verdict} since ${formatInstant(since)}; cause ${cause}`;
  return tier === terms.planTier ? `${verdict}, the plan's own` : `${verdict}, held until the lowered terms bite`;
}

/**
 * Answers where nothing signed was ever seen: no cache, no bootstrap lease, no network. The application itself has said
 * what then (`whenNothingSigned`).
 */
export function noSignedWord(feature: string, allowed: boolean): Decision {
  const reason = `No signed word about this license has been seen; until one is, the application ${allowed ? 'allows' : 'denies'}`;
  const common = {
    tier: null,
    limits: NO_LIMITS,
    cause: 'none',
    since: null,
    next: null,
    source: 'none',
    asOf: null,
    policy: null,
  } as const;
  return frozen(common, { allowed, feature, code: 'no-signed-word', reason, userMessage: null });
}

/** Answers for a holder that was removed (a leaver, a stolen laptop): at once, nothing, and nobody else notices. */
export function holderRemoved(terms: Terms, feature: string, removedAt: Instant, origin: Origin): Decision {
  const known = terms.path.features.find(({ name }) => name === feature);
  if (known === undefined) return unknownFeature(feature, removed(terms, removedAt, origin));
  const reason = `This holder was removed from the license at ${formatInstant(removedAt)}`;
  return frozen(removed(terms, removedAt, origin), { allowed: false, feature, code: 'holder-removed', reason, userMessage: known.lost });
}

function removed({ policy }: Terms, since: Instant, { source, asOf }: Origin): Shared {
  return { tier: NO_TIER, limits: NO_LIMITS, cause: 'none', since, next: null, source, asOf, policy };
}
