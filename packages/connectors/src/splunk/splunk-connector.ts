/**
 * Splunk Enterprise: the licenses and the pools of its license manager, `GET /services/licenser/…?output_mode=json`.
 *
 * Counted in bytes a day. A license has a quota and an end; a pool has what was indexed today. Splunk lists the licenses that
 * it brings along (forwarders, free) with an end in 2038, which is its "never".
 */
import { type Connector, EMPTY_SNAPSHOT, type FeatureReading, type Instant, type Snapshot, unknownFeature } from '@glidepath/core';
import {
  apiConnector,
  countIn,
  epochInstant,
  fieldOf,
  isCount,
  type JsonAnswer,
  type JsonRecord,
  jsonAnswer,
  listOf,
  recordOf,
  textIn,
} from '../api/index.ts';
import { shownText } from '../text/index.ts';

export const splunkConnector: Connector = apiConnector({
  kind: 'splunk',
  title: 'Splunk Enterprise',
  example: 'https://splunk.example.com:8089',
  credential: 'a token in the header `Authorization` of a role with `license_read`',
  questions: [
    { path: '/services/licenser/licenses?output_mode=json&count=0' },
    { path: '/services/licenser/pools?output_mode=json&count=0', isBonus: true },
  ],
  read(source) {
    const answer = jsonAnswer(source);
    return answer && readEntries(answer);
  },
});

function readEntries(answer: JsonAnswer): Snapshot | null {
  const root = recordOf(answer.tree);
  const entries = root ? listOf(fieldOf(root, 'entry')) : [];
  const notes: string[] = [];
  const features = entries.flatMap((item): readonly FeatureReading[] => {
    const entry = recordOf(item);
    const content = entry && recordOf(fieldOf(entry, 'content'));
    const read = entry && content ? (readLicense(answer, content, notes) ?? readPool(answer, entry, content)) : null;
    if (!read) answer.unread('entry', item);
    return read ? [read] : [];
  });
  if (features.length === 0) return null;
  return { ...EMPTY_SNAPSHOT, features, notes, unparsed: answer.unparsed.lines, unparsedCount: answer.unparsed.count };
}

function readLicense(answer: JsonAnswer, content: JsonRecord, notes: string[]): FeatureReading | null {
  if (!Object.hasOwn(content, 'expiration_time')) return null;
  const name = textIn(answer, content, 'label') ?? textIn(answer, content, 'type');
  if (name === null) return null;
  const status = textIn(answer, content, 'status');
  if (status !== null && status !== 'VALID') notes.push(`Splunk calls the license ${shownText(name)} ${shownText(status)}.`);
  return {
    ...unknownFeature(name),
    ...quotaOf(answer, content, ['quota']),
    ...endOf(answer, content),
    pool: textIn(answer, content, 'stack_id'),
  };
}

/** The last second that 32 bits can count. */
const NEVER_S = 2_147_483_647;

function endOf(answer: JsonAnswer, content: JsonRecord): Pick<FeatureReading, 'expiresAt' | 'ends'> {
  const value = fieldOf(content, 'expiration_time');
  if (value === NEVER_S) return { expiresAt: null, ends: 'permanent' };
  const expiresAt: Instant | null = epochInstant(value, 'seconds') ?? answer.unread('expiration_time', value);
  return { expiresAt, ends: expiresAt === null ? 'unstated' : 'dated' };
}

function readPool(answer: JsonAnswer, entry: JsonRecord, content: JsonRecord): FeatureReading | null {
  const isPool = ['used_bytes', 'effective_quota', 'slaves_usage_bytes', 'peers_usage_bytes'].some((key) => Object.hasOwn(content, key));
  const name = textIn(answer, entry, 'name');
  if (!isPool || name === null) return null;
  return {
    ...unknownFeature(name),
    ...quotaOf(answer, content, ['effective_quota', 'quota']),
    used: countIn(answer, content, 'used_bytes'),
    pool: textIn(answer, content, 'stack_id'),
  };
}

/** `MAX` (all that the stack has) is no number; `effective_quota` says what it comes to. */
function quotaOf(answer: JsonAnswer, content: JsonRecord, keys: readonly string[]): Pick<FeatureReading, 'issued' | 'kind'> {
  if (fieldOf(content, 'is_unlimited') === true) return { issued: null, kind: 'uncounted' };
  for (const key of keys) {
    const value = fieldOf(content, key);
    if (isCount(value)) return { issued: value, kind: 'subscription' };
    if (value !== undefined && value !== null && value !== 'MAX') answer.unread(key, value);
  }
  return { issued: null, kind: 'subscription' };
}
