/** What stops next: the worst first, and one license in full. */
import { type Instant, type RunwayItem, type RunwayRecord, runwayMs } from '@glidepath/core';
import { body, RunwayQuery, Runways, RunwayView } from '@glidepath/protocol/http';
import { answer, type Command, defineCommand } from '../../command.ts';
import { createOwnersReader, type OwnersShown } from '../owners-view.ts';
import { findLicense, nothingCalled } from '../references.ts';

const SHOWN_DEFAULT = 50;

const list = defineCommand({
  name: 'runway.list',
  method: 'GET',
  path: '/v1/runways',
  summary: 'Lists what stops next, worst first: licenses of the environment and parts of Glidepath itself',
  auth: 'viewer',
  query: RunwayQuery,
  answers: { 200: Runways },
  async run({ store, environment, query: { limit = SHOWN_DEFAULT }, now }) {
    const owners = createOwnersReader(store);
    const worst = await store.worstRunways(environment.id, limit);
    return answer(200, { items: await Promise.all(worst.map(async (row) => runwayView(row, now, await owners(row.ownerTeam)))) });
  },
});

const show = defineCommand({
  name: 'license.runway',
  method: 'GET',
  path: '/v1/licenses/{license}/runway',
  summary: 'Shows how long a license lasts if nobody does anything, with everything that ends',
  auth: 'viewer',
  query: body({}),
  answers: { 200: RunwayView },
  async run({ store, environment, now, params: { license: id = '' } }) {
    const license = await findLicense(store, environment.id, id);
    const row = license === null ? null : await store.get('runway', id);
    if (row === null) return nothingCalled(license === null ? 'license' : 'runway of license', id);
    return answer(200, runwayView(row, now, await createOwnersReader(store)(row.ownerTeam)));
  },
});

function runwayView({ revision: _revision, ...row }: RunwayRecord, now: Instant, owners: OwnersShown) {
  return { ...row, items: (row.items ?? []) as readonly RunwayItem[], runwayMs: runwayMs(row, now), owners };
}

export const RUNWAY_COMMANDS: readonly Command[] = [list, show];
