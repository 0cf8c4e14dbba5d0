/** Who owns something, as lists show it: the team's name and its people, each team read once per answer. */
import type { Store } from '@glidepath/core';

export interface OwnersShown {
  readonly team: string | null;
  readonly people: readonly { readonly name: string; readonly email: string | null }[];
}

const NOBODY: OwnersShown = { team: null, people: [] };
/** More of one team than anybody reads. */
const PEOPLE_MAX = 50;

export function createOwnersReader(store: Store): (team: string | null) => Promise<OwnersShown> {
  const known = new Map<string, Promise<OwnersShown>>();
  return async (team) => {
    if (team === null) return NOBODY;
    const found = known.get(team) ?? read(store, team);
    known.set(team, found);
    return await found;
  };
}

async function read(store: Store, id: string): Promise<OwnersShown> {
  const [team, members] = await Promise.all([store.get('team', id), store.find('teamMember', { team: id }, { limit: PEOPLE_MAX })]);
  const principals = await Promise.all(members.map(({ principal }) => store.get('principal', principal)));
  const people = principals.flatMap((principal) =>
    principal === null || principal.disabledAt !== null ? [] : [{ name: principal.name, email: principal.email }],
  );
  return { team: team?.name ?? null, people };
}
