/**
 * The owners that documents name, as teams with people. Who is named and not known yet is recorded, with an address and
 * without any role; who was named and no longer is leaves the team, unless another document still names them.
 */
import type { Principal, Team, TeamMember } from '@glidepath/core';
import type { Applying } from './applying.ts';
import type { Inventory } from './gather.ts';
import type { Planned } from './plan.ts';

/** Ids of teams by name. */
export type Teams = ReadonlyMap<string, string>;

const MEMBERS_MAX = 500;

/** The team that a document names; people without one get a team of the license's own. Null: nobody is named. */
export function teamNameOf(name: string, tree: unknown): string | null {
  const { team, people } = ownersOf(tree);
  if (team !== null) return team;
  return people.length === 0 ? null : `owners-of-${name}`.slice(0, 63);
}

function ownersOf(tree: unknown): { readonly team: string | null; readonly people: readonly string[] } {
  const owners = (tree as { spec?: { owners?: { team?: string; people?: readonly string[] } } } | null)?.spec?.owners;
  return { team: owners?.team ?? null, people: owners?.people ?? [] };
}

/** Finds or makes the teams of what is created or changed, and moves people in and out. */
export async function applyOwners(applying: Applying, planned: readonly Planned[], inventory: Inventory): Promise<Teams> {
  const touched = planned.filter(({ kind, action }) => kind === 'HeldLicense' && action !== 'none');
  const wanted = new Map<string, Set<string>>();
  const left = new Map<string, Set<string>>();
  for (const { name, next, now } of touched) {
    if (now !== null) addTo(left, name, now.document);
    if (next !== null) addTo(wanted, name, next.tree);
  }
  const staying = peopleAfter(planned, inventory);
  const person = personFinder(applying);
  const ids = new Map<string, string>();
  for (const name of new Set([...wanted.keys(), ...left.keys()])) {
    const team = await teamNamed(applying, name, wanted.has(name));
    if (team === null) continue;
    ids.set(name, team.id);
    const gone = [...(left.get(name) ?? [])].filter((reference) => staying.get(name)?.has(reference) !== true);
    await moveMembers(applying, team, await eachOf([...(wanted.get(name) ?? [])], person.make), await eachOf(gone, person.find));
  }
  return ids;
}

/** Who is named for a team by all documents as they will be. */
function peopleAfter(planned: readonly Planned[], { licenses }: Inventory): ReadonlyMap<string, ReadonlySet<string>> {
  const after = new Map<string, Set<string>>();
  const mentioned = new Set(planned.filter(({ kind }) => kind === 'HeldLicense').map(({ name }) => name));
  for (const { name, document } of licenses.values()) if (!mentioned.has(name)) addTo(after, name, document);
  for (const { kind, name, next } of planned) if (kind === 'HeldLicense' && next !== null) addTo(after, name, next.tree);
  return after;
}

function addTo(teams: Map<string, Set<string>>, name: string, tree: unknown): void {
  const team = teamNameOf(name, tree);
  if (team === null) return;
  const people = teams.get(team) ?? new Set();
  for (const reference of ownersOf(tree).people) people.add(reference);
  teams.set(team, people);
}

async function teamNamed({ context, write, tell }: Applying, name: string, isMade: boolean): Promise<Team | null> {
  const { store, newId, now } = context;
  const [found] = await store.find('team', { name }, { limit: 1 });
  if (found !== undefined || !isMade) return found ?? null;
  const row: Team = { id: newId('tea'), name, createdAt: now };
  write({ op: 'insert', table: 'team', row });
  tell({ action: 'team.created', subject: row.id, facts: { name, members: [] } });
  return row;
}

async function moveMembers(
  { context, write, tell }: Applying,
  team: Team,
  joining: readonly string[],
  leaving: readonly string[],
): Promise<void> {
  const { store, newId, now } = context;
  const members = await store.find('teamMember', { team: team.id }, { limit: MEMBERS_MAX });
  for (const principal of joining.filter((id) => members.every((member) => member.principal !== id))) {
    const row: TeamMember = { id: newId('tmb'), team: team.id, principal, createdAt: now };
    write({ op: 'insert', table: 'teamMember', row });
    tell({ action: 'team.member-added', subject: team.id, facts: { principal } });
  }
  for (const { id, principal } of members.filter((member) => leaving.includes(member.principal))) {
    write({ op: 'delete', table: 'teamMember', id });
    tell({ action: 'team.member-removed', subject: team.id, facts: { principal } });
  }
}

interface PersonFinder {
  find(reference: string): Promise<string | null>;
  make(reference: string): Promise<string>;
}

/** By e-mail address where there is an `@`, by name elsewhere; each is found or made once. */
function personFinder({ context, write, tell }: Applying): PersonFinder {
  const { store, newId, now } = context;
  const known = new Map<string, string>();
  async function find(reference: string): Promise<string | null> {
    const made = known.get(reference);
    if (made !== undefined) return made;
    const where = reference.includes('@') ? { email: reference } : { name: reference };
    const [found] = await store.find('principal', { ...where, kind: 'person' }, { limit: 1 });
    if (found !== undefined) known.set(reference, found.id);
    return found?.id ?? null;
  }
  async function make(reference: string): Promise<string> {
    const found = await find(reference);
    if (found !== null) return found;
    const email = reference.includes('@') ? reference : null;
    const row: Principal = { id: newId('prn'), kind: 'person', name: reference, email, createdAt: now, disabledAt: null, revision: 0 };
    write({ op: 'insert', table: 'principal', row });
    tell({ action: 'principal.created', subject: row.id, facts: { kind: 'person' } });
    known.set(reference, row.id);
    return row.id;
  }
  return { find, make };
}

async function eachOf(references: readonly string[], find: (reference: string) => Promise<string | null>): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const reference of references) {
    const id = await find(reference);
    if (id !== null) ids.push(id);
  }
  return [...new Set(ids)];
}
