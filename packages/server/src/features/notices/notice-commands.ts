/** Notices: what is open and for whom, and somebody's word that it is taken care of. */
import type { Notice, Store } from '@glidepath/core';
import { body, NoticeQuery, NoticeView, page } from '@glidepath/protocol/http';
import { answer, type Command, type Context, defineCommand, refuse } from '../../command.ts';
import { listed } from '../lists.ts';
import { nothingCalled } from '../references.ts';

/** Without its key, which a resolved one does not keep. */
function noticeView({ environment: _environment, key: _key, easedSince: _easedSince, revision: _revision, ...notice }: Notice) {
  return notice;
}

const list = defineCommand({
  name: 'notice.list',
  method: 'GET',
  path: '/v1/notices',
  summary: 'Lists notices, newest first; `open=true` gives those that are not resolved',
  auth: 'viewer',
  query: NoticeQuery,
  answers: { 200: page(NoticeView) },
  run({ store, query, environment }) {
    const where = { environment: environment.id, ...(query.open === 'true' ? { resolvedAt: null } : {}) };
    return listed(store, 'notice', where, query, noticeView, { newestFirst: true });
  },
});

const show = defineCommand({
  name: 'notice.show',
  method: 'GET',
  path: '/v1/notices/{notice}',
  summary: 'Shows one notice',
  auth: 'viewer',
  query: body({}),
  answers: { 200: NoticeView },
  async run({ params: { notice: id = '' }, store, environment }) {
    const found = await store.get('notice', id);
    return found?.environment === environment.id ? answer(200, noticeView(found)) : nothingCalled('notice', id);
  },
});

const acknowledge = defineCommand({
  name: 'notice.acknowledge',
  method: 'POST',
  path: '/v1/notices/{notice}/acknowledge',
  summary: 'Says that somebody takes care of it: it is not told again until it grows worse',
  auth: 'viewer',
  answers: { 200: NoticeView },
  async run(context) {
    const { params, store, environment, now, actor, commit } = context;
    const { notice: id = '' } = params;
    const found = await store.get('notice', id);
    if (found?.environment !== environment.id) return nothingCalled('notice', id);
    if (!(await maySpeak(context, store, found)))
      return refuse('forbidden', 'This takes the role operator, or to be one of the owners that the notice is for.');
    if (found.resolvedAt !== null) return refuse('conflict', 'This notice is resolved.');
    if (found.acknowledgedAt !== null) return answer(200, noticeView(found));
    const set = { acknowledgedAt: now, acknowledgedBy: actor.id };
    const happened = [{ action: 'notice.acknowledged', subject: id, facts: { condition: found.condition, subject: found.subject } }];
    const write = { op: 'update' as const, table: 'notice' as const, id, revision: found.revision, set };
    return commit({ writes: [write], happened }, answer(200, noticeView({ ...found, ...set })));
  },
});

async function maySpeak({ may, actor }: Context, store: Store, { ownerTeam: team }: Notice): Promise<boolean> {
  if (may('operator')) return true;
  return team !== null && (await store.count('teamMember', { team, principal: actor.id })) > 0;
}

export const NOTICE_COMMANDS: readonly Command[] = [list, show, acknowledge];
