/**
 * GitHub Enterprise Server: `GET /api/v3/enterprise/settings/license`, for site administrators; others are answered 404.
 *
 * `expire_at` carries a time and an offset and is taken to the second. `days_until_expiration` is a rounded echo of it.
 */
import { type Connector, EMPTY_SNAPSHOT, type Snapshot, unknownFeature } from '@glidepath/core';
import { apiConnector, countIn, fieldOf, instantIn, type JsonAnswer, jsonAnswer, recordOf } from '../api/index.ts';

const PRODUCT = 'GitHub Enterprise';

export const githubEnterpriseConnector: Connector = apiConnector({
  kind: 'github-enterprise',
  title: 'GitHub Enterprise Server',
  example: 'https://github.example.com',
  credential: "a site administrator's personal access token (classic) in the header `Authorization`",
  questions: [{ path: '/api/v3/enterprise/settings/license', headers: { accept: 'application/vnd.github+json' } }],
  read(source, { zone }) {
    const answer = jsonAnswer(source);
    return answer && readLicense(answer, zone);
  },
});

function readLicense(answer: JsonAnswer, zone: string): Snapshot | null {
  const license = recordOf(answer.tree);
  if (!license || !Object.hasOwn(license, 'seats') || !(Object.hasOwn(license, 'seats_used') || Object.hasOwn(license, 'expire_at')))
    return null;
  const isUnlimited = fieldOf(license, 'seats') === 'unlimited';
  const expiresAt = instantIn(answer, license, 'expire_at', zone);
  const feature = {
    ...unknownFeature(PRODUCT),
    issued: isUnlimited ? null : countIn(answer, license, 'seats'),
    used: countIn(answer, license, 'seats_used'),
    expiresAt,
    ends: expiresAt === null ? ('unstated' as const) : ('dated' as const),
    kind: isUnlimited ? ('uncounted' as const) : ('named' as const),
  };
  return { ...EMPTY_SNAPSHOT, features: [feature], unparsed: answer.unparsed.lines, unparsedCount: answer.unparsed.count };
}
