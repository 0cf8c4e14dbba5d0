/**
 * GitLab Self-Managed: `GET /api/v4/license`, for administrators.
 *
 * GitLab names a day; it is read as ending with its last second in the zone, as everywhere here. What GitLab blocks, and how
 * many days later, depends on its release and contract, and is not in the answer: it belongs to the contract's grace.
 */
import { type Connector, EMPTY_SNAPSHOT, type Snapshot, unknownFeature } from '@glidepath/core';
import { apiConnector, countIn, fieldOf, instantIn, type JsonAnswer, jsonAnswer, recordOf, textIn } from '../api/index.ts';
import { shownText } from '../text/index.ts';

const PRODUCT = 'GitLab';

export const gitlabConnector: Connector = apiConnector({
  kind: 'gitlab',
  title: 'GitLab Self-Managed',
  example: 'https://gitlab.example.com',
  credential: "an administrator's access token in the header `PRIVATE-TOKEN`",
  questions: [{ path: '/api/v4/license' }],
  read(source, { zone }) {
    const answer = jsonAnswer(source);
    return answer && readLicense(answer, zone);
  },
});

const KNOWN = ['expires_at', 'user_limit', 'starts_at', 'active_users'];

function readLicense(answer: JsonAnswer, zone: string): Snapshot | null {
  const license = recordOf(answer.tree);
  // One field alone could be anybody's answer.
  if (!license || KNOWN.filter((key) => Object.hasOwn(license, key)).length < 2) return null;
  const issued = countIn(answer, license, 'user_limit');
  const expiresAt = instantIn(answer, license, 'expires_at', zone);
  const isEndless = fieldOf(license, 'expires_at') === null;
  const feature = {
    ...unknownFeature(PRODUCT),
    issued: issued === 0 ? null : issued,
    used: countIn(answer, license, 'active_users'),
    overage: countIn(answer, license, 'overage'),
    expiresAt,
    ends: expiresAt !== null ? ('dated' as const) : isEndless ? ('permanent' as const) : ('unstated' as const),
    kind: issued === 0 ? ('uncounted' as const) : ('named' as const),
  };
  const most = countIn(answer, license, 'historical_max') ?? countIn(answer, license, 'maximum_user_count');
  const plan = textIn(answer, license, 'plan');
  const notes = [
    ...(plan === null ? [] : [`The plan is ${shownText(plan)}.`]),
    ...(most === null ? [] : [`At most ${most} users were active at once since the license began; GitLab bills by that.`]),
    ...(fieldOf(license, 'expired') === true ? ['GitLab says that the license has expired.'] : []),
  ];
  return { ...EMPTY_SNAPSHOT, features: [feature], notes, unparsed: answer.unparsed.lines, unparsedCount: answer.unparsed.count };
}
