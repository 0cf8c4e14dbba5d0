/**
 * Owners: who belongs to a team, and that they still say so.
 *
 * A confirmation is one's own word; an admin may pass on another's (somebody without access said it aloud), and the audit
 * log keeps who did. Silence takes nobody out of the team: it stops counting.
 */
import { type OwnerConfirmation, ownersStanding, type Principal, type Store, type Team, type Write } from '@glidepath/core';
import { body, ConfirmRequest, MemberRequest, OwnersView } from '@glidepath/protocol/http';
import { answer, type Command, type Context, defineCommand, type Outcome, type Refusal, refuse } from '../../command.ts';
import { findPrincipal, findTeam, nothingCalled } from '../references.ts';
import { ownersOf, type TeamFacts, teamFacts } from './team-owners.ts';

const about = { scope: 'control-plane', answers: { 200: OwnersView } } as const;

const show = defineCommand({
  ...about,
  name: 'owner.show',
  method: 'GET',
  path: '/v1/teams/{team}/owners',
  summary: 'Shows who of a team counts as an owner, until when, and who does not and why',
  auth: 'viewer',
  query: body({}),
  async run({ params: { team: reference = '' }, store, now }) {
    const team = await findTeam(store, reference);
    return team === null ? nothingCalled('team', reference) : answer(200, await ownersOf(store, team, now));
  },
});

const confirm = defineCommand({
  ...about,
  name: 'owner.confirm',
  method: 'POST',
  path: '/v1/teams/{team}/confirm',
  summary: 'Says "still me": the caller stays an owner for another 90 days; an admin may say it for somebody',
  auth: 'viewer',
  body: ConfirmRequest,
  bodyOptional: true,
  async run(context) {
    const { params, store, now, actor, may } = context;
    const team = await findTeam(store, params.team ?? '');
    if (team === null) return nothingCalled('team', params.team ?? '');
    const { principal: reference } = context.body;
    const principal = reference === undefined ? await store.get('principal', actor.id) : await findPerson(store, reference);
    if (principal === null) return nothingCalled('principal', reference ?? actor.id);
    if (principal.id !== actor.id && !may('admin')) return refuse('forbidden', 'Only an admin confirms for somebody else.');
    if ((await memberOf(store, team, principal)) === null) return notAMember(team, principal);
    const id = `${team.id}/${principal.id}`;
    const before = await store.get('ownerConfirmation', id);
    const row: OwnerConfirmation = { id, team: team.id, principal: principal.id, confirmedAt: now, revision: 0 };
    const write: Write =
      before === null
        ? { op: 'insert', table: 'ownerConfirmation', row }
        : { op: 'update', table: 'ownerConfirmation', id, revision: before.revision, set: { confirmedAt: now } };
    const afterwards = (facts: TeamFacts): TeamFacts => ({ ...facts, confirmations: [...facts.confirmations, row] });
    return changed(context, team, [write], 'owner.confirmed', principal, afterwards);
  },
});

const add = defineCommand({
  ...about,
  name: 'team.add-member',
  method: 'POST',
  path: '/v1/teams/{team}/members',
  summary: 'Adds somebody to a team; joining counts as a first confirmation',
  auth: 'admin',
  body: MemberRequest,
  async run(context) {
    const { params, store, now, newId, body: request } = context;
    const [team, principal] = await Promise.all([findTeam(store, params.team ?? ''), findPerson(store, request.principal)]);
    if (team === null) return nothingCalled('team', params.team ?? '');
    if (principal === null) return nothingCalled('principal', request.principal);
    if ((await memberOf(store, team, principal)) !== null) return answer(200, await ownersOf(store, team, now));
    const row = { id: newId('tmb'), team: team.id, principal: principal.id, createdAt: now };
    const afterwards = (facts: TeamFacts): TeamFacts => ({ ...facts, members: [...facts.members, { member: row, principal }] });
    return changed(context, team, [{ op: 'insert', table: 'teamMember', row }], 'team.member-added', principal, afterwards);
  },
});

const remove = defineCommand({
  ...about,
  name: 'team.remove-member',
  method: 'DELETE',
  path: '/v1/teams/{team}/members/{principal}',
  summary: 'Takes somebody out of a team',
  auth: 'admin',
  query: body({}),
  async run(context) {
    const { params, store } = context;
    const [team, principal] = await Promise.all([findTeam(store, params.team ?? ''), findPerson(store, params.principal ?? '')]);
    if (team === null) return nothingCalled('team', params.team ?? '');
    if (principal === null) return nothingCalled('principal', params.principal ?? '');
    const member = await memberOf(store, team, principal);
    if (member === null) return notAMember(team, principal);
    const confirmation = await store.get('ownerConfirmation', `${team.id}/${principal.id}`);
    const writes: readonly Write[] = [
      { op: 'delete', table: 'teamMember', id: member.id },
      // Whoever comes back speaks again for itself.
      ...(confirmation === null ? [] : [{ op: 'delete', table: 'ownerConfirmation', id: confirmation.id } as const]),
    ];
    const afterwards = (facts: TeamFacts): TeamFacts => ({
      ...facts,
      members: facts.members.filter((one) => one.principal.id !== principal.id),
    });
    return changed(context, team, writes, 'team.member-removed', principal, afterwards);
  },
});

/** By id, by a name that one alone has, or by an e-mail address that one alone has. */
async function findPerson(store: Store, reference: string): Promise<Principal | null> {
  const found = await findPrincipal(store, reference);
  if (found !== null || !reference.includes('@')) return found;
  const [one, other] = await store.find('principal', { email: reference }, { limit: 2 });
  return other === undefined ? (one ?? null) : null;
}

async function memberOf(store: Store, team: Team, principal: Principal) {
  return (await store.find('teamMember', { team: team.id, principal: principal.id }, { limit: 1 }))[0] ?? null;
}

function notAMember({ name }: Team, principal: Principal): Refusal {
  return refuse('conflict', `${JSON.stringify(principal.name)} is no member of the team "${name}".`, {
    facts: { principal: principal.id },
  });
}

/** The answer is what will hold after the commit, so that it can be kept with it. */
async function changed(
  { store, now, commit, actor }: Context,
  team: Team,
  writes: readonly Write[],
  action: string,
  principal: Principal,
  afterwards: (facts: TeamFacts) => TeamFacts,
): Promise<Outcome> {
  const { members, confirmations } = afterwards(await teamFacts(store, team));
  const happened = [{ action, subject: team.id, facts: { principal: principal.id, byItself: principal.id === actor.id } }];
  return commit({ writes, happened }, answer(200, ownersStanding(team, members, confirmations, now)));
}

export const OWNER_COMMANDS: readonly Command[] = [show, confirm, add, remove];
