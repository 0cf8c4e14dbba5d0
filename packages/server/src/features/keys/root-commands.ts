/** Roots over the API: their public half, which applications pin, and that the file has left the server. */
import type { RootRecord } from '@glidepath/core';
import { body, EnvironmentQuery, page, view } from '@glidepath/protocol/http';
import { Type } from 'typebox';
import { answer, type Command, defineCommand } from '../../command.ts';
import { nothingCalled } from '../references.ts';
import { readKeyHouse } from './key-records.ts';

const RootView = view({
  number: Type.Integer({ minimum: 1 }),
  kid: Type.String(),
  x: Type.String({ description: 'Public key, base64url: what an application pins.' }),
  createdAt: Type.Integer(),
  exportedAt: Type.Union([Type.Integer(), Type.Null()]),
});

function rootView({ number, kid, x, createdAt, exportedAt }: RootRecord) {
  return { number, kid, x, createdAt, exportedAt };
}

const list = defineCommand({
  name: 'root.list',
  method: 'GET',
  path: '/v1/roots',
  summary: 'Lists the roots of the environment, for applications to pin',
  auth: 'viewer',
  query: body(EnvironmentQuery),
  answers: { 200: page(RootView) },
  async run({ store, environment }) {
    const { roots } = await readKeyHouse(store, environment);
    return answer(200, { items: roots.map(rootView), next: null });
  },
});

const exported = defineCommand({
  name: 'root.exported',
  method: 'POST',
  path: '/v1/roots/{number}/exported',
  summary: 'Records that the file of a root was taken off the server',
  auth: 'admin',
  answers: { 200: RootView },
  async run({ store, environment, params: { number = '' }, now, commit }) {
    const { roots } = await readKeyHouse(store, environment);
    const root = roots.find((each) => String(each.number) === number);
    if (root === undefined) return nothingCalled('root', number);
    if (root.exportedAt !== null) return answer(200, rootView(root));
    const happened = [{ action: 'root.exported', subject: root.id, facts: { kid: root.kid, number: root.number } }];
    const write = { op: 'update' as const, table: 'root' as const, id: root.id, revision: root.revision, set: { exportedAt: now } };
    return commit({ writes: [write], happened }, answer(200, rootView({ ...root, exportedAt: now })));
  },
});

export const ROOT_COMMANDS: readonly Command[] = [list, exported];
