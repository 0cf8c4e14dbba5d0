/**
 * Takes events of use: each is judged by itself, counted once however often it is sent, and answered by itself.
 *
 * A large body goes in portions, and others' events come between them. When the store fails half-way, what was counted by
 * then stays counted and the whole is sent again: what came before is then a duplicate.
 */
import { setImmediate } from 'node:timers/promises';
import { type Instant, judgeUsage, RESERVATION_SOURCE, type UsageEvent, type UsageRejection, type UsageRules } from '@glidepath/core';
import {
  type ReadUsage,
  readUsageBody,
  USAGE_BODY_MAX,
  USAGE_EVENTS_MAX,
  USAGE_MEDIA_TYPES,
  type UsageItem,
  UsageQuery,
  UsageReportAnswer,
} from '@glidepath/protocol/http';
import { type Static, Type } from 'typebox';
import { answer, type Context, defineCommand, type Outcome, refuse } from '../../command.ts';
import { badInput } from '../../read-input.ts';
import { usageRules } from './meter-rules.ts';
import { namedLicense } from './named-license.ts';
import { PORTION_MAX } from './usage-engine.ts';

type Item = Static<typeof UsageItem>;

export const reportUsage = defineCommand({
  name: 'usage.report',
  method: 'POST',
  path: '/v1/usage',
  summary: 'Counts events of use (CloudEvents 1.0)',
  auth: 'operator',
  admitsLicenseKey: true,
  reads: 'text',
  media: USAGE_MEDIA_TYPES,
  body: Type.String(),
  bodyLimit: USAGE_BODY_MAX,
  query: UsageQuery,
  answers: { 200: UsageReportAnswer },
  idempotency: 'own',
  audited: false,
  async run(context) {
    const rules = await namedLicense(context, context.query.license);
    if ('kind' in rules) return rules;
    const parsed = parse(context.body);
    if (!parsed.ok)
      return refuse('not-json', 'The body is not JSON.', { errors: [{ path: '', found: 'text that is not JSON', expected: 'JSON' }] });
    const read = readUsageBody(context.headers, parsed.value);
    if (!read.ok) return badInput([{ path: '', found: read.found, expected: read.expected }]);
    if (read.length > USAGE_EVENTS_MAX)
      return refuse('too-large', `The body has ${read.length} events; this route reads ${USAGE_EVENTS_MAX}.`);
    const items: Item[] = [];
    for (let from = 0; from < read.length; from += PORTION_MAX) {
      if (from > 0) await setImmediate();
      const portion = Array.from({ length: Math.min(PORTION_MAX, read.length - from) }, (_, place) => read.read(from + place));
      items.push(...(await itemsOf(portion, usageRules(rules), context)));
    }
    const [first] = items;
    return read.isSingle && first?.outcome === 'rejected' ? rejected(first) : answered(items);
  },
});

function parse(text: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}

/** What became of each event of a portion, in its order. */
async function itemsOf(
  portion: readonly ReadUsage[],
  rules: UsageRules,
  { usage, now }: Pick<Context, 'usage' | 'now'>,
): Promise<readonly Item[]> {
  const judged = portion.map((read) => judgeRead(read, rules, now));
  const events = judged.flatMap((one) => ('event' in one ? [one.event] : []));
  const outcomes = (await usage.count(events)).values();
  return judged.map((one): Item => {
    if (!('event' in one)) return { id: one.id, outcome: 'rejected', ...one.rejection };
    return { id: one.event.eventId, outcome: outcomes.next().value ?? 'duplicate' };
  });
}

type Judged = { readonly event: UsageEvent } | { readonly id: string | null; readonly rejection: UsageRejection };

function judgeRead(read: ReadUsage, rules: UsageRules, now: Instant): Judged {
  if (!read.ok) return { id: shownId(read.id), rejection: read.rejection };
  const { source, id } = read.sent;
  if (source === RESERVATION_SOURCE) return { id: shownId(id), rejection: RESERVED };
  const judged = judgeUsage(read.sent, rules, now);
  return judged.ok ? judged : { id: shownId(id), rejection: judged.rejection };
}

const RESERVED: UsageRejection = {
  code: 'field-invalid',
  field: 'source',
  found: `"${RESERVATION_SOURCE}"`,
  expected: 'a source of your own: that one spends reservations',
};

const ID_SHOWN_MAX = 256;

/** An id that was refused is told back as far as it may be an id at all. */
function shownId(id: string | null): string | null {
  return id === null ? null : id.slice(0, ID_SHOWN_MAX).toWellFormed();
}

function answered(items: readonly Item[]): Outcome {
  const count = (outcome: Item['outcome']) => items.reduce((sum, item) => sum + (item.outcome === outcome ? 1 : 0), 0);
  return answer(200, { accepted: count('counted'), duplicates: count('duplicate'), rejected: count('rejected'), items });
}

function rejected(item: Item): Outcome {
  const { field = '', found = '', expected = '' } = item;
  const refusal = badInput([{ path: field === '' ? '' : `/${field}`, found, expected }]);
  return { ...refusal, extras: { ...refusal.extras, facts: { items: [item] } } };
}
