/**
 * One request to the control plane, and what of the answer counts: a signed word that answers this request, or nothing.
 *
 * The HTTP status is looked at only where there is no such word, and then only to choose how long to wait. Whatever else
 * the body holds is for people.
 */
import { type Counter, Fault, type Milliseconds, PROOF_AUDIENCE, type ProofClaims } from '@glidepath/core';
import { encodeBase64Url, type SigningKey, signProof } from '@glidepath/protocol/words';
import type { Count } from './counters.ts';
import { parseJson } from './key-ring.ts';
import { parseRetryAfter } from './pace.ts';
import type { HttpAnswer, Platform, TransportCode } from './platform.ts';
import { type Expected, readWord, type Word } from './reading-words.ts';

const BODY_MAX_BYTES = 1024 * 1024;
const NONCE_BYTES = 16;

export interface Lines {
  readonly platform: Pick<Platform, 'clock' | 'entropy' | 'fetch' | 'scheduler'>;
  readonly licenseKey: string;
  readonly key: SigningKey;
  readonly count: Count;
  readonly timeoutMs: Milliseconds;
  /** Given up when the client is closed. */
  readonly closing: AbortSignal;
}

/** Why an attempt brought no word; an HTTP status that is no success stands for itself. */
export type Silence = TransportCode | 'not-json' | 'no-word' | 'not-believed' | `http-${number}`;

export interface NoWord {
  readonly code: Silence;
  readonly detail: string;
  readonly retryAfterMs: Milliseconds | null;
}

/** What somebody has to mend: the loop slows down, and says so. */
export function isRefusal(code: Silence): boolean {
  return code === 'http-401' || code === 'http-403';
}

/** The server itself answered, and will answer so again until somebody mends it, here or there. */
export function isToBeMended(code: Silence): boolean {
  return code === 'not-believed' || (code.startsWith('http-4') && code !== 'http-429');
}

/** The proof of a request: fresh, so that the answer can be bound to it. */
export function newProof(
  { platform, key }: Lines,
  op: ProofClaims['op'],
  keyHash: string,
  lease: { readonly jti: string; readonly epoch: Counter } | null,
): { readonly nonce: string; readonly proof: string } {
  const nonce = encodeBase64Url(platform.entropy.bytes(NONCE_BYTES));
  const shown = lease && { lease: lease.jti, epoch: lease.epoch };
  return { nonce, proof: signProof({ aud: PROOF_AUDIENCE, op, nonce, key: keyHash, ...shown }, key) };
}

/** Where the keys come from that an answer is read with. */
export interface KeySource {
  /** The version that is held; 0: none. */
  version(): number;
  /** Fetches the server's key set; true when it is in use now. */
  take(): Promise<boolean>;
}

/**
 * Asks one server. Its key set is fetched once, before the word is read, where the answer hints at a newer one, and
 * where the word names a key that is not known: a word of a key that is condemned by then is read as one.
 */
export async function ask(lines: Lines, url: string, body: object, expected: () => Expected, keys: KeySource): Promise<Word | NoWord> {
  const answer = await send(lines, url, JSON.stringify(body));
  if ('code' in answer) return answer;
  const { status } = answer;
  const value = parseJson(answer.body);
  const { word, keySet } = (value ?? {}) as { readonly word?: unknown; readonly keySet?: { readonly version?: unknown } | null };
  const retryAfterMs = parseRetryAfter(answer.retryAfter);
  if (typeof word !== 'string') {
    const code = status >= 300 ? `http-${status}` : value === null ? 'not-json' : 'no-word';
    return { code: code as Silence, detail: `HTTP ${status}`, retryAfterMs };
  }
  const version = keySet?.version;
  const isHinted = typeof version === 'number' && version > keys.version();
  if (isHinted) await keys.take();
  let read = readWord(word, expected());
  if ((read === 'unknown-key' || read === 'no-key-set') && !isHinted && (await keys.take())) read = readWord(word, expected());
  if (typeof read === 'object') return read;
  lines.count(`word.${read}`);
  return { code: 'not-believed', detail: read, retryAfterMs };
}

/** Sends a request (a POST where there is a body) and gives it up after its time, whatever the transport does about it. Never rejects. */
export async function send(
  { platform, licenseKey, timeoutMs, closing }: Lines,
  url: string,
  body: string | null,
): Promise<HttpAnswer | NoWord> {
  const late = new AbortController();
  const signal = AbortSignal.any([closing, late.signal]);
  const timer = platform.scheduler.after(timeoutMs, () => late.abort());
  try {
    const headers = { authorization: `Bearer ${licenseKey}`, accept: 'application/json', 'content-type': 'application/json' };
    const request = { method: body === null ? 'GET' : 'POST', url, headers, body, bodyMaxBytes: BODY_MAX_BYTES, signal } as const;
    const answer = await Promise.race([platform.fetch(request), aborted(signal)]);
    if (answer.body.length > BODY_MAX_BYTES) throw new Fault('too-large', '', { retryable: true });
    return answer;
  } catch (error) {
    const code = signal.aborted ? 'timeout' : codeOf(error);
    return { code, detail: code, retryAfterMs: null };
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

const TRANSPORT: readonly string[] = ['timeout', 'truncated', 'too-large', 'redirected'] satisfies readonly TransportCode[];

function codeOf(error: unknown): TransportCode {
  const code = error instanceof Fault ? error.code : '';
  return TRANSPORT.includes(code) ? (code as TransportCode) : 'refused';
}
