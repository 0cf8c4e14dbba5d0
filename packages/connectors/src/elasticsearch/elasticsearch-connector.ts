/**
 * Elasticsearch: `GET /_license`.
 *
 * When a paid or trial license ends, data keeps flowing while the cluster health and stats APIs answer 403 and the actions of
 * watches are not carried out: operators go blind exactly then. A basic license names no end, or one beyond any calendar.
 */
import { type Connector, dateOf, EMPTY_SNAPSHOT, type Instant, type LatentAt, type Snapshot, unknownFeature } from '@glidepath/core';
import {
  apiConnector,
  countIn,
  EPOCH_MS_MAX,
  epochInstant,
  fieldOf,
  instantIn,
  type JsonAnswer,
  type JsonRecord,
  jsonAnswer,
  recordOf,
  textIn,
} from '../api/index.ts';
import { shownText } from '../text/index.ts';

const PRODUCT = 'Elasticsearch';

export const elasticsearchConnector: Connector = apiConnector({
  kind: 'elasticsearch',
  title: 'Elasticsearch',
  example: 'https://elasticsearch.example.com:9200',
  credential: 'an API key or user in the header `Authorization` with the cluster privilege `monitor`',
  questions: [{ path: '/_license' }],
  read: (source, { zone }) => {
    const answer = jsonAnswer(source);
    return answer && readLicense(answer, zone);
  },
  latentAt: blindAfterEnd,
});

function readLicense(answer: JsonAnswer, zone: string): Snapshot | null {
  const root = recordOf(answer.tree);
  const license = root && recordOf(fieldOf(root, 'license'));
  if (!license) return null;
  const type = textIn(answer, license, 'type');
  const status = textIn(answer, license, 'status');
  if (type === null || status === null) return null;
  const expiresAt = endOf(answer, license, zone);
  const isEndless = expiresAt === null && (type === 'basic' || isBeyondCalendars(fieldOf(license, 'expiry_date_in_millis')));
  const feature = {
    ...unknownFeature(PRODUCT),
    issued: countIn(answer, license, 'max_nodes') ?? countIn(answer, license, 'max_resource_units'),
    expiresAt,
    ends: expiresAt !== null ? ('dated' as const) : isEndless ? ('permanent' as const) : ('unstated' as const),
    kind: 'subscription' as const,
  };
  const notes = [`The license is of type ${shownText(type)}, its status ${shownText(status)}.`];
  return { ...EMPTY_SNAPSHOT, features: [feature], notes, unparsed: answer.unparsed.lines, unparsedCount: answer.unparsed.count };
}

function endOf(answer: JsonAnswer, license: JsonRecord, zone: string): Instant | null {
  const ms = fieldOf(license, 'expiry_date_in_millis');
  if (isBeyondCalendars(ms)) return null;
  if (ms === undefined || ms === null) return instantIn(answer, license, 'expiry_date', zone);
  return epochInstant(ms, 'milliseconds') ?? answer.unread('expiry_date_in_millis', ms);
}

/** Elasticsearch writes "never" as a number near the largest that Java has. */
function isBeyondCalendars(value: unknown): boolean {
  return typeof value === 'number' && value >= EPOCH_MS_MAX;
}

function blindAfterEnd({ features }: Parameters<LatentAt>[0], at: Instant): ReturnType<LatentAt> {
  return features.flatMap(({ name, expiresAt }) => {
    if (name !== PRODUCT || expiresAt === null || at <= expiresAt) return [];
    const since = `The license runs until ${dateOf(expiresAt)}: after that the cluster health API answers 403`;
    return [
      { act: 'restart' as const, reason: `${since}, so that a rolling restart which waits for green does not go on.` },
      { act: 'upgrade' as const, reason: `${since}, so that a rolling upgrade which waits for green does not go on.` },
    ];
  });
}
