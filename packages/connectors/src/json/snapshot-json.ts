/**
 * Reads a snapshot in our own JSON, as `glidepath probe --json` prints it: what a script writes that knows a license server
 * which no connector does.
 *
 * Only `features` with a name each is asked for. Every other field is what it says or null; one of another shape counts as
 * unread, and nothing is made up for it.
 */
import {
  type FeatureKind,
  type FeatureReading,
  formatInstant,
  type HolderReading,
  type LatentRisk,
  type ServerReading,
  type Snapshot,
  UNPARSED_MAX,
} from '@glidepath/core';
import {
  countIn,
  fieldOf,
  instantIn,
  isCount,
  type JsonAnswer,
  type JsonRecord,
  jsonAnswer,
  listOf,
  recordOf,
  textIn,
} from '../api/index.ts';
import { shownText } from '../text/index.ts';

/** Null where the source is no such JSON. */
export function readSnapshotJson(source: Uint8Array, zone: string): Snapshot | null {
  const answer = jsonAnswer(source);
  const root = answer && recordOf(answer.tree);
  if (!answer || !root || !Array.isArray(fieldOf(root, 'features'))) return null;
  const records = <T>(key: string, read: (record: JsonRecord) => T | null): readonly T[] =>
    listOf(fieldOf(root, key)).flatMap((item) => {
      const record = recordOf(item);
      const one = record && read(record);
      if (one === null) answer.unread(key, item);
      return one === null ? [] : [one];
    });
  const features = records('features', (record) => featureOf(answer, record, zone));
  const servers = records('servers', (record) => serverOf(answer, record));
  if (features.length === 0 && servers.length === 0) return null;
  const latent = records('latent', (record) => latentOf(answer, record, zone));
  const takenAt = instantIn(answer, root, 'takenAt', zone);
  const notes = listOf(fieldOf(root, 'notes'))
    .filter((note) => typeof note === 'string')
    .slice(0, NOTES_MAX)
    .map(shownText);
  for (const item of listOf(fieldOf(root, 'unparsed')).slice(0, UNPARSED_MAX)) {
    const record = recordOf(item);
    const line = record && fieldOf(record, 'line');
    answer.unparsed.add({ number: isCount(line) && line > 0 ? line : 1, text: (record && textIn(answer, record, 'text')) ?? '' });
  }
  return { ...{ takenAt, servers, features, latent, notes }, unparsed: answer.unparsed.lines, unparsedCount: answer.unparsed.count };
}

const NOTES_MAX = 50;

const KINDS: readonly FeatureKind[] = ['floating', 'node-locked', 'named', 'token', 'uncounted', 'subscription', 'certificate'];

function featureOf(answer: JsonAnswer, record: JsonRecord, zone: string): FeatureReading | null {
  const name = textIn(answer, record, 'name');
  if (name === null) return null;
  const count = (key: string) => countIn(answer, record, key);
  const expiresAt = instantIn(answer, record, 'expiresAt', zone);
  const isPermanent = expiresAt === null && fieldOf(record, 'ends') === 'permanent';
  const issued = count('issued');
  const given = wordIn(answer, record, 'kind', KINDS);
  // Counted and uncounted at once cannot both be true; the number was said.
  const kind = given === 'uncounted' && issued !== null ? answer.unread('kind', given) : given;
  return {
    ...{ name, version: textIn(answer, record, 'version'), pool: textIn(answer, record, 'pool'), issued, kind },
    ...{ used: count('used'), reserved: count('reserved'), queued: count('queued'), lingering: count('lingering') },
    ...{ denied: count('denied'), overage: count('overage'), expiresAt, stopsAt: instantIn(answer, record, 'stopsAt', zone) },
    ends: expiresAt !== null ? 'dated' : isPermanent ? 'permanent' : 'unstated',
    holders: listOf(fieldOf(record, 'holders')).flatMap((item) => holderOf(answer, item, zone)),
  };
}

function holderOf(answer: JsonAnswer, item: unknown, zone: string): readonly HolderReading[] {
  const record = recordOf(item);
  const user = record && textIn(answer, record, 'user');
  const count = record && countIn(answer, record, 'count');
  if (!record || user === null || count === null) {
    answer.unread('holders', item);
    return [];
  }
  return [{ user, host: textIn(answer, record, 'host'), count, since: instantIn(answer, record, 'since', zone) }];
}

function serverOf(answer: JsonAnswer, record: JsonRecord): ServerReading | null {
  const name = textIn(answer, record, 'name');
  const state = wordIn(answer, record, 'state', ['up', 'down', 'unknown'] as const);
  if (name === null || state === null) return null;
  return { name, state, reason: state === 'up' ? null : (textIn(answer, record, 'reason') ?? 'no reason was given') };
}

function latentOf(answer: JsonAnswer, record: JsonRecord, zone: string): LatentRisk | null {
  const act = wordIn(answer, record, 'act', ['restart', 'upgrade', 'scale-out'] as const);
  const from = instantIn(answer, record, 'from', zone);
  if (act === null || from === null) return null;
  return { act, from, reason: textIn(answer, record, 'reason') ?? `From ${formatInstant(from)} on, by the source's own word.` };
}

function wordIn<W extends string>(answer: JsonAnswer, record: JsonRecord, key: string, words: readonly W[]): W | null {
  const text = textIn(answer, record, key);
  if (text === null) return null;
  return words.find((word) => word === text) ?? answer.unread(key, text);
}
