/**
 * The shape of a policy document: every key, what may stand there, and which keys are mandatory.
 *
 * Only what one place can say by itself is judged here; what holds between places are the rules of `rules.ts`.
 */
import { DAY, YEAR } from '../time.ts';
import { glidePath } from './document-path.ts';
import { plan } from './document-plan.ts';
import { guarantees, renewal, tests } from './document-promise.ts';
import { list, mapping, may, must, namedItems } from './reading.ts';
import { boolean, count, exactly, featureReference, freeKey, freeName, oneOf, ownKey, ownName, text, timeZone } from './values.ts';

export const API_VERSION = 'glidepath.dev/v1';

export const AGGREGATES = ['sum', 'max', 'last', 'unique'] as const;
export const WINDOW_UNITS = ['hour', 'day', 'week', 'month', 'term'] as const;
export const ANCHORS = ['calendar', 'term'] as const;

/** How much a document may list: far above any policy known, and low enough that a lease made from it stays small. */
export const ITEMS_MAX = { features: 1_000, meters: 200, tiers: 32, limits: 200, plans: 500 } as const;

const metadata = mapping({ name: must(freeName), title: may(text) });

const feature = mapping({ title: may(text), essential: may(boolean), lost: may(text) });

const meter = mapping({
  unit: must(text),
  aggregate: must(oneOf(AGGREGATES)),
  window: must(oneOf(WINDOW_UNITS)),
  timeZone: may(timeZone),
  anchor: may(oneOf(ANCHORS)),
});

const tier = mapping({
  name: must(ownName),
  features: must(list(featureReference, { atLeast: 0, atMost: ITEMS_MAX.features })),
  limits: may(namedItems(freeKey, count(), { atLeast: 0, atMost: ITEMS_MAX.limits })),
});

const spec = mapping({
  features: must(namedItems(ownKey, feature, { atLeast: 1, atMost: ITEMS_MAX.features })),
  meters: may(namedItems(freeKey, meter, { atLeast: 0, atMost: ITEMS_MAX.meters })),
  tiers: must(list(tier, { atLeast: 1, atMost: ITEMS_MAX.tiers })),
  plans: must(namedItems(ownKey, plan, { atLeast: 1, atMost: ITEMS_MAX.plans })),
  glidePath: must(glidePath),
  renewal: may(renewal),
  guarantees: may(guarantees),
  tests: may(tests),
});

export const policyDocument = mapping({
  apiVersion: must(exactly(API_VERSION, 'unsupported-version')),
  kind: must(exactly('Policy', 'unsupported-kind')),
  metadata: must(metadata),
  spec: must(spec),
});

type Read<T> = T extends (place: never) => infer R ? Exclude<R, undefined> : never;

/** A document as it was written, as far as it could be read. */
export type WrittenPolicy = Read<typeof policyDocument>;
export type WrittenSpec = Read<typeof spec>;
export type WrittenTier = Read<typeof tier>;

/** What a plan has where the document says nothing. */
export const PLAN_DEFAULTS = { termMs: YEAR, ttlMs: DAY / 24, renewAtPercent: 50 } as const;
