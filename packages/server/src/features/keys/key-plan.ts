/**
 * Decides which signing keys an environment should have and what its next key set says. Pure: reads a snapshot, makes nothing.
 *
 * A key signs for at most 30 days and is relieved after 20, so that a job that was dead for a week costs nothing. It then
 * verifies as `retired` until the last lease it signed has ended; a condemned key stays in the set, as `compromised`, for
 * as long, because a key that is merely left out would be a cliff for whoever holds a word of it.
 */
import { after, DAY, type Instant, type Milliseconds, type OnlineKey, YEAR } from '@glidepath/core';
import type { KeySetClaims, KeySetEntry } from '@glidepath/protocol';
import { signingKeyAt } from './keyring.ts';

export const SIGNS_MS = 30 * DAY;
export const RELIEVED_MS = 20 * DAY;
/** Other nodes may sign with a relieved key until they have read the store again; words of later are refused. */
export const HANDOVER_MS = 3_600_000;
export const KEY_SET_KEY_MS = YEAR;
/** How long a key set may introduce keys; far longer than it takes to notice that none was published. */
export const KEY_SET_MS = 60 * DAY;
const REPUBLISH_MS = 20 * DAY;
/** A successor of the key-set key is made this long before the end, so that there is something to certify. */
export const SUCCESSOR_MS = 90 * DAY;

export interface KeySituation {
  readonly keys: readonly OnlineKey[];
  /** Claims of the latest key set; null before the first. */
  readonly latest: KeySetClaims | null;
  /** How long after its signing the last word of a key may count. */
  readonly longestWordMs: Milliseconds;
  readonly now: Instant;
}

export interface KeyPlan {
  /** No key may sign, or the one that does is due to be relieved. */
  readonly needsSigningKey: boolean;
  /** Keys whose time to sign is over, to be marked retired. */
  readonly over: readonly OnlineKey[];
  readonly needsSuccessor: boolean;
}

export function planKeys({ keys, now }: KeySituation): KeyPlan {
  const signing = signingKeyAt(keys, now);
  const keySetKey = certifiedKeyAt(keys, now);
  const hasSuccessor = keys.some((key) => key.use === 'key-set' && key.certificate === null && key.status === 'active');
  const endsSoon = keySetKey === null || keySetKey.status === 'compromised' || now >= after(keySetKey.signsUntil, -SUCCESSOR_MS);
  return {
    needsSigningKey: signing === null || now >= after(signing.notBefore, RELIEVED_MS),
    over: keys.filter((key) => key.use === 'sign' && key.status === 'active' && now >= key.signsUntil),
    needsSuccessor: endsSoon && !hasSuccessor,
  };
}

/** The key-set key in use: certified by the root, not ended, the newest. A condemned one signs on until it is replaced. */
export function certifiedKeyAt(keys: readonly OnlineKey[], now: Instant): OnlineKey | null {
  const able = keys.filter((key) => key.use === 'key-set' && key.certificate !== null && key.notBefore <= now && now < key.signsUntil);
  return able.reduce<OnlineKey | null>((best, key) => (best === null || key.notBefore >= best.notBefore ? key : best), null);
}

/** The keys that the set of now names, oldest first. */
export function membersAt(keys: readonly OnlineKey[], longestWordMs: Milliseconds, now: Instant): readonly KeySetEntry[] {
  return keys
    .filter((key) => key.use === 'sign' && now < after(key.signsUntil, longestWordMs))
    .toSorted((a, b) => a.notBefore - b.notBefore || (a.kid < b.kid ? -1 : 1))
    .map(({ kid, x, status, notBefore, signsUntil, statusAt }) => ({ kid, x, status, notBefore, signsUntil, statusAt }));
}

/** Whether the latest set no longer says what is, or will soon end. */
export function needsPublishing(latest: KeySetClaims | null, members: readonly KeySetEntry[], now: Instant): boolean {
  if (latest === null) return true;
  const isSame = latest.keys.length === members.length && members.every((member, at) => isSameEntry(member, latest.keys[at]));
  return !isSame || now >= after(latest.endsAt, -REPUBLISH_MS);
}

function isSameEntry(a: KeySetEntry, b: KeySetEntry | undefined): boolean {
  return b !== undefined && a.kid === b.kid && a.status === b.status && a.signsUntil === b.signsUntil && a.statusAt === b.statusAt;
}

/** More key sets than any environment publishes between two restores. */
const VERSIONS_PER_INCARNATION = 1_000_000;

/**
 * The least version of a set that is published now. A store that was restored has forgotten sets that clients hold, and they
 * refuse one that falls behind or that claims the place of theirs: so each incarnation counts from a place of its own.
 */
export function versionMinOf(incarnation: number): number {
  return incarnation <= 1 ? 1 : (incarnation - 1) * VERSIONS_PER_INCARNATION;
}

/** The claims of the set that follows the latest, before it is signed. It ends no later than the key that signs it. */
export function nextKeySet(about: {
  readonly issuer: string;
  readonly environment: string;
  readonly latest: { readonly version: number; readonly digest: string } | null;
  readonly versionMin: number;
  readonly members: readonly KeySetEntry[];
  readonly signedBy: Pick<OnlineKey, 'signsUntil'>;
  readonly now: Instant;
}): KeySetClaims {
  return {
    iss: about.issuer,
    env: about.environment,
    version: Math.max((about.latest?.version ?? 0) + 1, about.versionMin),
    iatMs: about.now,
    endsAt: Math.min(after(about.now, KEY_SET_MS), about.signedBy.signsUntil) as Instant,
    previous: about.latest?.digest ?? null,
    keys: about.members,
  };
}
