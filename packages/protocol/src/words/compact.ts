/**
 * Compact JWS (RFC 7515) on the small part of it that we use: EdDSA over Ed25519, one signature, JSON claims.
 *
 * Signing and splitting only; what a word must say to be believed is in `read.ts`. By hand, because the client has to
 * stay small and synchronous, which the usual library is not (docs/adr/0004-signed-words.md).
 */
import { type Denial, deny, ok, type PathTerms, type Result } from '@glidepath/core';
import type { Crypto, SigningKey } from '../crypto.ts';
import { asciiJson } from './ascii-json.ts';
import { encodeAscii, encodeBase64Url } from './base64url.ts';
import { isObject } from './check.ts';
import { writeLease } from './path.ts';
import type { WordReason } from './reasons.ts';

export const LEASE_TYP = 'glidepath-lease+jwt';
export const VERDICT_TYP = 'glidepath-verdict+jwt';
export const GRANT_TYP = 'glidepath-grant+jwt';
export const PROOF_TYP = 'glidepath-proof+jwt';
export const KEY_SET_TYP = 'glidepath-keyset+jwt';
export const KEY_SET_KEY_TYP = 'glidepath-keyset-key+jwt';
export const ROOT_TYP = 'glidepath-root+jwt';
export const HEAD_TYP = 'glidepath-head+jwt';

export type WordType =
  | typeof LEASE_TYP
  | typeof VERDICT_TYP
  | typeof GRANT_TYP
  | typeof PROOF_TYP
  | typeof KEY_SET_TYP
  | typeof KEY_SET_KEY_TYP
  | typeof ROOT_TYP
  | typeof HEAD_TYP;

/** A larger text is refused unread. All of it is ASCII, so that characters are bytes. */
export const WORD_SIZE_MAX = 256 * 1024;

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A word taken apart; nothing in it is believed yet. */
export interface SplitWord {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: string;
  /** What the signature is over. */
  readonly signed: string;
  readonly signature: string;
}

/**
 * The message is the reason's name. Its sentence is in `WORD_REASONS`, for those who show it to people; an embedded client
 * shows none, and need not carry them.
 */
export function refuse(reason: WordReason, facts: Record<string, unknown> = {}): Denial<WordReason> {
  return deny(reason, reason, facts);
}

/** Signs claims as they are; the caller answers for their truth. */
export function signWord(typ: WordType, claims: object, key: SigningKey): string {
  return signWithHeader({ alg: 'EdDSA', typ, kid: key.kid }, claims, key);
}

export function signWithHeader(
  header: { readonly typ?: unknown; readonly [name: string]: unknown },
  claims: object,
  key: SigningKey,
): string {
  return signJson(header, claimsJson(header.typ, claims), key);
}

function claimsJson(typ: unknown, claims: object): string {
  return typ === LEASE_TYP && hasPath(claims) ? writeLease(claims) : asciiJson(claims);
}

/** Signs claims that are JSON in ASCII already. A client signs by this alone, and carries nothing that writes leases. */
export function signJson(header: object, json: string, key: SigningKey): string {
  const signed = signedPart(header, json);
  return `${signed}.${encodeBase64Url(key.sign(bytesOf(signed)))}`;
}

function signedPart(header: object, json: string): string {
  return `${encodeAscii(asciiJson(header))}.${encodeAscii(json)}`;
}

/** As `signWord`, beside the thread that answers where the key can: a control plane signs while it serves others. */
export async function signWordApart(typ: WordType, claims: object, key: SigningKey): Promise<string> {
  if (key.signApart === undefined) return signWord(typ, claims, key);
  const signed = signedPart({ alg: 'EdDSA', typ, kid: key.kid }, claimsJson(typ, claims));
  return `${signed}.${encodeBase64Url(await key.signApart(utf8.encode(signed)))}`;
}

function hasPath(claims: object): claims is { readonly path: PathTerms } {
  return 'path' in claims && isObject(claims.path);
}

/**
 * Takes a word apart and reads its header, in an order in which each step costs no more than the last allows.
 *
 * The algorithm is compared, never looked up: `none` and HS256 with the public key as secret have no code to run.
 * `jku`, `x5u`, `x5c` and `jwk` are not looked at; a key comes from the key set or not at all.
 */
export function splitWord(compact: unknown, typ: WordType, crypto: Crypto): Result<SplitWord, WordReason> {
  if (typeof compact !== 'string') return refuse('not-a-word');
  if (compact.length > WORD_SIZE_MAX) return refuse('too-large');
  const first = compact.indexOf('.');
  const second = compact.indexOf('.', first + 1);
  if (first < 0 || second < 0 || compact.indexOf('.', second + 1) >= 0) return refuse('not-a-word');
  const header = readHeader(compact.slice(0, first), crypto);
  if (header === null) return refuse('not-a-word');
  if (header.alg !== 'EdDSA') return refuse('wrong-algorithm');
  if (header.typ !== typ) return refuse('wrong-type');
  if (Object.hasOwn(header, 'crit')) return refuse('critical-header');
  if (Object.hasOwn(header, 'b64')) return refuse('critical-header');
  return ok({
    header,
    payload: compact.slice(first + 1, second),
    signed: compact.slice(0, second),
    signature: compact.slice(second + 1),
  });
}

type Header = SplitWord['header'];

/** The header that was read last: words of one key and type have the same, to the letter. */
let lastHeader: { readonly part: string; readonly header: Header } | null = null;

function readHeader(part: string, crypto: Crypto): Header | null {
  if (lastHeader?.part === part) return lastHeader.header;
  const header = decodeJson(part, crypto);
  if (header !== null) lastHeader = { part, header };
  return header;
}

/** True when the signature is this key's over this word. */
export function isSignedBy(word: SplitWord, x: string, crypto: Crypto): boolean {
  const signature = crypto.decodeBase64Url(word.signature);
  return signature !== null && signature.length === 64 && crypto.verify(x, bytesOf(word.signed), signature);
}

/** As `isSignedBy`, beside the thread that answers where the platform can. */
export async function isSignedByApart(word: SplitWord, x: string, crypto: Crypto): Promise<boolean> {
  if (crypto.verifyApart === undefined) return isSignedBy(word, x, crypto);
  const signature = crypto.decodeBase64Url(word.signature);
  return signature !== null && signature.length === 64 && (await crypto.verifyApart(x, utf8.encode(word.signed), signature));
}

/** Where most words fit: making room for each anew costs more than filling it. */
const room = new Uint8Array(16 * 1024);

/** The text in UTF-8, good until the next call. */
function bytesOf(text: string): Uint8Array {
  const { read, written } = utf8.encodeInto(text, room);
  return read === text.length ? room.subarray(0, written) : utf8.encode(text);
}

/** The JSON object in a part, or null. Never throws; nesting as deep as the size cap allows is harmless. */
export function decodeJson(part: string, crypto: Crypto, parse: (json: string) => unknown = JSON.parse): Record<string, unknown> | null {
  const bytes = crypto.decodeBase64Url(part);
  if (bytes === null) return null;
  try {
    const value = parse(fromUtf8.decode(bytes));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
