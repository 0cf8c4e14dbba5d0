/**
 * From pinned roots to the keys that sign words: a state machine without I/O, in the order of the protocol.
 *
 * Every step trusts only what an earlier one established, and the time of the whole decision is the caller's one `now`.
 */
import { type Denial, deny, type Instant, ok, type Result } from '@glidepath/core';
import type { Crypto } from '../crypto.ts';
import { hashText } from '../hash-text.ts';
import type { Check } from '../words/check.ts';
import {
  decodeJson,
  isSignedBy,
  KEY_SET_KEY_TYP,
  KEY_SET_TYP,
  ROOT_TYP,
  type SplitWord,
  splitWord,
  type WordType,
} from '../words/compact.ts';
import { isPublicKey, thumbprint } from '../words/thumbprint.ts';
import {
  checkBundle,
  checkKeySetClaims,
  checkKeySetKeyClaims,
  checkRootClaims,
  type KeySet,
  type KeySetBundle,
  type KeySetClaims,
  type KeySetKeyClaims,
  type RootClaims,
} from './key-set.ts';
import type { KeySetReason } from './reasons.ts';

export interface KeySetContext {
  /** Public keys that the application pins: two, so that one can be lost. */
  readonly roots: readonly string[];
  readonly env: string;
  readonly iss: string;
  readonly now: Instant;
  readonly crypto: Crypto;
  /** The key set that is in use; null when there is none yet. */
  readonly held?: KeySet | null | undefined;
  /**
   * True for a bundle that this installation took over before and kept: then its end is not judged, so that a client
   * that was dark for long can still read the lease beside it.
   */
  readonly isOwnCopy?: boolean | undefined;
}

type No = Denial<KeySetReason>;

/** Opens a bundle and returns the key set to use from now on, or why the held one stays. Never throws. */
export function openKeySet(bundle: unknown, ctx: KeySetContext): Result<KeySet, KeySetReason> {
  if (checkBundle(bundle) !== null) return no('malformed');
  const { keySet, keySetKey, roots } = bundle as KeySetBundle;

  // 1. Start from the pinned roots.
  if (ctx.roots.length === 0) return no('no-roots');
  // 2. Follow the chain: each next root is signed by the one before it.
  const known = followRoots(roots, ctx);
  if (!known.ok) return known;
  // 3. A known root certifies the key-set key; a replaced one does not come back.
  const certificate = openCertificate(keySetKey, known.value, ctx);
  if (!certificate.ok) return certificate;
  // 4. The key-set key signed the set, while it might.
  const opened = openClaims(keySet, certificate.value, ctx);
  if (!opened.ok) return opened;
  const set = opened.value;
  // 5. to 8. What the set may change of the held one.
  return checkVersion(set, ctx) ?? checkPastEnd(set, ctx) ?? checkCompromised(set, ctx) ?? ok(set);
}

/** The message is the reason's name; its sentence is in `KEY_SET_REASONS`. */
function no(reason: KeySetReason): No {
  return deny(reason, reason);
}

/** Public keys of all roots that may sign, by thumbprint. */
function followRoots(words: readonly string[], ctx: KeySetContext): Result<ReadonlyMap<string, string>, KeySetReason> {
  const known = new Map(ctx.roots.map((x) => [thumbprint(x, ctx.crypto), x]));
  let number: number | null = null;
  for (const word of words) {
    const next = read<RootClaims>(word, ROOT_TYP, checkRootClaims, ctx);
    if (!next.ok) return next;
    const { claims, split } = next.value;
    if (number !== null && claims.number !== number + 1) return no('broken-root-chain');
    number = claims.number;
    // A pinned root needs nobody's word; links older than the pinned roots are signed by roots that we do not know.
    if (ctx.roots.includes(claims.x)) continue;
    const signer = known.get(String(split.header.kid));
    if (signer === undefined || !isPublicKey(claims.x) || !isSignedBy(split, signer, ctx.crypto)) {
      return no('broken-root-chain');
    }
    known.set(thumbprint(claims.x, ctx.crypto), claims.x);
  }
  return ok(known);
}

function openCertificate(word: string, roots: ReadonlyMap<string, string>, ctx: KeySetContext): Result<KeySetKeyClaims, KeySetReason> {
  const opened = read<KeySetKeyClaims>(word, KEY_SET_KEY_TYP, checkKeySetKeyClaims, ctx);
  if (!opened.ok) return opened;
  const { claims, split } = opened.value;
  const root = roots.get(String(split.header.kid));
  if (root === undefined || !isSignedBy(split, root, ctx.crypto)) return no('unknown-root');
  if (!isNamedKey(claims, ctx)) return no('malformed');
  const held = ctx.held?.signedBy;
  if (held && claims.nbfMs < held.nbfMs) return no('older-key-set-key');
  return ok(claims);
}

function openClaims(word: string, signedBy: KeySetKeyClaims, ctx: KeySetContext): Result<KeySet, KeySetReason> {
  const opened = read<KeySetClaims>(word, KEY_SET_TYP, checkKeySetClaims, ctx);
  if (!opened.ok) return opened;
  const { claims, split } = opened.value;
  if (split.header.kid !== signedBy.kid || !isSignedBy(split, signedBy.x, ctx.crypto)) return no('unknown-key-set-key');
  if (claims.iatMs < signedBy.nbfMs || claims.iatMs > signedBy.endsAt) return no('outside-key-window');
  const kids = new Set(claims.keys.map((key) => key.kid));
  if (kids.size < claims.keys.length || !claims.keys.every((key) => isNamedKey(key, ctx))) return no('malformed');
  return ok({ ...claims, digest: keySetDigest(word, ctx.crypto), signedBy });
}

/** base64url SHA-256 of a signed key set: what the next one names as `previous`. */
export const keySetDigest: typeof hashText = hashText;

/**
 * 5. and 6. The version does not fall, the same version is the same document, and the next names the held as previous.
 *
 * A newer key-set key begins the count anew: whoever stole the old one could have published the highest version there is.
 */
function checkVersion(set: KeySet, { held }: KeySetContext): No | null {
  if (!held || set.signedBy.kid !== held.signedBy.kid) return null;
  if (set.version < held.version) return no('rollback');
  if (set.version === held.version && set.digest !== held.digest) return no('broken-chain');
  if (set.version === held.version + 1 && set.previous !== held.digest) return no('broken-chain');
  return null;
}

/** 7. A set past its own end, or past that of the key that signed it, introduces no key. */
function checkPastEnd(set: KeySet, { held, now, isOwnCopy }: KeySetContext): No | null {
  if (isOwnCopy || now <= Math.min(set.endsAt, set.signedBy.endsAt)) return null;
  const stranger = set.keys.find((key) => !held?.keys.some((other) => other.kid === key.kid));
  return stranger === undefined ? null : no('new-key-past-end');
}

/** 8. A compromised key stays so. One that is left out is unknown, which is stricter, and allowed. */
function checkCompromised(set: KeySet, { held }: KeySetContext): No | null {
  const condemned = held?.keys.filter((key) => key.status === 'compromised') ?? [];
  const back = set.keys.find((key) => key.status !== 'compromised' && condemned.some((other) => other.kid === key.kid));
  return back === undefined ? null : no('un-compromised');
}

function isNamedKey(key: { readonly kid: string; readonly x: string }, ctx: KeySetContext): boolean {
  return isPublicKey(key.x) && thumbprint(key.x, ctx.crypto) === key.kid;
}

interface Document {
  readonly iss: string;
  readonly env: string;
}

/** Splits and checks the form; whether it is signed by whom it should be, the caller asks next. */
function read<T extends Document>(
  word: string,
  typ: WordType,
  check: Check,
  ctx: KeySetContext,
): Result<{ claims: T; split: SplitWord }, KeySetReason> {
  const split = splitWord(word, typ, ctx.crypto);
  if (!split.ok) return no('malformed');
  const claims = decodeJson(split.value.payload, ctx.crypto);
  const place = check(claims);
  if (place !== null) return no('malformed');
  const document = claims as unknown as T;
  if (document.iss !== ctx.iss) return no('wrong-issuer');
  if (document.env !== ctx.env) return no('wrong-environment');
  return ok({ claims: document, split: split.value });
}
