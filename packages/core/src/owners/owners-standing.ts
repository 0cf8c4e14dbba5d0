/** Whether somebody would come: the people of a team who can be reached and lately said that they still are its owners. */
import type { OwnerConfirmation } from '../ports/held-records.ts';
import type { Principal, Team, TeamMember } from '../ports/records.ts';
import { after, DAY, type Instant, type Milliseconds } from '../time.ts';

/** One may be on leave, ill or gone. */
export const OWNERS_MIN = 2;
/** Silence for longer counts as gone. */
export const CONFIRMED_FOR_MS: Milliseconds = 90 * DAY;
/** From then on one is asked again: two weeks are enough for a holiday. */
export const ASKED_AFTER_MS: Milliseconds = 76 * DAY;

/** Why a member does not count. `silent`: has not confirmed for 90 days. `same-email`: another one is reached there already. */
export type OwnerLack = 'no-person' | 'disabled' | 'no-email' | 'silent' | 'same-email';

export interface OwnerStanding {
  readonly principal: string;
  readonly name: string;
  readonly email: string | null;
  /** Null: counts as an owner. */
  readonly lack: OwnerLack | null;
  /** Of joining or of the last confirmation, whichever is later. */
  readonly confirmedAt: Instant;
  /** From this instant on silence counts as gone. */
  readonly confirmedUntil: Instant;
  /** Is to be asked now whether it still is an owner: in the last two weeks, and after. */
  readonly isAsked: boolean;
}

export interface OwnersStanding {
  readonly team: string;
  readonly teamName: string;
  /** `enough`: two or more count. `one`, `none`: so many do. */
  readonly state: 'enough' | 'one' | 'none';
  readonly reachable: number;
  /** How many more are needed. */
  readonly lacking: number;
  /** When the next one that counts now falls silent, so that fewer than two are left; null: already fewer. */
  readonly enoughUntil: Instant | null;
  readonly members: readonly OwnerStanding[];
}

export interface MemberFacts {
  readonly member: Pick<TeamMember, 'createdAt'>;
  readonly principal: Pick<Principal, 'id' | 'kind' | 'name' | 'email' | 'disabledAt'>;
}

/**
 * Counts who can be reached: a person with an e-mail address, not disabled, that joined or confirmed within 90 days.
 *
 * Joining is a first confirmation: whoever is added today need not say so again. Services and agents are no owners, however
 * many, because nobody reads their mail; two accounts with one address are one person. A confirmation from the future (a clock that was wrong) counts as one of now.
 */
export function ownersStanding(
  team: Pick<Team, 'id' | 'name'>,
  members: readonly MemberFacts[],
  confirmations: readonly Pick<OwnerConfirmation, 'principal' | 'confirmedAt'>[],
  now: Instant,
): OwnersStanding {
  const standings = oncePerAddress(distinct(members).map((facts) => standingOf(facts, confirmations, now)));
  const ends = standings.filter(({ lack }) => lack === null).map(({ confirmedUntil }) => confirmedUntil);
  const reachable = ends.length;
  return {
    ...{ team: team.id, teamName: team.name, reachable, members: standings },
    state: reachable >= OWNERS_MIN ? 'enough' : reachable === 1 ? 'one' : 'none',
    lacking: Math.max(0, OWNERS_MIN - reachable),
    enoughUntil: reachable < OWNERS_MIN ? null : (ends.toSorted((a, b) => b - a)[OWNERS_MIN - 1] ?? null),
  };
}

function standingOf(
  { member, principal }: MemberFacts,
  confirmations: readonly Pick<OwnerConfirmation, 'principal' | 'confirmedAt'>[],
  now: Instant,
): OwnerStanding {
  const said = confirmations.filter((confirmation) => confirmation.principal === principal.id).map(({ confirmedAt }) => confirmedAt);
  const confirmedAt = Math.min(now, Math.max(member.createdAt, ...said)) as Instant;
  const confirmedUntil = after(confirmedAt, CONFIRMED_FOR_MS);
  const { id, name, email, kind, disabledAt } = principal;
  const hasMail = email !== null && email.trim() !== '';
  const lack: OwnerLack | null =
    kind !== 'person'
      ? 'no-person'
      : disabledAt !== null && disabledAt <= now
        ? 'disabled'
        : !hasMail
          ? 'no-email'
          : now >= confirmedUntil
            ? 'silent'
            : null;
  const isAsked = (lack === null || lack === 'silent') && now >= after(confirmedAt, ASKED_AFTER_MS);
  return { principal: id, name, email, lack, confirmedAt, confirmedUntil, isAsked };
}

/** Of several that share an address the one that confirmed last counts: they are one mailbox. */
function oncePerAddress(standings: readonly OwnerStanding[]): readonly OwnerStanding[] {
  const latest = new Map<string, OwnerStanding>();
  for (const standing of standings) {
    if (standing.lack !== null) continue;
    const address = addressOf(standing);
    const known = latest.get(address);
    if (!known || standing.confirmedAt > known.confirmedAt) latest.set(address, standing);
  }
  return standings.map((standing) =>
    standing.lack === null && latest.get(addressOf(standing)) !== standing ? { ...standing, lack: 'same-email', isAsked: false } : standing,
  );
}

function addressOf({ email }: OwnerStanding): string {
  return (email ?? '').trim().toLowerCase();
}

/** A person counts once, however often it was added; the latest joining counts. */
function distinct(members: readonly MemberFacts[]): readonly MemberFacts[] {
  const byPrincipal = new Map<string, MemberFacts>();
  for (const facts of members) {
    const known = byPrincipal.get(facts.principal.id);
    if (!known || facts.member.createdAt > known.member.createdAt) byPrincipal.set(facts.principal.id, facts);
  }
  return [...byPrincipal.values()];
}
