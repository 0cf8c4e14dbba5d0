/** Carries an agent's requests over HTTP, through the egress. The token is read anew for each, and goes to that host only. */
import { deny, type Egress, type Milliseconds, ok, type Result, SECOND } from '@glidepath/core';
import type { Exchange, Reply, TransportReason } from './transport.ts';

const TIMEOUT_MS = 30 * SECOND;
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

export interface HttpExchangeOptions {
  /** Without a slash at the end. */
  readonly server: string;
  readonly egress: Egress;
  readToken(): Promise<Result<string, string>>;
}

export function createHttpExchange({ server, egress, readToken }: HttpExchangeOptions): Exchange {
  const host =
    URL.parse(server)
      ?.hostname.replace(/^\[|\]$/g, '')
      .toLowerCase() ?? '';
  return async (method, path, body) => {
    const token = await readToken();
    if (!token.ok) return deny('unauthorized', `there is no token: ${token.message}`);
    const answer = await egress.request({
      ...{ url: `${server}${path}`, method, timeoutMs: TIMEOUT_MS, maxBytes: ANSWER_BYTES_MAX },
      headers: { accept: 'application/json', ...(body === null ? {} : { 'content-type': 'application/json' }) },
      ...(body === null ? {} : { body }),
      secret: { header: 'authorization', value: `Bearer ${token.value}`, hosts: [host] },
    });
    if (!answer.ok) return deny('unreachable', answer.message, { reason: answer.reason });
    const { status, headers, body: bytes } = answer.value;
    return ok({ status, body: jsonOf(bytes), retryAfterMs: retryAfterOf(headers['retry-after']) });
  };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** Seconds; a date is passed over, because it would need the other side's clock. */
function retryAfterOf(header: string | undefined): Milliseconds | null {
  return header !== undefined && /^[0-9]{1,6}$/.test(header) ? Number(header) * SECOND : null;
}

/** What a handler within this process gives, as a reply: for the agent that is built into `up`. */
export type LocalCall = (
  method: 'GET' | 'POST',
  path: string,
  body: string | null,
) => Promise<{
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}>;

/** The same words without a socket. */
export function createLocalExchange(call: LocalCall): Exchange {
  return async (method, path, body): Promise<Result<Reply, TransportReason>> => {
    try {
      const { status, headers, body: answered } = await call(method, path, body);
      return ok({ status, body: answered, retryAfterMs: retryAfterOf(headers['retry-after']) });
    } catch (error) {
      return deny('unreachable', error instanceof Error ? error.message : String(error));
    }
  };
}
