/**
 * One fuzzed body of usage and what must be true of what was read; the test beside runs thousands, `npm run fuzz -- cloudevents`
 * a million. Not shipped.
 *
 * Bodies are whole events with some edits, events of arbitrary fields, and any JSON; attributes stand in headers too. What was
 * read is judged as the server does, so that whatever is accepted is what a store can count.
 */
import {
  type Aggregate,
  AMOUNT_MAX,
  DAY,
  instant,
  judgeUsage,
  type UsageEvent,
  type UsageRejection,
  type UsageRules,
} from '@glidepath/core';
import fc from 'fast-check';
import { readUsageBody } from './cloud-events.ts';

const NOW = instant(Date.UTC(2026, 4, 2, 12));
const AGGREGATES: readonly Aggregate[] = ['sum', 'max', 'last', 'unique'];
const RULES: UsageRules = {
  license: 'lic_1',
  policy: {
    meters: AGGREGATES.map((aggregate) => ({
      ...{ name: aggregate, unit: 'min', aggregate, window: 'month', timeZone: 'UTC', anchor: 'calendar' },
    })),
  },
  termStart: instant(NOW - 30 * DAY),
};

const TIMES = ['2026-05-01T12:00:00Z', '2026-05-01t12:00:60.9999z', '2026-02-31T00:00:00Z', '9999-12-31T23:59:59-23:59', 'yesterday'];
const TRAPS = ['', '1.0', '%', '%E2%82', '"\\', '\u0000', '\ud800', '\u001b]0;x\u0007', '\u202e', '__proto__', 'x'.repeat(257)];
const NUMBERS = [0, -0, -1, 1e-7, 0.1 + 0.2, 1e15, 1e15 + 1, Number.MAX_VALUE, 5e-324];
const word = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(...TRAPS, ...TIMES),
  fc.constantFrom(...NUMBERS),
  fc.jsonValue({ maxDepth: 2 }),
);
const amount = fc.oneof(
  fc.double({ min: 0, max: 2e15, noNaN: true }),
  fc.nat(1_000_000_000).map((micros) => micros / 1e6),
  fc.constantFrom(...NUMBERS),
);
const name = fc.oneof(fc.string({ minLength: 1 }), fc.string({ unit: 'binary' }), fc.constantFrom(...TRAPS.filter((trap) => trap !== '')));
const data = fc.oneof(
  { weight: 3, arbitrary: fc.record({ amount }) },
  { weight: 3, arbitrary: fc.record({ value: name }) },
  { weight: 1, arbitrary: fc.record({ amount: fc.oneof(amount, word), value: word }) },
  { weight: 1, arbitrary: word },
);
const fields = [
  ...['specversion', 'id', 'source', 'type', 'subject', 'time', 'data', 'data_base64', 'traceparent'],
  ...['__proto__', 'toString'],
];
const whole = fc.record({
  ...{ specversion: fc.constant('1.0'), type: fc.constant('dev.glidepath.usage.v1'), source: name },
  ...{ id: name, subject: fc.constantFrom(...AGGREGATES), time: fc.constantFrom(...TIMES.slice(0, 2)), data },
});
const edits = fc.oneof(fc.constant({}), fc.dictionary(fc.constantFrom(...fields), word, { maxKeys: 2 }));
const event = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(whole, edits).map(([one, edit]) => ({ ...one, ...edit })) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom(...fields), word) },
  { weight: 1, arbitrary: whole.map(({ data: inside, ...rest }) => ({ ...rest, data_base64: btoa(unescapedJson(inside)) })) },
);
const body = fc.oneof(event, fc.array(fc.oneof(event, fc.jsonValue({ maxDepth: 2 })), { maxLength: 4 }), data, fc.jsonValue());
const headers = fc.dictionary(
  fc.constantFrom('content-type', ...['specversion', 'id', 'source', 'type', 'subject', 'time'].map((name) => `ce-${name}`)),
  fc.oneof(
    fc.string(),
    fc.constantFrom('1.0', 'sum', 'unique', '%41', '%C3%A4', '"a\\"b"', '%', '"', 'application/cloudevents-batch+json', ...TIMES, ...TRAPS),
  ),
);

/** JSON of ASCII, which `btoa` takes. */
function unescapedJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\u0080-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Holds for a reader that is total, says of what it refuses which field it is, and accepts nothing that cannot be counted. */
export function usageBodySurvives(): fc.IProperty<[Record<string, string>, unknown]> {
  return fc.property(headers, body, (given, value) => {
    // As it comes over the wire: what JSON cannot say, such as an infinite amount, nobody can send.
    const parsed: unknown = JSON.parse(JSON.stringify(value) ?? 'null');
    const read = readUsageBody(given, parsed);
    if (!read.ok) return complain(read.found !== '' && read.expected !== '', 'a body is refused without a reason');
    for (let place = 0; place < read.length; place++) {
      const one = read.read(place);
      const judged = one.ok ? judgeUsage(one.sent, RULES, NOW) : one;
      if (judged.ok && 'event' in judged) countable(judged.event);
      else if (!judged.ok) teaches(judged.rejection);
    }
  });
}

function teaches({ code, field, found, expected }: UsageRejection): void {
  complain(field !== '' || code === 'not-an-event', `${code} names no field`);
  complain(found !== '' && expected !== '', `${code} of ${field} does not say what was found and what is expected`);
  complain(!/[\p{Cc}\p{Cf}\p{Cs}]/u.test(field + found + expected), `${code} of ${field} shows what a terminal acts on`);
}

function countable({ source, eventId, meter, at, amount: counted, value }: UsageEvent): void {
  for (const text of value === null ? [source, eventId] : [source, eventId, value])
    complain(text !== '' && text.length <= 256 && text.isWellFormed() && !text.includes('\u0000'), 'a text that no store keeps');
  complain(counted >= 0 && counted <= AMOUNT_MAX && Number(counted.toFixed(6)) === counted, `${counted} is no amount of six decimals`);
  complain((meter === 'unique') === (value !== null), `${meter} has a value, or lacks one`);
  complain(Number.isSafeInteger(at) && at <= NOW + DAY && at >= NOW - 500 * DAY, `${at} is no time to count`);
}

function complain(isFine: boolean, complaint: string): void {
  if (!isFine) throw new Error(complaint);
}
