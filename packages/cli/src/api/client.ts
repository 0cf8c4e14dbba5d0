/**
 * A small client of the HTTP API: time-outs, bounded answers, safe repeats, and problem documents turned into messages.
 *
 * A change carries an `Idempotency-Key`, so repeating it after a lost answer does it once. Redirects are refused: a token
 * goes to the server that it belongs to. Whatever is no JSON of ours (a proxy's page) counts as "does not answer".
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InputError } from '@glidepath/protocol';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { harmless, type Sayable, text } from '../terminal/safe-text.ts';
import type { Target } from './config.ts';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Api {
  readonly server: string;
  get<T>(path: string, query?: Query): Promise<T>;
  /** Every item of a list, page after page, at most `limit`. */
  list<T>(path: string, query?: Query, limit?: number): Promise<readonly T[]>;
  post<T>(path: string, body: unknown, query?: Query): Promise<T>;
  /** A document as it was written. */
  postText<T>(path: string, body: string, query?: Query): Promise<T>;
  put<T>(path: string, body: unknown, query?: Query): Promise<T>;
  remove<T>(path: string, query?: Query): Promise<T>;
}

const TIMEOUT_MS = 15_000;
const ANSWER_MAX_BYTES = 64 * 1024 * 1024;
const TRIES = 3;
const PAGE = 200;
const WAIT_MAX_MS = 5_000;

interface Call {
  readonly method: string;
  readonly path: string;
  readonly query?: Query | undefined;
  readonly type?: string;
  readonly body?: string;
}

export function createApi(shell: Shell, target: Target): Api {
  const call = <T>(one: Call) => send(shell, target, one) as Promise<T>;
  const json = (body: unknown) => ({ type: 'application/json', body: JSON.stringify(body) });
  const api: Api = {
    server: target.server,
    get: (path, query) => call({ method: 'GET', path, query }),
    post: (path, body, query) => call({ method: 'POST', path, query, ...json(body) }),
    postText: (path, body, query) => call({ method: 'POST', path, query, type: 'application/yaml', body }),
    put: (path, body, query) => call({ method: 'PUT', path, query, ...json(body) }),
    remove: (path, query) => call({ method: 'DELETE', path, query }),
    async list<T>(path: string, query: Query = {}, limit = Number.POSITIVE_INFINITY) {
      const items: T[] = [];
      let after: string | undefined;
      do {
        const size = Math.min(PAGE, limit - items.length);
        const page = await api.get<{ items: readonly T[]; next: string | null }>(path, { ...query, limit: size, after });
        items.push(...page.items);
        after = page.next ?? undefined;
      } while (after !== undefined && items.length < limit);
      return items;
    },
  };
  return api;
}

async function send(shell: Shell, target: Target, call: Call): Promise<unknown> {
  const key = randomUUID();
  for (let left = TRIES; ; left -= 1) {
    const answer = await once(shell, target, call, key);
    if (answer.kind === 'ok') return answer.body;
    if (left <= 1 || answer.retryInMs === null || answer.retryInMs > WAIT_MAX_MS) throw answer.failure;
    await sleep(answer.retryInMs);
  }
}

type Answer =
  | { readonly kind: 'ok'; readonly body: unknown }
  | { readonly kind: 'no'; readonly failure: Failure; readonly retryInMs: number | null };

async function once(shell: Shell, target: Target, call: Call, key: string): Promise<Answer> {
  const url = new URL(`${target.server}${call.path}`);
  const query: Query = { ...(target.environment === null ? {} : { environment: target.environment }), ...call.query };
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
  let response: Response;
  let body: string;
  try {
    response = await shell.fetch(url, {
      method: call.method,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        accept: 'application/json',
        ...(target.token === null ? {} : { authorization: `Bearer ${target.token}` }),
        ...(call.type === undefined ? {} : { 'content-type': call.type }),
        ...(call.method === 'GET' ? {} : { 'idempotency-key': key }),
      },
      ...(call.body === undefined ? {} : { body: call.body }),
    });
    body = await boundedText(response);
  } catch (error) {
    return { kind: 'no', failure: noAnswer(target.server, error), retryInMs: isRefused(error) ? null : 200 };
  }
  const value = parsed(body);
  if (response.ok && value !== undefined) return { kind: 'ok', body: value };
  if (!isProblem(value)) return { kind: 'no', failure: foreignAnswer(target.server, response), retryInMs: null };
  const wait = Number(response.headers.get('retry-after') ?? '1') * 1_000;
  return { kind: 'no', failure: refusal(value, target), retryInMs: value.retryable && response.status >= 500 ? wait : null };
}

async function boundedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > ANSWER_MAX_BYTES) throw new Error(`the answer is larger than ${ANSWER_MAX_BYTES / 1024 / 1024} MiB`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parsed(body: string): unknown {
  try {
    return body === '' ? null : JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ECONNREFUSED';
}

function noAnswer(server: string, error: unknown): Failure {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const why = timedOut ? `no answer within ${TIMEOUT_MS / 1000} s` : cause instanceof Error ? cause.message : String(cause);
  return new Failure(EXIT.unreachable, `the control plane at ${server} does not answer: ${why}.`, {
    code: 'unreachable',
    next: 'start one with: glidepath up, or name another one: --server URL',
  });
}

function foreignAnswer(server: string, response: Response): Failure {
  return new Failure(
    EXIT.unreachable,
    `something at ${server} answers, but it is no Glidepath: status ${response.status}, ${response.headers.get('content-type') ?? 'no content type'}.`,
    {
      code: 'foreign-answer',
      details: ['expected: JSON of the control plane. A proxy or a login page may stand in between.'],
      next: 'name the right address: --server URL',
    },
  );
}

/** Any answer with these fields; a server of another version may know codes that we do not. */
interface ProblemLike {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly retryable: boolean;
  readonly errors?: readonly InputError[];
  readonly violations?: readonly unknown[];
}

function isProblem(value: unknown): value is ProblemLike {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string' && 'detail' in value;
}

const NEXT: Readonly<Record<string, Sayable>> = {
  unauthenticated: 'glidepath sign-in CODE (the first start of `glidepath up` prints one), or set GLIDEPATH_TOKEN',
  'token-expired': 'glidepath sign-in CODE, or set GLIDEPATH_TOKEN',
  'sign-in-code-invalid': 'glidepath up prints a new code when nobody has signed in yet',
  forbidden: 'ask an admin for the role: glidepath token list shows what yours may do',
};

function refusal(problem: ProblemLike, target: Target): Failure {
  const next = NEXT[problem.code];
  if (problem.code === 'unauthenticated') {
    const message =
      target.token === null ? `nobody is signed in to ${target.server}.` : `${target.server} does not know this token (any more).`;
    return new Failure(EXIT.refused, message, {
      code: problem.code,
      next: NEXT.unauthenticated,
      facts: { problem, server: target.server },
    });
  }
  // One line, whatever the server says: a second one could pass for ours.
  return new Failure(exitOf(problem.status), harmless(`${problem.detail || problem.title} (${problem.code})`), {
    code: problem.code,
    details: (problem.errors ?? []).map(inputLine),
    ...(next === undefined ? {} : { next }),
    facts: { problem, server: target.server },
  });
}

function exitOf(status: number): ExitCode {
  if (status >= 500) return EXIT.unreachable;
  return [400, 413, 415, 422].includes(status) ? EXIT.usage : EXIT.refused;
}

function inputLine({ path, found, expected, didYouMean }: InputError): Sayable {
  return text`${path || 'body'}: found ${found}, expected ${expected}${didYouMean ? text`; did you mean ${didYouMean}?` : ''}`;
}
