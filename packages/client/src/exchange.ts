/**
 * One request to the control plane, and what of the answer counts: a signed word that answers this request, or nothing.
 *
 * The HTTP status is looked at only where there is no such word, and then only to choose how long to wait. Whatever else
 * the body holds is for people.
 */
import { type Milliseconds, PROOF_AUDIENCE, type ProofClaims } from '@glidepath/core';
import { encodeBase64Url, type SigningKey, signProof } from '@glidepath/protocol/words';
import type { Installation } from './installation.ts';
import { parseJson } from './key-ring.ts';
import type { Settings } from './options.ts';
import { parseRetryAfter } from './pace.ts';
import type { HttpAnswer, TransportCode } from './platform.ts';
import { readWord, type Word } from './reading-words.ts';

const BODY_MAX_BYTES = 1024 * 1024;
const NONCE_BYTES = 16;

/** Why an attempt brought no word; an HTTP status that is no success stands for itself. */
export type Silence = TransportCode | 'not-json' | 'no-word' | 'not-believed' | `http-${number}`;

export interface NoWord {
  readonly code: Silence;
  readonly detail: string;
  readonly retryAfterMs: Milliseconds | null;
}

/** What somebody has to mend: the loop slows down, and says so. */
export function isRefusal(code: Silence): boolean {
  return /401|403/.test(code);
}

/** The server itself answered, and will answer so again until somebody mends it, here or there. */
export function isToBeMended(code: Silence): boolean {
  return code === 'not-believed' || (code.startsWith('http-4') && code !== 'http-429');
}

/** Where an answer comes from, and when it is given up. */
export interface Line {
  readonly installation: Installation;
  readonly url: string;
  readonly timeoutMs: Milliseconds;
  readonly closing: AbortSignal;
}

export interface Request {
  readonly nonce: string;
  readonly body: string;
}

/** A request with a fresh proof of possession, so that the answer can be bound to it. */
export function requestOf(
  { settings, platform, held, keySet, keyHash }: Installation,
  key: SigningKey,
  op: ProofClaims['op'],
  grants: readonly string[],
): Request {
  const { fingerprint, person, group, client } = settings;
  const nonce = encodeBase64Url(platform.entropy.bytes(NONCE_BYTES));
  const shown = op !== 'acquire' && held.lease && { lease: held.lease.claims.jti, epoch: held.lease.claims.epoch };
  const seq = held.memory.seq ?? undefined;
  const proof = signProof({ aud: PROOF_AUDIENCE, op, nonce, key: keyHash, ...shown, ...(seq && { seq }) }, key);
  const grantsUsed = grants.length > 0 ? grants : undefined;
  return {
    nonce,
    body: JSON.stringify({
      proof,
      fingerprint,
      person,
      group,
      client,
      grantsUsed,
      keySet: keySet ? { version: keySet.version } : undefined,
    }),
  };
}

/**
 * Asks one server. Its key set is fetched once, before the word is read, where the answer hints at a newer one, and
 * where the word names a key that is not known: a word of a key that is condemned by then is read as one.
 */
export async function ask(line: Line, path: string, { nonce, body }: Request): Promise<Word | NoWord> {
  const { installation } = line;
  const answer = await send(line, path, body);
  if ('code' in answer) return answer;
  const { status } = answer;
  const value = parseJson(answer.body);
  const { word, keySet } = (value ?? {}) as { readonly word?: unknown; readonly keySet?: { readonly version?: unknown } | null };
  const retryAfterMs = parseRetryAfter(answer.retryAfter, installation.now());
  if (typeof word !== 'string') {
    const code: Silence = status >= 300 ? `http-${status}` : value === null ? 'not-json' : 'no-word';
    return { code, detail: `HTTP ${status}`, retryAfterMs };
  }
  const isHinted = Number(keySet?.version) > (installation.keySet?.version ?? 0);
  if (isHinted) await takeKeySet(line);
  const read = () => readWord(word, installation.expectedAnswer(nonce));
  let believed = read();
  if (!isHinted && (believed === 'unknown-key' || believed === 'no-key-set') && (await takeKeySet(line))) believed = read();
  if (typeof believed === 'object') return believed;
  installation.count(`word.${believed}`);
  return { code: 'not-believed', detail: believed, retryAfterMs };
}

/** Fetches the server's key set; true when it is in use now. */
export async function takeKeySet(line: Line): Promise<boolean> {
  const answer = await send(line, '/v1/keyset', null);
  if ('body' in answer) return line.installation.takeKeySet(parseJson(answer.body));
  line.installation.count(`key-set.${answer.code}`);
  return false;
}

export function authorization({ licenseKey }: Settings): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${licenseKey}` };
}

/** Sends a request (a POST where there is a body) and gives it up after its time, whatever the transport does about it. Never rejects. */
export async function send(
  { installation, url, timeoutMs, closing }: Line,
  path: string,
  body: string | null,
): Promise<HttpAnswer | NoWord> {
  const { platform, settings } = installation;
  const late = new AbortController();
  const signal = AbortSignal.any([closing, late.signal]);
  const timer = platform.scheduler.after(timeoutMs, () => late.abort());
  try {
    const headers = { ...authorization(settings), 'content-type': 'application/json' };
    const request = {
      method: body === null ? 'GET' : 'POST',
      url: url + path,
      headers,
      body,
      bodyMaxBytes: BODY_MAX_BYTES,
      signal,
    } as const;
    const answer = await Promise.race([platform.fetch(request), aborted(signal)]);
    return answer.body.length > BODY_MAX_BYTES ? noWord('too-large') : answer;
  } catch (error) {
    return noWord(signal.aborted ? 'timeout' : codeOf(error));
  } finally {
    timer.cancel();
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', reject);
  });
}

function noWord(code: Silence): NoWord {
  return { code, detail: code, retryAfterMs: null };
}

function codeOf(error: unknown): Silence {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return code === 'truncated' || code === 'too-large' ? code : 'refused';
}
