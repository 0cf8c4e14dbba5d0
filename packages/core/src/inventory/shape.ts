/** The shape of each kind of inventory document: every key, what may stand there, and which keys are mandatory. */
import { API_VERSION } from '../policy/document.ts';
import { SEVERITIES } from '../policy/document-path.ts';
import { PROMISE_ITEMS_MAX } from '../policy/document-promise.ts';
import { list, mapping, mappingAt, may, must, namedItems, type Reader } from '../policy/reading.ts';
import { boolean, count, duration, exactly, freeKey, freeName, oneOf, refused, text, timeZone, wrongType } from '../policy/values.ts';
import { DAY, SECOND } from '../time.ts';
import { parseDate, type WrittenDate } from './dates.ts';
import { CHANNEL_KINDS, type InventoryKind, PROBE_KINDS } from './document.ts';
import { CUSTODY_SCHEMES, LOCAL_SCHEMES, refuseSecretsIn, secretReference } from './reference.ts';

/** How much a document may list. */
export const INVENTORY_ITEMS_MAX = { people: 100, hosts: 10_000, watches: 1_000, agents: 1_000, settings: 100, teams: 500 } as const;

export const COST_MAX = 1_000_000_000_000;
export const COST_PERIODS = ['year', 'month', 'term'] as const;
export const CURRENCY_PATTERN = '^[A-Z]{3}$';
/** A probe asks at most so often; what its vendor's server bears, the connector says. */
export const EVERY_MS = { least: 10 * SECOND, most: 31 * DAY } as const;
export const QUORUM_MAX = 100;

const CURRENCY = new RegExp(CURRENCY_PATTERN);

/** Text that often looks like a number: contract ids, versions. */
const wordsInQuotes: Reader<string> = (place) => (typeof place.value === 'number' ? wrongType(place, 'text, in quotes') : text(place));

const date: Reader<WrittenDate> = (place) => {
  const parsed = typeof place.value === 'string' ? parseDate(place.value) : null;
  return (
    parsed ??
    refused(place, 'malformed-date', 'this is no date', 'a day, such as `2027-03-31`, or an instant, such as `2027-03-31T12:00:00Z`')
  );
};

const amount: Reader<number> = (place) => {
  if (typeof place.value !== 'number') return wrongType(place, 'a number');
  if (place.value >= 0 && place.value <= COST_MAX) return place.value;
  return refused(place, 'number-out-of-range', 'this number is out of range', `a number from 0 to ${COST_MAX}`);
};

const currency: Reader<string> = (place) =>
  typeof place.value === 'string' && CURRENCY.test(place.value)
    ? place.value
    : refused(place, 'malformed-currency', 'this is no currency', 'three capitals of ISO 4217, such as `EUR`');

const settings: Reader<Readonly<Record<string, unknown>>> = (place) => {
  const tree = mappingAt(place);
  if (!tree) return undefined;
  refuseSecretsIn(place);
  if (Object.keys(tree).length <= INVENTORY_ITEMS_MAX.settings) return tree;
  return refused(place, 'too-many-items', 'too much is listed here', `at most ${INVENTORY_ITEMS_MAX.settings}`);
};

const names = (atMost: number) => list(freeName, { atLeast: 0, atMost });
const texts = (atMost: number) => list(text, { atLeast: 0, atMost });

const contract = mapping({
  id: may(wordsInQuotes),
  expires: may(date),
  noticeBy: may(date),
  terminates: may(date),
  autoRenew: may(boolean),
  cost: may(mapping({ amount: must(amount), currency: must(currency), per: must(oneOf(COST_PERIODS)) })),
  graceAllowed: may(duration(0)),
});

const watch = mapping({ probe: must(freeName), feature: may(wordsInQuotes), version: may(wordsInQuotes), pool: may(wordsInQuotes) });

const heldLicense = mapping({
  product: must(text),
  vendor: must(text),
  contract: may(contract),
  zone: may(timeZone),
  leadTime: may(namedItems(freeKey, duration(0), { atLeast: 0, atMost: PROMISE_ITEMS_MAX.leadTimes })),
  plan: may(freeName),
  policy: may(freeName),
  owners: may(mapping({ team: may(freeName), people: may(texts(INVENTORY_ITEMS_MAX.people)) })),
  key: may(secretReference(CUSTODY_SCHEMES)),
  runsOn: may(texts(INVENTORY_ITEMS_MAX.hosts)),
  dependents: may(texts(INVENTORY_ITEMS_MAX.hosts)),
  foundIn: may(text),
  watch: may(list(watch, { atLeast: 0, atMost: INVENTORY_ITEMS_MAX.watches })),
});

const probe = mapping({
  kind: must(oneOf(PROBE_KINDS)),
  every: may(duration(EVERY_MS.least, EVERY_MS.most)),
  zone: may(timeZone),
  agents: may(names(INVENTORY_ITEMS_MAX.agents)),
  quorum: may(count(1, QUORUM_MAX)),
  settings: may(settings),
});

const channel = mapping({
  kind: must(oneOf(CHANNEL_KINDS)),
  url: must(secretReference(LOCAL_SCHEMES)),
  secret: may(secretReference(LOCAL_SCHEMES)),
  least: may(oneOf(SEVERITIES)),
  teams: may(names(INVENTORY_ITEMS_MAX.teams)),
});

const metadata = mapping({ name: must(freeName) });

function document<const K extends InventoryKind, S>(kind: K, spec: Reader<S>) {
  return mapping({
    apiVersion: must(exactly(API_VERSION, 'unsupported-version')),
    kind: must(exactly(kind, 'unsupported-kind')),
    metadata: must(metadata),
    spec: must(spec),
  });
}

/** One reader per kind; which of them is asked, `kind` of the document says. */
export const SHAPES = {
  HeldLicense: document('HeldLicense', heldLicense),
  Probe: document('Probe', probe),
  Channel: document('Channel', channel),
} as const satisfies Readonly<Record<InventoryKind, unknown>>;

type Read<T> = T extends (place: never) => infer R ? Exclude<R, undefined> : never;

/** Documents as they were written, as far as they could be read. */
export type WrittenHeldLicense = Read<typeof SHAPES.HeldLicense>;
export type WrittenProbe = Read<typeof SHAPES.Probe>;
export type WrittenChannel = Read<typeof SHAPES.Channel>;
