/**
 * When signing keys come and go: pure planning, the server carries it out.
 *
 * A key is published before it signs, so that a client has met it by then; signs for 30 days; then verifies as retired
 * until the last word that it signed has ended.
 */
import { after, DAY, type Instant, type Milliseconds, YEAR } from '@glidepath/core';
import type { KeySetEntry } from './key-set.ts';

export const SIGNS_FOR_MS = 30 * DAY;
/** How long before it signs a key is published. */
export const PUBLISHED_BEFORE_MS = 3 * DAY;
export const KEY_SET_FOR_MS = 30 * DAY;
/** The key-set key, which the root signs by hand: its end is runway. */
export const KEY_SET_KEY_FOR_MS = YEAR;

export type RotationStep =
  /** Make a key that signs in this window. */
  | { readonly step: 'add'; readonly notBefore: Instant; readonly signsUntil: Instant }
  | { readonly step: 'retire'; readonly kid: string }
  | { readonly step: 'condemn'; readonly kid: string }
  /** Leave it out of the next key set. */
  | { readonly step: 'drop'; readonly kid: string }
  /** Sign a key set; always the last step. */
  | { readonly step: 'publish' };

export interface RotationState {
  /** Longest time from a word's `iatMs` to its end among the policies in use: the last `unreachable` rung. */
  readonly longestWordMs: Milliseconds;
  /** End of the published key set; null when none was published. */
  readonly keySetEndsAt: Instant | null;
}

/** The steps that are due; none means that nothing is. Carried out at once, they leave nothing due. */
export function planRotation(keys: readonly KeySetEntry[], now: Instant, state: RotationState): readonly RotationStep[] {
  const steps: RotationStep[] = [];
  for (const key of keys) {
    if (now > key.signsUntil + state.longestWordMs) steps.push({ step: 'drop', kid: key.kid });
    else if (key.status === 'active' && now > key.signsUntil) steps.push({ step: 'retire', kid: key.kid });
  }
  const covered = coveredUntil(keys, now);
  if (covered - PUBLISHED_BEFORE_MS <= now) steps.push(add(covered));
  const halfLife = state.keySetEndsAt === null ? now : after(state.keySetEndsAt, -KEY_SET_FOR_MS / 2);
  return steps.length > 0 || now >= halfLife ? [...steps, { step: 'publish' }] : [];
}

/** Replaces the signing key at once; words that other nodes still sign with the old one stay good. */
export function planRotationNow(keys: readonly KeySetEntry[], now: Instant): readonly RotationStep[] {
  const signing = keys.filter((key) => key.status === 'active' && key.notBefore <= now);
  return [...signing.map(({ kid }): RotationStep => ({ step: 'retire', kid })), add(now), { step: 'publish' }];
}

/** Condemns a key, and replaces it if no other can sign. */
export function planCompromise(keys: readonly KeySetEntry[], kid: string, now: Instant): readonly RotationStep[] {
  const others = keys.filter((key) => key.kid !== kid);
  const replacement = signingKeyAt(others, now) === null ? [add(now)] : [];
  return [{ step: 'condemn', kid }, ...replacement, { step: 'publish' }];
}

/** The key to sign with: of those that may, the one that began last. */
export function signingKeyAt<K extends KeySetEntry>(keys: readonly K[], now: Instant): K | null {
  const able = keys.filter((key) => key.status === 'active' && key.notBefore <= now && now <= key.signsUntil);
  return able.reduce<K | null>((best, key) => (best === null || key.notBefore > best.notBefore ? key : best), null);
}

/** Until when there is a key to sign with, from now without a gap. */
function coveredUntil(keys: readonly KeySetEntry[], now: Instant): Instant {
  const active = keys.filter((key) => key.status === 'active').sort((a, b) => a.notBefore - b.notBefore);
  return active.reduce<Instant>((until, key) => (key.notBefore <= until && key.signsUntil > until ? key.signsUntil : until), now);
}

function add(notBefore: Instant): RotationStep {
  return { step: 'add', notBefore, signsUntil: after(notBefore, SIGNS_FOR_MS) };
}

/** The entries of the next key set: `made` are the keys of the `add` steps, in order. */
export function entriesAfter(
  keys: readonly KeySetEntry[],
  steps: readonly RotationStep[],
  made: readonly Pick<KeySetEntry, 'kid' | 'x'>[],
  now: Instant,
): readonly KeySetEntry[] {
  const names = (wanted: 'retire' | 'condemn' | 'drop') => new Set(steps.flatMap((step) => (step.step === wanted ? [step.kid] : [])));
  const [retired, condemned, dropped] = [names('retire'), names('condemn'), names('drop')];
  const kept = keys
    .filter((key) => !dropped.has(key.kid))
    .map((key): KeySetEntry => {
      if (condemned.has(key.kid)) return { ...key, status: 'compromised', statusAt: now };
      return retired.has(key.kid) ? { ...key, status: 'retired', statusAt: now } : key;
    });
  const windows = steps.flatMap((step) => (step.step === 'add' ? [step] : []));
  const added = made.flatMap(({ kid, x }, index): KeySetEntry[] => {
    const window = windows[index];
    if (window === undefined) return [];
    return [{ kid, x, status: 'active', notBefore: window.notBefore, signsUntil: window.signsUntil, statusAt: now }];
  });
  return [...kept, ...added];
}
