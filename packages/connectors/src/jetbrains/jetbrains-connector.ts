/**
 * JetBrains License Server (FLS): `GET /health`, and `GET /licenses-report.json` where a token for it is set.
 *
 * The server issues licenses for 48 hours without its JetBrains account, then none; `lastCallHome` says when it reached the
 * account last, to the minute, on its own clock: it is read in the zone. An FLS that lost its account answers 500 with the
 * reason, which is a reading: the server is down.
 */
import { after, type Connector, EMPTY_SNAPSHOT, type FeatureReading, HOUR, type Snapshot, unknownFeature } from '@glidepath/core';
import {
  type Answer,
  apiConnector,
  countIn,
  fieldOf,
  type JsonAnswer,
  type JsonRecord,
  jsonAnswer,
  listOf,
  recordOf,
  spokenInstant,
  textIn,
} from '../api/index.ts';
import { readText, shownText, sumOrNull } from '../text/index.ts';

const PRODUCT = 'JetBrains License Server';
const WITHOUT_ACCOUNT_MS = 48 * HOUR;

export const jetbrainsConnector: Connector = apiConnector({
  kind: 'jetbrains',
  title: PRODUCT,
  example: 'https://fls.example.com',
  credential: 'the token of its reporting API, which goes into the query; without it only the health is read',
  questions: [
    { path: '/health', credential: 'none' },
    { path: '/licenses-report.json', credential: { parameter: 'token' }, isBonus: true },
  ],
  read(source, { zone }) {
    const answer = jsonAnswer(source);
    const root = answer && recordOf(answer.tree);
    if (!answer || !root) return null;
    if (Object.hasOwn(root, 'serverUID')) return readHealth(answer, root, zone);
    return Array.isArray(fieldOf(root, 'licenses')) ? readReport(answer, root) : null;
  },
  readRefusal: readDown,
});

function readHealth(answer: JsonAnswer, root: JsonRecord, zone: string): Snapshot | null {
  const name = textIn(answer, root, 'serverUID');
  if (name === null) return null;
  const said = textIn(answer, root, 'lastCallHome');
  const lastCallAt = said === null ? null : (spokenInstant(said, zone) ?? answer.unread('lastCallHome', said));
  const feature: FeatureReading = {
    ...unknownFeature(PRODUCT),
    stopsAt: lastCallAt === null ? null : after(lastCallAt, WITHOUT_ACCOUNT_MS),
    kind: 'floating',
  };
  return snapshotOf(answer, { servers: [{ name: shownText(name), state: 'up', reason: null }], features: [feature] });
}

function readReport(answer: JsonAnswer, root: JsonRecord): Snapshot | null {
  const features = listOf(fieldOf(root, 'licenses')).flatMap((item): readonly FeatureReading[] => {
    const license = recordOf(item);
    const name = license && textIn(answer, license, 'name');
    if (!license || name === null) {
      answer.unread('licenses', item);
      return [];
    }
    const used = countIn(answer, license, 'allocated');
    const free = countIn(answer, license, 'available');
    return [{ ...unknownFeature(name), used, issued: sumOrNull(used, free), kind: 'floating' }];
  });
  if (features.length === 0) return null;
  return snapshotOf(answer, { features, notes: ['Issued is the sum of what the report calls allocated and available.'] });
}

function snapshotOf({ unparsed }: JsonAnswer, parts: Partial<Snapshot>): Snapshot {
  return { ...EMPTY_SNAPSHOT, ...parts, unparsed: unparsed.lines, unparsedCount: unparsed.count };
}

function readDown({ status, body }: Answer): Snapshot | null {
  const reason = shownText(readText(body.subarray(0, 1_000)));
  if (status !== 500 || reason === '' || reason.startsWith('<')) return null;
  return { ...EMPTY_SNAPSHOT, servers: [{ name: PRODUCT, state: 'down', reason }] };
}
