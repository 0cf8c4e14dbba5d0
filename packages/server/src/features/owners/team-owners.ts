/** Who would come for what a team owns: its members with what they said, as core judges them. */
import {
  type Instant,
  type MemberFacts,
  type OwnerConfirmation,
  type OwnersStanding,
  ownersStanding,
  type Store,
  type Team,
} from '@glidepath/core';

/** More members of one team than this are not read. */
export const MEMBERS_MAX = 500;

export interface TeamFacts {
  readonly members: readonly MemberFacts[];
  readonly confirmations: readonly Pick<OwnerConfirmation, 'principal' | 'confirmedAt'>[];
}

export async function teamFacts(store: Store, team: Pick<Team, 'id'>): Promise<TeamFacts> {
  const [members, confirmations] = await Promise.all([
    store.find('teamMember', { team: team.id }, { limit: MEMBERS_MAX }),
    store.find('ownerConfirmation', { team: team.id }, { limit: MEMBERS_MAX }),
  ]);
  const facts = await Promise.all(
    members.map(async (member): Promise<readonly MemberFacts[]> => {
      const principal = await store.get('principal', member.principal);
      return principal === null ? [] : [{ member, principal }];
    }),
  );
  return { members: facts.flat(), confirmations };
}

export async function ownersOf(store: Store, team: Pick<Team, 'id' | 'name'>, now: Instant): Promise<OwnersStanding> {
  const { members, confirmations } = await teamFacts(store, team);
  return ownersStanding(team, members, confirmations, now);
}
