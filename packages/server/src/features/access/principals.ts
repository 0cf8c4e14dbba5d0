/** Who may act: principals, teams and role grants. There is always somebody left who can give access. */
import type { Principal, RoleGrant, Store, Team, Write } from '@glidepath/core';
import {
  body,
  ListQuery,
  PrincipalRequest,
  PrincipalView,
  page,
  RoleGrantRequest,
  RoleGrantView,
  TeamRequest,
  TeamView,
} from '@glidepath/protocol/http';
import { answer, type Command, defineCommand, type Refusal, refuse } from '../../command.ts';
import { everyRecord, listed } from '../lists.ts';
import { findPrincipal, nothingCalled } from '../references.ts';

export function principalView({ id, createdAt, kind, name, email, disabledAt }: Principal) {
  return { id, createdAt, kind, name, email, disabledAt };
}

const createPrincipal = defineCommand({
  name: 'principal.create',
  method: 'POST',
  path: '/v1/principals',
  summary: 'Records a person, service or agent; it may do nothing yet',
  auth: 'admin',
  scope: 'control-plane',
  body: PrincipalRequest,
  answers: { 201: PrincipalView },
  async run({ body: { kind, name, email = null }, store, newId, now, commit }) {
    const [taken] = await store.find('principal', { name }, { limit: 1 });
    if (taken !== undefined) return refuse('already-exists', `There is a principal named ${JSON.stringify(name)} already.`);
    const row: Principal = { id: newId('prn'), kind, name, email, createdAt: now, disabledAt: null, revision: 0 };
    const happened = [{ action: 'principal.created', subject: row.id, facts: { kind } }];
    return commit({ writes: [{ op: 'insert', table: 'principal', row }], happened }, answer(201, principalView(row)));
  },
});

const listPrincipals = defineCommand({
  name: 'principal.list',
  method: 'GET',
  path: '/v1/principals',
  summary: 'Lists principals',
  auth: 'viewer',
  scope: 'control-plane',
  query: ListQuery,
  answers: { 200: page(PrincipalView) },
  run: ({ store, query }) => listed(store, 'principal', {}, query, principalView),
});

const disablePrincipal = defineCommand({
  name: 'principal.disable',
  method: 'POST',
  path: '/v1/principals/{principal}/disable',
  summary: 'Shuts a principal out: its tokens stop at once, what it did stays recorded',
  auth: 'admin',
  scope: 'control-plane',
  answers: { 200: PrincipalView },
  async run({ params: { principal = '' }, store, now, commit }) {
    const found = await findPrincipal(store, principal);
    if (found === null) return nothingCalled('principal', principal);
    if (found.disabledAt !== null) return answer(200, principalView(found));
    const last = await lastAdmin(store, (grant) => grant.principal === found.id);
    if (last !== null) return last;
    const happened = [{ action: 'principal.disabled', subject: found.id, facts: {} }];
    const write: Write = { op: 'update', table: 'principal', id: found.id, revision: found.revision, set: { disabledAt: now } };
    return commit({ writes: [write], happened }, answer(200, principalView({ ...found, disabledAt: now })));
  },
});

const createTeam = defineCommand({
  name: 'team.create',
  method: 'POST',
  path: '/v1/teams',
  summary: 'Records a team, which can own licenses',
  auth: 'admin',
  scope: 'control-plane',
  body: TeamRequest,
  answers: { 201: TeamView },
  async run({ body: { name, members = [] }, store, newId, now, commit }) {
    const found = await Promise.all(members.map((reference) => findPrincipal(store, reference)));
    const missing = members.find((_, at) => found[at] === null);
    if (missing !== undefined) return nothingCalled('principal', missing);
    const team: Team = { id: newId('tea'), name, createdAt: now };
    const principals = [...new Set(found.flatMap((principal) => principal?.id ?? []))];
    const rows = principals.map(
      (principal): Write => ({ op: 'insert', table: 'teamMember', row: { id: newId('tmb'), team: team.id, principal, createdAt: now } }),
    );
    const happened = [{ action: 'team.created', subject: team.id, facts: { name, members: principals } }];
    const change = { writes: [{ op: 'insert', table: 'team', row: team } as Write, ...rows], happened };
    const outcome = await commit(change, answer(201, { ...team, members: principals }));
    const isTaken = outcome.kind === 'conflict' && outcome.result.table === 'team';
    return isTaken ? refuse('already-exists', `There is a team named ${JSON.stringify(name)} already.`) : outcome;
  },
});

const listTeams = defineCommand({
  name: 'team.list',
  method: 'GET',
  path: '/v1/teams',
  summary: 'Lists teams with their members',
  auth: 'viewer',
  scope: 'control-plane',
  query: ListQuery,
  answers: { 200: page(TeamView) },
  run: ({ store, query }) =>
    listed(store, 'team', {}, query, async (team) => {
      const members = await store.find('teamMember', { team: team.id }, { limit: 500 });
      return { ...team, members: members.map(({ principal }) => principal) };
    }),
});

const grantRole = defineCommand({
  name: 'role-grant.create',
  method: 'POST',
  path: '/v1/role-grants',
  summary: 'Gives a principal a role, in one environment or in all',
  auth: 'admin',
  scope: 'control-plane',
  body: RoleGrantRequest,
  answers: { 201: RoleGrantView },
  async run({ body: { principal: reference, role, environment: name = null }, store, newId, now, commit }) {
    const principal = await findPrincipal(store, reference);
    if (principal === null) return nothingCalled('principal', reference);
    const environment = await environmentId(store, name);
    if (environment === undefined) return nothingCalled('environment', String(name));
    const row: RoleGrant = { id: newId('rol'), principal: principal.id, role, environment, createdAt: now };
    const happened = [{ action: 'role-grant.created', subject: row.id, facts: { principal: principal.id, role, environment } }];
    const outcome = await commit({ writes: [{ op: 'insert', table: 'roleGrant', row }], happened }, answer(201, row));
    const isTaken = outcome.kind === 'conflict' && outcome.result.table === 'roleGrant' && outcome.result.reason === 'duplicate';
    return isTaken ? refuse('already-exists', 'The principal has this role already.') : outcome;
  },
});

const listRoleGrants = defineCommand({
  name: 'role-grant.list',
  method: 'GET',
  path: '/v1/role-grants',
  summary: 'Lists who has which role',
  auth: 'viewer',
  scope: 'control-plane',
  query: ListQuery,
  answers: { 200: page(RoleGrantView) },
  run: ({ store, query }) => listed(store, 'roleGrant', {}, query, (row) => row),
});

const withdrawRole = defineCommand({
  name: 'role-grant.withdraw',
  method: 'DELETE',
  path: '/v1/role-grants/{roleGrant}',
  summary: 'Takes a role back, from the next request on',
  auth: 'admin',
  scope: 'control-plane',
  query: body({}),
  answers: { 200: RoleGrantView },
  async run({ params: { roleGrant = '' }, store, commit }) {
    const found = await store.get('roleGrant', roleGrant);
    if (found === null) return nothingCalled('role grant', roleGrant);
    const last = await lastAdmin(store, (grant) => grant.id === found.id);
    if (last !== null) return last;
    const { principal, role, environment } = found;
    const happened = [{ action: 'role-grant.withdrawn', subject: found.id, facts: { principal, role, environment } }];
    return commit({ writes: [{ op: 'delete', table: 'roleGrant', id: found.id }], happened }, answer(200, found));
  },
});

/** The id for an environment's name, null for all; undefined: there is none of that name. */
export async function environmentId(store: Store, name: string | null): Promise<string | null | undefined> {
  if (name === null) return null;
  const [found] = await store.find('environment', { name }, { limit: 1 });
  return found?.id;
}

/** The refusal when nobody would be left who can give access everywhere, if the role grants that match went. */
async function lastAdmin(store: Store, goes: (grant: RoleGrant) => boolean): Promise<Refusal | null> {
  let isAnyGone = false;
  for await (const grant of everyRecord(store, 'roleGrant', { role: 'admin', environment: null })) {
    if (goes(grant)) isAnyGone = true;
    else if ((await store.get('principal', grant.principal))?.disabledAt === null) return null;
  }
  return isAnyGone ? refuse('last-admin', 'Nobody would be left who can give access; make another admin first.') : null;
}

export const PRINCIPAL_COMMANDS: readonly Command[] = [
  createPrincipal,
  listPrincipals,
  disablePrincipal,
  createTeam,
  listTeams,
  grantRole,
  listRoleGrants,
  withdrawRole,
];
