/**
 * Reads events of use as CloudEvents 1.0 carries them over HTTP: one in its JSON format, a batch, or one whose attributes
 * are headers (`ce-id`) and whose body is its data. Plain JSON, an event or a list of them, is read in the same way.
 *
 * Takes what the specification lets others send (extensions, any `type`, `data_base64`, no time) and says of the rest which
 * field it is. One event that cannot be read spoils no other. What an event is worth is not decided here.
 */
import { describeValue, type Instant, type SentUsage, type UsageRejection } from '@glidepath/core';
import { readBase64Json, readHeader } from './cloud-event-text.ts';
import { parseTimestamp } from './timestamp.ts';

export const CLOUD_EVENT_TYPE = 'application/cloudevents+json';
export const CLOUD_EVENT_BATCH_TYPE = 'application/cloudevents-batch+json';
/** What `POST /v1/usage` reads. */
export const USAGE_MEDIA_TYPES = [CLOUD_EVENT_TYPE, CLOUD_EVENT_BATCH_TYPE, 'application/json'] as const;

/** `id` is the event's own, where it could be read: so that whoever sent it finds it again. */
export type ReadUsage =
  | { readonly ok: true; readonly sent: SentUsage }
  | { readonly ok: false; readonly id: string | null; readonly rejection: UsageRejection };

export type ReadUsageBody =
  | { readonly ok: true; readonly isSingle: boolean; readonly length: number; read(place: number): ReadUsage }
  | { readonly ok: false; readonly found: string; readonly expected: string };

type Headers = Readonly<Record<string, string | undefined>>;

/**
 * Tells how many events a body holds, and reads each when it is asked for: a hundred thousand are never held twice.
 * `body` is the parsed JSON, `headers` have names in lower case.
 */
export function readUsageBody(headers: Headers, body: unknown): ReadUsageBody {
  const media = mediaType(headers['content-type']);
  if (media === CLOUD_EVENT_BATCH_TYPE && !Array.isArray(body))
    return { ok: false, found: describeValue(body), expected: 'a list of events, as the content type says' };
  if (media === CLOUD_EVENT_TYPE && Array.isArray(body))
    return { ok: false, found: describeValue(body), expected: `one event, or the content type ${CLOUD_EVENT_BATCH_TYPE}` };
  if (media !== CLOUD_EVENT_TYPE && media !== CLOUD_EVENT_BATCH_TYPE && isBinary(headers)) return one(() => readBinary(headers, body));
  if (Array.isArray(body)) {
    const events: readonly unknown[] = body;
    return { ok: true, isSingle: false, length: events.length, read: (place) => readUsageEvent(events[place]) };
  }
  return one(() => readUsageEvent(body));
}

function one(read: () => ReadUsage): ReadUsageBody {
  return { ok: true, isSingle: true, length: 1, read };
}

function mediaType(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function isBinary(headers: Headers): boolean {
  return headers['ce-specversion'] !== undefined || headers['ce-id'] !== undefined;
}

/** One event in the JSON format. */
export function readUsageEvent(value: unknown): ReadUsage {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const found = value === undefined ? 'nothing' : describeValue(value);
    return refused(null, { code: 'not-an-event', field: '', found, expected: 'an object, one event of CloudEvents 1.0' });
  }
  const given: Readonly<Record<string, unknown>> = { ...value };
  return readAttributes(
    (name) => given[name],
    () => dataOf(given),
    '',
  );
}

function readBinary(headers: Headers, data: unknown): ReadUsage {
  const broken = new Set<string>();
  const take = (name: string): unknown => {
    const header = headers[`ce-${name}`];
    const text = header === undefined ? undefined : readHeader(header);
    if (text === null) broken.add(name);
    return text ?? undefined;
  };
  const read = readAttributes(take, () => ({ ok: true, data }), 'ce-');
  const [first] = broken;
  if (first === undefined) return read;
  const id = read.ok ? read.sent.id : read.id;
  const rejection = { found: 'a broken percent-encoding', expected: 'percent-encoded UTF-8' };
  return refused(id, { code: 'field-invalid', field: `ce-${first}`, ...rejection });
}

type ReadData = { readonly ok: true; readonly data: unknown } | { readonly ok: false; readonly rejection: UsageRejection };

function readAttributes(take: (name: string) => unknown, dataAt: () => ReadData, prefix: string): ReadUsage {
  const given = take('id');
  const id = typeof given === 'string' && given !== '' ? given : null;
  for (const name of ['specversion', 'id', 'source', 'type'] as const) {
    const value = take(name);
    if (typeof value !== 'string' || value === '') return refused(id, absent(`${prefix}${name}`, value, REQUIRED[name]));
  }
  if (take('specversion') !== '1.0') return refused(id, invalid(`${prefix}specversion`, take('specversion'), REQUIRED.specversion));
  const subject = take('subject') ?? null;
  if (subject !== null && typeof subject !== 'string') return refused(id, invalid(`${prefix}subject`, subject, 'the name of a meter'));
  const time = readTime(take('time') ?? null);
  if (time === undefined) return refused(id, invalid(`${prefix}time`, take('time'), 'a time as in 2026-05-01T12:00:00Z (RFC 3339)'));
  const data = dataAt();
  if (!data.ok) return refused(id, data.rejection);
  return { ok: true, sent: { source: String(take('source')), id: String(given), subject, time, data: data.data } };
}

const REQUIRED = {
  specversion: '"1.0"',
  id: 'text that no other event of its source has',
  source: 'text that names where the event comes from',
  type: 'text that names what kind of event it is',
} as const;

/** Null: it has none. Undefined: it has one that is no time. */
function readTime(value: unknown): Instant | null | undefined {
  if (value === null) return null;
  return typeof value === 'string' ? (parseTimestamp(value) ?? undefined) : undefined;
}

function dataOf(given: Readonly<Record<string, unknown>>): ReadData {
  const { data, data_base64: encoded } = given;
  if (encoded === undefined || encoded === null) return { ok: true, data };
  if (data !== undefined && data !== null) return { ok: false, rejection: invalid('data_base64', encoded, 'nothing, since there is data') };
  const decoded = typeof encoded === 'string' ? readBase64Json(encoded) : undefined;
  return decoded === undefined ? { ok: false, rejection: invalid('data_base64', encoded, 'JSON in base64') } : { ok: true, data: decoded };
}

function absent(field: string, value: unknown, expected: string): UsageRejection {
  if (value !== undefined && value !== null && value !== '') return invalid(field, value, expected);
  return { code: 'field-missing', field, found: value === '' ? 'an empty text' : 'nothing', expected };
}

function invalid(field: string, value: unknown, expected: string): UsageRejection {
  return { code: 'field-invalid', field, found: describeValue(value), expected };
}

function refused(id: string | null, rejection: UsageRejection): ReadUsage {
  return { ok: false, id, rejection };
}
