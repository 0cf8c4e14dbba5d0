/** The shape of a drill document, place by place. */

import { daysFromCivil, daysInMonth } from '../civil.ts';
import { API_VERSION } from '../policy/document.ts';
import { DURATION_MAX_MS } from '../policy/durations.ts';
import { list, mapping, may, must, namedItems, oneOfThese, type Place, type Reader } from '../policy/reading.ts';
import { count, duration, exactly, freeKey, freeName, oneOf, percent, refused, text, wrongType } from '../policy/values.ts';
import { DAY, HOUR, type Instant, instant, MINUTE, SECOND } from '../time.ts';
import {
  type DrillFault,
  ISSUER_FAULTS,
  LICENSE_EVENTS,
  NODE_FAULTS,
  type NodesPart,
  RENEWAL_FAULTS,
  SERVER_FAULTS,
  SIGNING_KEY_EVENTS,
  STATUS_FAULTS,
} from './drill.ts';

export const NODES_MAX = 10_000;
export const EVENTS_MAX = 10_000;
export const EXPECTATIONS_MAX = 1_000;

const since = duration(0);
const signed = duration(-DURATION_MAX_MS);
/** A path or an address: one line. */
const reference: Reader<string> = text;

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,3}))?Z$/;

/** `2025-05-01T00:00:00Z`, and a day that the calendar has. */
const moment: Reader<Instant> = (place) => {
  if (typeof place.value !== 'string') return wrongType(place, 'an instant');
  const [, ...parts] = INSTANT.exec(place.value) ?? [];
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const isReal = parts.length > 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  if (!isReal || hour > 23 || minute > 59 || second > 59)
    return refused(place, 'malformed-text', 'this is no instant', 'a day and a time in UTC, such as `2025-05-01T00:00:00Z`');
  const ms = Number((parts[6] ?? '').padEnd(3, '0'));
  return instant(daysFromCivil(year, month, day) * DAY + hour * HOUR + minute * MINUTE + second * SECOND + ms);
};

const nodesPart: Reader<NodesPart> = (place) => {
  const read = typeof place.value === 'number' ? count(1, NODES_MAX)(place) : percent(0, 100)(place);
  if (read === undefined) return undefined;
  return typeof place.value === 'number' ? { count: read } : { percent: read };
};

const amount: Reader<number> = (place) => {
  if (typeof place.value !== 'number') return wrongType(place, 'a number');
  return place.value >= 0 ? place.value : refused(place, 'number-out-of-range', 'this number is out of range', 'a number from 0');
};

/** One word of a fault, as the fault itself. */
function how<K extends DrillFault['kind'], const W extends string>(kind: K, words: readonly W[]): Reader<DrillFault> {
  const read = oneOf(words);
  return (place) => {
    const word = read(place);
    return word === undefined ? undefined : ({ kind, how: word } as unknown as DrillFault);
  };
}

function made<T>(read: Reader<T>, make: (value: T) => DrillFault | undefined): Reader<DrillFault> {
  return (place) => {
    const value = read(place);
    return value === undefined ? undefined : make(value);
  };
}

const PUBLISH = /^publish (\S.*)$/;

/** `publish FILE`, or `{ publish: FILE }`. */
const policyFault: Reader<DrillFault> = (place) => {
  if (typeof place.value !== 'string')
    return made(mapping({ publish: must(reference) }), ({ publish }) => (publish === undefined ? undefined : { kind: 'policy', publish }))(
      place,
    );
  const publish = PUBLISH.exec(place.value)?.[1];
  return publish === undefined ? refused(place, 'malformed-text', 'this publishes nothing', '`publish FILE`') : { kind: 'policy', publish };
};

const FAULTS = {
  issuer: may(how('issuer', ISSUER_FAULTS)),
  server: may(how('server', SERVER_FAULTS)),
  node: may(how('node', NODE_FAULTS)),
  clock: may(made(mapping({ step: must(signed) }), ({ step }) => (step === undefined ? undefined : { kind: 'clock', stepMs: step }))),
  renewalJob: may(how('renewalJob', ['dead'])),
  renewal: may(how('renewal', RENEWAL_FAULTS)),
  license: may(how('license', LICENSE_EVENTS)),
  status: may(how('status', STATUS_FAULTS)),
  policy: may(policyFault),
  signingKey: may(how('signingKey', SIGNING_KEY_EVENTS)),
  keySet: may(how('keySet', ['rollback'])),
  trustAnchor: may(how('trustAnchor', ['expire'])),
  seats: may(made(mapping({ want: must(count()) }), ({ want }) => (want === undefined ? undefined : { kind: 'seats', want }))),
  usage: may(
    made(mapping({ meter: must(freeName), add: must(amount) }), ({ meter, add }) =>
      meter === undefined || add === undefined ? undefined : { kind: 'usage', meter, add },
    ),
  ),
  owner: may(how('owner', ['leaves'])),
  network: may(how('network', ['partition'])),
  probe: may(how('probe', ['blind'])),
};

export const FAULT_KINDS = Object.keys(FAULTS) as readonly (keyof typeof FAULTS)[];

const event = onlyOne(FAULT_KINDS, 'a fault', mapping({ at: must(since), for: may(since), nodes: may(nodesPart), ...FAULTS }));

const EXPECTATIONS = ['always', 'tier', 'alert', 'lossBy', 'notice'] as const;

const never: Reader<number | 'never'> = (place) => (place.value === 'never' ? 'never' : since(place));

const expectation = onlyOne(
  EXPECTATIONS,
  'an expectation',
  mapping({
    ...{ always: may(text), tier: may(text), alert: may(text), lossBy: may(never), notice: may(since) },
    ...{ before: may(exactly('loss', 'unknown-word')), from: may(since), to: may(since), by: may(since) },
  }),
);

/** Of several keys that exclude one another exactly one. */
function onlyOne<T extends { readonly keys: ReadonlySet<string> }>(words: readonly string[], what: string, read: Reader<T>): Reader<T> {
  return (place: Place) => {
    const entry = read(place);
    if (entry === undefined) return undefined;
    const found = words.filter((word) => entry.keys.has(word));
    if (found.length === 1) return entry;
    const message = found.length === 0 ? `this is not ${what}` : `this is ${what} more than once`;
    return refused(place, found.length === 0 ? 'missing-key' : 'too-many-items', message, oneOfThese(words));
  };
}

export const drillDocument = mapping({
  apiVersion: must(exactly(API_VERSION, 'unsupported-version')),
  kind: must(exactly('Drill', 'unsupported-kind')),
  metadata: must(mapping({ name: must(freeName), title: may(text), source: may(reference) })),
  world: must(
    mapping({
      start: must(moment),
      policy: may(reference),
      license: may(
        mapping({
          ...{ plan: may(text), expiresIn: may(signed), startsAt: may(signed), seats: may(count()) },
          quotas: may(namedItems(freeKey, count(), { atLeast: 0, atMost: 200 })),
        }),
      ),
      nodes: may(count(1, NODES_MAX)),
      until: may(since),
      owners: may(list(text, { atLeast: 0, atMost: 100 })),
      seed: may(count()),
      whenNothingSigned: may(oneOf(['allow', 'deny'])),
      renewal: may(oneOf(['on', 'off'])),
    }),
  ),
  events: must(list(event, { atLeast: 0, atMost: EVENTS_MAX })),
  expect: must(list(expectation, { atLeast: 1, atMost: EXPECTATIONS_MAX })),
});
