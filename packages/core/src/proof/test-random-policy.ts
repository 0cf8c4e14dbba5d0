/** Random documents of small policies, right and wrong, and random situations of them: words of `given`, nothing of the proof's. */
import fc from 'fast-check';
import type { GIVEN_WORDS } from '../policy/names.ts';
import type { Policy } from '../policy/policy.ts';

const FEATURES = ['build', 'cache', 'sso'] as const;
const TIERS = ['best', 'middle', 'lower', 'lowest'] as const;
const CAUSES = ['suspended', 'revoked', 'trust', 'identity', 'clock'] as const;
const ALL_CAUSES = ['revoked', 'suspended', 'trust', 'expiry', 'unreachable', 'identity', 'quota', 'clock', 'seats'] as const;

const hours = (from: number, to: number) => fc.integer({ min: from, max: to }).map((count) => count * 6);
const severity = fc.constantFrom('info', 'warning', 'critical');
const tierName = (count: number) => fc.integer({ min: 0, max: count - 1 }).map((position) => TIERS[position]);

/** Mostly descending one tier at a time, because a policy that is wrong everywhere shows little. */
function rungs(at: fc.Arbitrary<number>, unit: string, tiers: number, atLeast = 0) {
  const rung = fc.record({
    at,
    down: fc.integer({ min: 0, max: 2 }),
    wild: fc.integer({ min: 0, max: 7 }),
    tier: tierName(tiers),
    notify: fc.option(severity, { nil: undefined }),
  });
  return fc.uniqueArray(rung, { minLength: atLeast, maxLength: 4, selector: (drawn) => drawn.at }).map((drawn) => {
    let position = 0;
    return drawn
      .toSorted((a, b) => a.at - b.at)
      .map(({ at, down, wild, tier, notify }) => {
        if (down > 0) position = Math.min(position + 1, tiers - 1);
        const named = wild === 0 ? TIERS[tiers - 1] : wild === 1 ? tier : down > 0 ? TIERS[position] : undefined;
        const said = { ...(named === undefined ? {} : { tier: named }), ...(notify === undefined ? {} : { notify }) };
        return { at: `${at}${unit}`, ...(Object.keys(said).length === 0 ? { notify: 'info' } : said) };
      });
  });
}

const shares = (tiers: number) => rungs(fc.constantFrom(50, 80, 100, 120, 150), '%', tiers);

function guarantee() {
  const duration = fc.integer({ min: 0, max: 40 }).map((count) => `${count * 6}h`);
  return fc.oneof(
    fc.record({ always: fc.constantFrom(...FEATURES), unless: fc.subarray([...ALL_CAUSES], { maxLength: 3 }) }),
    fc.record({ noCliff: fc.integer({ min: 1, max: 2 }) }),
    fc.record({ notice: duration, before: fc.constant('loss'), cause: fc.constantFrom('expiry', 'unreachable', 'suspended', 'clock') }),
    fc.record({ offline: duration }),
    fc.record({ revocationBites: duration }),
  );
}

function plan(tiers: number) {
  const seats = fc.record({
    limit: fc.integer({ min: 1, max: 5 }),
    whenFull: fc.oneof(fc.constant('deny'), tierName(tiers)),
    overage: fc.option(
      fc.record({ seats: fc.integer({ min: 1, max: 2 }), for: fc.constantFrom('6h', '24h'), again: fc.constantFrom('12h', '24h', '48h') }),
      { nil: undefined },
    ),
  });
  const quotas = fc.option(fc.record({ minutes: fc.record({ limit: fc.constantFrom(10, 100) }) }), { nil: undefined });
  return fc
    .record({
      tier: fc.integer({ min: 0, max: 9 }),
      seats: fc.option(seats.map(withoutUndefined), { nil: undefined }),
      quotas,
      term: fc.constantFrom('48h', '1y'),
    })
    .map(({ tier, ...others }) => withoutUndefined({ ...others, tier: tier === 0 && tiers > 1 ? TIERS[1] : TIERS[0] }));
}

/** Documents whose places are all sound; what holds between them may be broken. */
const arbitraryDocument: fc.Arbitrary<DrawnDocument> = fc.integer({ min: 1, max: 4 }).chain((count) =>
  fc
    .record({
      kept: fc.array(fc.subarray([...FEATURES]), { minLength: count, maxLength: count }),
      isNested: fc.integer({ min: 0, max: 9 }),
      essential: fc.subarray([...FEATURES], { maxLength: 1 }),
      limits: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: count, maxLength: count }),
      plans: fc.array(plan(count), { minLength: 1, maxLength: 2 }),
      expiry: rungs(hours(-20, 12), 'h', count, 1),
      unreachable: rungs(hours(0, 12), 'h', count, 1),
      timed: fc.tuple(...CAUSES.map(() => fc.option(rungs(hours(0, 12), 'h', count), { nil: undefined }))),
      seats: rungs(fc.constantFrom(50, 100), '%', 1),
      quota: shares(count),
      guarantees: fc.array(guarantee(), { maxLength: 4 }),
    })
    .map(({ kept, isNested, essential, limits, plans, timed, seats, quota, ...drawn }) => {
      const features = kept.map((_, tier) =>
        FEATURES.filter((name) =>
          (isNested === 0 ? kept.slice(tier, tier + 1) : kept.slice(1, tier + 1)).every(
            (names) => names.includes(name) || (isNested > 2 && essential.includes(name)),
          ),
        ),
      );
      const jobs = isNested === 0 ? limits : limits.toSorted((a, b) => b - a);
      return {
        apiVersion: 'glidepath.dev/v1',
        kind: 'Policy',
        metadata: { name: 'random' },
        spec: {
          features: Object.fromEntries(FEATURES.map((name) => [name, { essential: essential.includes(name) }])),
          meters: { minutes: { unit: 'min', aggregate: 'sum', window: 'month' } },
          tiers: features.map((names, tier) => ({ name: TIERS[tier], features: names, limits: { jobs: jobs[tier] } })),
          plans: Object.fromEntries(plans.map((item, index) => [`plan-${index + 1}`, item])),
          glidePath: {
            expiry: drawn.expiry,
            unreachable: drawn.unreachable,
            ...withoutUndefined(Object.fromEntries(CAUSES.map((cause, index) => [cause, timed[index]]))),
            seats: seats.map(({ at, notify }) => ({ at, notify: notify ?? 'info' })),
            quota: { minutes: quota },
          },
          guarantees: drawn.guarantees.map((promise) => withoutUndefined(promise)),
        },
      } as unknown as DrawnDocument;
    }),
);

/** One in two is tidied, so that policies in which nothing is wrong are among them too. */
export const arbitraryPolicyDocument: fc.Arbitrary<unknown> = fc
  .tuple(arbitraryDocument, fc.boolean())
  .map(([document, isTidy]) => (isTidy ? tidied(document) : document));

interface Rung {
  readonly at: string;
  readonly tier?: string | undefined;
  readonly notify?: string | undefined;
}

/** Each path warns first and then goes down tier by tier; lower tiers have the essential features; no promises but one. */
function tidied(document: DrawnDocument): unknown {
  const { spec } = document;
  const { tiers, glidePath } = spec;
  const path = (rungs: readonly Rung[]) =>
    rungs.slice(0, tiers.length).map(({ at }, index) => (index === 0 ? { at, notify: 'warning' } : { at, tier: tiers[index]?.name }));
  const silence = path(glidePath.unreachable);
  const { seats: _, quota, unreachable: __, ...timed } = glidePath;
  const least = tiers.map(({ features }, index) =>
    features.filter((name) => tiers.slice(0, index).every((tier) => tier.features.includes(name))),
  );
  const plans = Object.fromEntries(
    Object.entries(spec.plans).map(([name, { term, quotas }]) => [name, withoutUndefined({ tier: tiers[0]?.name, term, quotas })]),
  );
  const usage = plansHaveQuotas(spec.plans) ? { quota: { minutes: path(quota.minutes) } } : {};
  return {
    ...document,
    spec: {
      ...spec,
      tiers: tiers.map((tier, index) => ({ ...tier, features: least[index], limits: { jobs: 10 - index } })),
      plans,
      glidePath: {
        ...Object.fromEntries(Object.entries(timed).map(([cause, rungs]) => [cause, path(rungs)])),
        unreachable: [...silence, { at: '90h', tier: tiers[Math.max(silence.length, 1) - 1]?.name }],
        ...usage,
      },
      guarantees: spec.guarantees.slice(0, 1),
    },
  };
}

function plansHaveQuotas(plans: DrawnDocument['spec']['plans']): boolean {
  return Object.values(plans).some(({ quotas }) => quotas !== undefined);
}

interface DrawnDocument {
  readonly spec: {
    readonly tiers: readonly { readonly name: string | undefined; readonly features: readonly string[] }[];
    readonly plans: Readonly<Record<string, { readonly term?: unknown; readonly quotas?: unknown }>>;
    readonly glidePath: {
      readonly seats: unknown;
      readonly expiry: readonly Rung[];
      readonly unreachable: readonly Rung[];
      readonly quota: { readonly minutes: readonly Rung[] };
    };
    readonly guarantees: readonly unknown[];
  };
}

function withoutUndefined(mapping: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(mapping).filter(([, value]) => value !== undefined));
}

/** Where one cause is, in hours and, for use and seats, in units: close enough to the rungs that they are met. */
export interface Drawn {
  readonly plan: number;
  readonly causes: readonly (typeof GIVEN_WORDS)[number][];
  readonly hours: readonly number[];
  readonly off: readonly number[];
  readonly used: number;
  readonly seatsUsed: number;
  readonly moved: number;
}

const WORDS = [
  'expiresIn',
  'unreachableFor',
  'suspendedFor',
  'revokedFor',
  'trustLostFor',
  'identityChangedFor',
  'clockBehindFor',
  'usage',
  'seatsUsed',
  'overageFor',
] as const;

export const arbitraryDrawn: fc.Arbitrary<Drawn> = fc.record({
  plan: fc.integer({ min: 0, max: 1 }),
  causes: fc.oneof(
    { weight: 2, arbitrary: fc.subarray([...WORDS], { minLength: 1, maxLength: 1 }) },
    { weight: 3, arbitrary: fc.subarray([...WORDS]) },
  ),
  hours: fc.array(hours(0, 13), { minLength: WORDS.length, maxLength: WORDS.length }),
  off: fc.array(fc.constantFrom(0, 0, -1, -1, -1, 1, 1_777), { minLength: WORDS.length, maxLength: WORDS.length }),
  used: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.constantFrom(5, 8, 10, 12, 15)),
  seatsUsed: fc.integer({ min: 0, max: 8 }),
  moved: fc.integer({ min: 0, max: WORDS.length - 1 }),
});

/** A drawn situation as words; later by so many seconds where `later` names a cause. */
export function wordsOf(
  policy: Policy,
  drawn: Drawn,
  later: { readonly word: string; readonly by: number } | null = null,
): Record<string, unknown> {
  const plan = policy.plans[drawn.plan % policy.plans.length] ?? policy.plans[0];
  const words: Record<string, unknown> = { plan: plan?.name };
  for (const [index, word] of WORDS.entries()) {
    if (!drawn.causes.includes(word)) continue;
    const by = later?.word === word ? later.by : 0;
    const hoursSince = (drawn.hours[index] ?? 0) * (word === 'expiresIn' ? 3 : 1);
    const seconds = Math.max(0, hoursSince * 3_600 + (drawn.off[index] ?? 0)) + by;
    if (word === 'expiresIn') words.expiresIn = durationOf(20 * 6 * 3_600 - seconds);
    else if (word === 'usage') {
      if (plan?.quotas.length) words.usage = { minutes: drawn.used + by };
    } else if (word === 'seatsUsed') words.seatsUsed = drawn.seatsUsed + by;
    else words[word] = durationOf(seconds);
  }
  return words;
}

function durationOf(seconds: number): string {
  return seconds === 0 ? '0s' : `${seconds}s`;
}
