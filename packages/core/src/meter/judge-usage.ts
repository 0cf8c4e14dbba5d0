/**
 * Decides whether an event of use is accepted, by the policy in force and the time of its receipt.
 *
 * What it is worth, and whether it came before, is not decided here. A "no" names the field, what was found there and what
 * is expected: whoever sent a thousand events mends one. An event without a time happened when it was received; sent again,
 * it counts once like any other, because its source and id say that it is the same.
 */

import { formatInstant } from '../format-instant.ts';
import { nearest } from '../policy/nearest.ts';
import type { Meter, Policy } from '../policy/policy.ts';
import { describe, oneOfThese } from '../policy/reading.ts';
import type { UsageEvent } from '../ports/records.ts';
import { after, DAY, type Instant, MINUTE } from '../time.ts';
import { AMOUNT_MAX, toMicros } from './micros.ts';

/** Older events are refused: their windows are told of nowhere, and that they came before may have been forgotten. */
export const USAGE_LATE_MAX_MS = 400 * DAY;
/** A clock may be ahead by so much. */
export const USAGE_AHEAD_MAX_MS = 5 * MINUTE;
/** Characters of a source, an id or a value. */
export const USAGE_TEXT_MAX = 256;
/** The source of the events that spend a reservation; nobody else's event may have it. */
export const RESERVATION_SOURCE = 'glidepath/reservation';

export type UsageRejectionCode =
  | 'not-an-event'
  | 'field-missing'
  | 'field-invalid'
  | 'meter-unknown'
  | 'too-late'
  | 'in-future'
  | 'amount-invalid'
  | 'value-invalid';

export const USAGE_REJECTIONS: Readonly<Record<UsageRejectionCode, string>> = {
  'not-an-event': 'It is no event of CloudEvents 1.0.',
  'field-missing': 'The event lacks a field.',
  'field-invalid': 'A field of the event has another form.',
  'meter-unknown': 'The policy of the license has no meter of that name.',
  'too-late': 'The event is older than events are counted.',
  'in-future': 'The event lies in the future.',
  'amount-invalid': 'The amount is none that can be counted.',
  'value-invalid': 'The value is none that can be told apart from others.',
};

export interface UsageRejection {
  readonly code: UsageRejectionCode;
  /** `id`, `time`, `data/amount`; empty: the event itself. */
  readonly field: string;
  readonly found: string;
  readonly expected: string;
}

/** An event as it was sent; what it says of itself was read, what it says of use was not judged. */
export interface SentUsage {
  readonly source: string;
  readonly id: string;
  /** The name of the meter; null: it names none. */
  readonly subject: string | null;
  readonly time: Instant | null;
  readonly data: unknown;
}

export interface UsageRules {
  readonly license: string;
  readonly policy: Pick<Policy, 'meters'>;
  /** When the current term began. */
  readonly termStart: Instant;
}

export type JudgedUsage = { readonly ok: true; readonly event: UsageEvent } | { readonly ok: false; readonly rejection: UsageRejection };

export function judgeUsage(sent: SentUsage, rules: UsageRules, now: Instant): JudgedUsage {
  const meter = rules.policy.meters.find(({ name }) => name === sent.subject);
  if (meter === undefined) return { ok: false, rejection: unknownMeter(sent.subject, rules.policy) };
  const rejection = textProblem('source', sent.source) ?? textProblem('id', sent.id) ?? timeProblem(sent.time, rules, now);
  if (rejection !== null) return { ok: false, rejection };
  const read = meter.aggregate === 'unique' ? readValue(sent.data, meter) : readAmount(sent.data, meter);
  if ('code' in read) return { ok: false, rejection: read };
  const { license } = rules;
  const at = sent.time ?? now;
  return { ok: true, event: { license, source: sent.source, eventId: sent.id, meter: meter.name, at, receivedAt: now, ...read } };
}

function unknownMeter(subject: string | null, { meters }: UsageRules['policy']): UsageRejection {
  const names = meters.map(({ name }) => name);
  const expected = `the name of a meter: ${oneOfThese(names)}`;
  if (subject === null) return { code: 'field-missing', field: 'subject', found: 'nothing', expected };
  const near = nearest(subject, names);
  return {
    ...{ code: 'meter-unknown', field: 'subject', found: describe(subject) },
    expected: near === null ? expected : `${expected}; did you mean ${near}?`,
  };
}

/** What a store or a terminal could choke on: NUL, half a character, or too much of it. */
function textProblem(field: string, text: string): UsageRejection | null {
  const expected = `text of 1 to ${USAGE_TEXT_MAX} characters`;
  if (text === '') return { code: 'field-missing', field, found: 'an empty text', expected };
  if (text.length > USAGE_TEXT_MAX) return { code: 'field-invalid', field, found: `${text.length} characters`, expected };
  if (text.includes('\u0000') || !text.isWellFormed())
    return { code: 'field-invalid', field, found: 'a NUL or half a character', expected: 'whole Unicode text' };
  return null;
}

function timeProblem(time: Instant | null, { termStart }: UsageRules, now: Instant): UsageRejection | null {
  if (time === null) return null;
  const found = formatInstant(time);
  const latest = after(now, USAGE_AHEAD_MAX_MS);
  if (time > latest) return { code: 'in-future', field: 'time', found, expected: `${formatInstant(latest)} or before` };
  const earliest = after(now < termStart ? termStart : now, -USAGE_LATE_MAX_MS);
  return time < earliest ? { code: 'too-late', field: 'time', found, expected: `${formatInstant(earliest)} or after` } : null;
}

type Counted = Pick<UsageEvent, 'amount' | 'value'>;

function readAmount(data: unknown, { name, aggregate, unit }: Meter): Counted | UsageRejection {
  const refused = (field: string, found: string, expected: string): UsageRejection => ({ code: 'amount-invalid', field, found, expected });
  if (!isMapping(data)) return refused('data', found(data), '{"amount": NUMBER}');
  if (data.value !== undefined)
    return refused('data/value', describe(data.value), `no value: ${name} is the ${aggregate} of amounts, so {"amount": NUMBER}`);
  const { amount } = data;
  const expected = `a number from 0 to ${AMOUNT_MAX} (${unit}), with at most six decimals`;
  if (typeof amount !== 'number') return refused('data/amount', found(amount), expected);
  if (Object.is(amount, -0)) return { amount: 0, value: null };
  if (amount > AMOUNT_MAX || toMicros(amount) === null) return refused('data/amount', describe(amount), expected);
  return { amount, value: null };
}

function readValue(data: unknown, { name }: Meter): Counted | UsageRejection {
  const refused = (field: string, found: string, expected: string): UsageRejection => ({ code: 'value-invalid', field, found, expected });
  if (!isMapping(data)) return refused('data', found(data), '{"value": TEXT}');
  if (data.amount !== undefined)
    return refused('data/amount', describe(data.amount), `no amount: ${name} counts different values, so {"value": TEXT}`);
  const { value } = data;
  if (typeof value !== 'string') return refused('data/value', found(value), `text of 1 to ${USAGE_TEXT_MAX} characters`);
  const problem = textProblem('data/value', value);
  return problem === null ? { amount: 0, value } : { ...problem, code: 'value-invalid' };
}

function isMapping(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

function found(value: unknown): string {
  return value === undefined ? 'nothing' : describe(value);
}
