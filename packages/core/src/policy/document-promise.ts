/** The shape of what a policy promises and how it is kept: renewal, guarantees, tests. */
import { nearest } from './nearest.ts';
import { CAUSE_ORDER, type Cause } from './policy.ts';
import { list, mapping, mappingAt, may, must, namedItems, oneOfThese, type Reader } from './reading.ts';
import { parseWindow } from './time-zones.ts';
import { count, duration, featureReference, freeKey, oneOf, refused, text, verbatim, wrongType } from './values.ts';

export const PROMISE_ITEMS_MAX = { leadTimes: 32, windows: 32, guarantees: 200, tests: 1_000, words: 1_000 } as const;

const window: Reader<string> = (place) => {
  if (typeof place.value !== 'string') return wrongType(place, 'a window');
  const parsed = parseWindow(place.value);
  if (parsed.ok) return place.value;
  const code = parsed.reason === 'not-a-window' ? 'malformed-window' : parsed.reason;
  const near = typeof parsed.facts.didYouMean === 'string' ? parsed.facts.didYouMean : null;
  return refused(place, code, parsed.message, 'days, hours and a time zone, such as `Mon-Thu 09:00-16:00 Europe/Berlin`', near);
};

export const renewal = mapping({
  start: may(duration(0)),
  leadTime: may(namedItems(freeKey, duration(0), { atLeast: 0, atMost: PROMISE_ITEMS_MAX.leadTimes })),
  windows: may(list(window, { atLeast: 0, atMost: PROMISE_ITEMS_MAX.windows })),
});

const cause = oneOf(CAUSE_ORDER as readonly Exclude<Cause, 'none'>[]);

/** Each kind of guarantee is known by its first key. */
const KINDS = {
  always: mapping({ always: must(featureReference), unless: may(list(cause, { atLeast: 0, atMost: CAUSE_ORDER.length })) }),
  noCliff: mapping({ noCliff: must(count(1)) }),
  notice: mapping({ notice: must(duration(0)), before: must(oneOf(['loss'])), cause: must(cause) }),
  offline: mapping({ offline: must(duration(0)) }),
  revocationBites: mapping({ revocationBites: must(duration(0)) }),
} as const;

type KindName = keyof typeof KINDS;
type EntryOf<K extends KindName> = Exclude<ReturnType<(typeof KINDS)[K]>, undefined>;

/** A guarantee as it was written, by kind. */
export type WrittenGuarantee = { readonly [K in KindName]: { readonly kind: K; readonly entry: EntryOf<K> } }[KindName];

export const GUARANTEE_KINDS = Object.keys(KINDS) as readonly KindName[];

const guarantee: Reader<WrittenGuarantee> = (place) => {
  const tree = mappingAt(place);
  if (!tree) return undefined;
  const kind = GUARANTEE_KINDS.find((name) => Object.hasOwn(tree, name));
  if (kind === undefined) {
    const near = Object.keys(tree)
      .map((key) => nearest(key, GUARANTEE_KINDS))
      .find((found) => found !== null);
    return refused(
      place,
      'unknown-guarantee',
      'no guarantee has these keys',
      `a mapping with ${oneOfThese(GUARANTEE_KINDS)}`,
      near ?? null,
    );
  }
  const entry = KINDS[kind](place);
  return entry && ({ kind, entry } as WrittenGuarantee);
};

export const guarantees = list(guarantee, { atLeast: 0, atMost: PROMISE_ITEMS_MAX.guarantees });

const test = mapping({
  name: must(text),
  given: may(verbatim({ atLeast: 0, atMost: PROMISE_ITEMS_MAX.words })),
  expect: must(verbatim({ atLeast: 1, atMost: PROMISE_ITEMS_MAX.words })),
});

export const tests = list(test, { atLeast: 0, atMost: PROMISE_ITEMS_MAX.tests });
