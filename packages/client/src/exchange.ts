/**
 * One request to the control plane, and what of the answer counts: a signed word that answers this request, or nothing.
 *
 * The HTTP status is looked at only where there is no such word, and then only to choose how long to wait. Whatever else
 * the body holds is for people.
 */
import { type Counter, Fault, type Milliseconds, PROOF_AUDIENCE, type ProofClaims, SECOND } from '@glidepath/core';
import { encodeBase64Url, type SigningKey, signProof } from '@glidepath/protocol/words';
import type { Count } from './counters.ts';
import { parseBundle } from './key-ring.ts';
import { parseRetryAfter } from './pace.ts';
import type { HttpAnswer, Platform } from './platform.ts';
import { type Expected, type ReadWord, readWord } from './reading-words.ts';

const BODY_MAX_BYTES = 1024 * 1024;
const TIMEOUT_MS: Milliseconds = 10 * SECOND;
const NONCE_BYTES = 16;

export interface Lines {
  readonly platform: Pick<Platform, 'clock' | 'entropy' | 'fetch' | 'scheduler' | 'crypto'>;
  readonly licenseKey: string;
  readonly key: SigningKey;
  readonly count: Count;
  /** Given up when the client is closed. */
  readonly closing: AbortSignal;
}

/** Why an attempt brought no word. */
export type Silence =
  | 'refused'
  | 'timeout'
  | 'truncated'
  | 'too-large'
  | 'redirected'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'rate-limited'
  | 'client-error'
  | 'server-error'
  | 'not-json'
  | 'no-word'
  | 'not-believed';

export type Answered = Exclude<ReadWord, { kind: 'no' }>;

export type Outcome =
  | { readonly kind: 'word'; readonly word: Answered }
  | { readonly kind: 'silence'; readonly code: Silence; readonly detail: string; readonly retryAfterMs: Milliseconds | null };

const TRANSPORT: readonly string[] = ['refused', 'timeout', 'truncated', 'too-large', 'redirected'] satisfies readonly Silence[];

/** What somebody has to mend: the loop slows down, and says so. */
export function isRefusal(code: Silence): boolean {
  return code === 'unauthorized' || code === 'forbidden';
}

/** The proof of a request: fresh, so that the answer can be bound to it. */
export function newProof(
  lines: Lines,
  op: ProofClaims['op'],
  keyHash: string,
  lease: { readonly jti: string; readonly epoch: Counter } | null,
): { readonly nonce: string; readonly proof: string } {
  const nonce = encodeBase64Url(lines.platform.entropy.bytes(NONCE_BYTES));
  const shown = lease === null ? {} : { lease: lease.jti, epoch: lease.epoch };
  return { nonce, proof: signProof({ aud: PROOF_AUDIENCE, op, nonce, key: keyHash, ...shown }, lines.key) };
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
export async function ask(
  lines: Lines,
  url: string,
  body: Readonly<Record<string, unknown>>,
  expected: () => Expected,
  keys: KeySource,
): Promise<Outcome> {
  const sent = await send(lines, 'POST', url, JSON.stringify(body));
  if (sent.kind === 'silence') return sent;
  const { answer } = sent;
  const value = parseBundle(answer.body);
  const { word: compact, keySet: hint } = isObject(value) ? value : {};
  const retryAfterMs = parseRetryAfter(answer.retryAfter, lines.platform.clock.now());
  if (typeof compact !== 'string')
    return { kind: 'silence', code: silenceOf(answer, value), detail: `HTTP ${answer.status}`, retryAfterMs };
  const isHinted = isObject(hint) && typeof hint.version === 'number' && hint.version > keys.version();
  if (isHinted) await keys.take();
  let word = readWord(compact, expected());
  const isUnknown = word.kind === 'no' && (word.reason === 'unknown-key' || word.reason === 'no-key-set');
  if (isUnknown && !isHinted && (await keys.take())) word = readWord(compact, expected());
  if (word.kind !== 'no') return { kind: 'word', word };
  lines.count(`word.${word.reason}`);
  return { kind: 'silence', code: 'not-believed', detail: word.reason, retryAfterMs };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function silenceOf({ status }: HttpAnswer, value: unknown): Silence {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 429) return 'rate-limited';
  if (status >= 500) return 'server-error';
  if (value === null) return 'not-json';
  return status >= 400 ? 'client-error' : 'no-word';
}

type Sent = { readonly kind: 'answer'; readonly answer: HttpAnswer } | Extract<Outcome, { kind: 'silence' }>;

/** Sends a request and gives it up after its time, whatever the transport does about it. Never rejects. */
export async function send(lines: Lines, method: 'GET' | 'POST', url: string, body: string | null): Promise<Sent> {
  const { platform, licenseKey, closing } = lines;
  const giveUp = new AbortController();
  const stop = () => giveUp.abort();
  if (closing.aborted) stop();
  closing.addEventListener('abort', stop);
  const timer = platform.scheduler.after(TIMEOUT_MS, stop);
  const headers = { authorization: `Bearer ${licenseKey}`, accept: 'application/json, application/problem+json' };
  try {
    const request = {
      method,
      url,
      headers: body === null ? headers : { ...headers, 'content-type': 'application/json' },
      body,
      bodyMaxBytes: BODY_MAX_BYTES,
      signal: giveUp.signal,
    };
    const answer = await Promise.race([platform.fetch(request), aborted(giveUp.signal)]);
    if (answer.body.length > BODY_MAX_BYTES) throw new Fault('too-large', 'The answer is larger than 1 MiB', { retryable: true });
    return { kind: 'answer', answer };
  } catch (error) {
    const code = giveUp.signal.aborted ? 'timeout' : codeOf(error);
    return { kind: 'silence', code, detail: code, retryAfterMs: null };
  } finally {
    timer.cancel();
    closing.removeEventListener('abort', stop);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new Fault('timeout', 'The request was given up', { retryable: true }));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

function codeOf(error: unknown): Silence {
  const code = error instanceof Fault ? error.code : 'refused';
  return TRANSPORT.includes(code) ? (code as Silence) : 'refused';
}
