/** Sends one request over a connection that is already open, and reads one answer. The connection is closed after it. */
import { type ClientRequest, type IncomingMessage, request as sendRequest } from 'node:http';
import type { Socket } from 'node:net';
import { deny, type EgressAnswer, type EgressReason, ok, type Result } from '@glidepath/core';
import { codeOf } from './connect-pinned.ts';
import type { Deadline } from './deadline.ts';
import { HEADERS_MAX_BYTES } from './egress-limits.ts';
import { readBody } from './read-body.ts';
import type { RequestTarget } from './request-target.ts';

export interface Outgoing {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  readonly maxBytes: number;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Where an answer points to; null for an answer that is one. */
export function locationOf(answer: EgressAnswer): string | null {
  return REDIRECTS.has(answer.status) ? (answer.headers.location ?? null) : null;
}

export async function exchange(
  socket: Socket,
  target: RequestTarget,
  outgoing: Outgoing,
  deadline: Deadline,
): Promise<Result<EgressAnswer, EgressReason>> {
  const { host } = target;
  try {
    deadline.doing('waiting for its answer');
    const answer = await send(socket, target, outgoing, deadline.signal);
    if (typeof answer === 'string') return deadline.signal.aborted ? deadline.denial(host) : failure(host, answer);
    const read = { status: answer.statusCode ?? 0, headers: headersOf(answer), body: new Uint8Array() };
    if (locationOf(read) !== null || hasNoBody(outgoing.method, read.status)) return ok(read);
    deadline.doing('reading its answer');
    const body = await readBody(answer, host, outgoing.maxBytes);
    if (deadline.signal.aborted) return deadline.denial(host);
    return body.ok ? ok({ ...read, body: body.value }) : body;
  } finally {
    socket.destroy();
  }
}

/** The answer's head, or the code of what came instead. */
function send(socket: Socket, target: RequestTarget, outgoing: Outgoing, signal: AbortSignal): Promise<IncomingMessage | string> {
  const { method, headers, body } = outgoing;
  return new Promise((resolve) => {
    let request: ClientRequest;
    try {
      request = sendRequest({
        createConnection: () => socket,
        ...{ method, path: `${target.url.pathname}${target.url.search}`, signal, setHost: false },
        ...{ maxHeaderSize: HEADERS_MAX_BYTES, insecureHTTPParser: false },
        headers: { host: hostHeader(target), ...headers, connection: 'close', ...(body ? { 'content-length': body.length } : {}) },
      });
    } catch (error) {
      resolve(codeOf(error));
      return;
    }
    request.once('response', resolve);
    request.once('upgrade', (answer) => {
      answer.destroy();
      resolve('UPGRADE');
    });
    // Stays: after the head has come, what goes wrong is told by the body's own stream.
    request.on('error', (error) => resolve(codeOf(error)));
    request.once('close', () => resolve('ECONNRESET'));
    request.end(body ?? undefined);
  });
}

function failure(host: string, code: string): Result<EgressAnswer, EgressReason> {
  if (code === 'HPE_HEADER_OVERFLOW')
    return deny('too-large', `The headers of ${host} are larger than ${HEADERS_MAX_BYTES} bytes.`, { host });
  if (code.startsWith('HPE_') || code === 'UPGRADE')
    return deny('bad-answer', `${host} does not speak HTTP as expected (${code}).`, { host, code });
  return deny('connection-failed', `${host} closed the connection before it answered (${code}).`, { host, code });
}

function hasNoBody(method: string, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304;
}

function hostHeader({ url, host }: RequestTarget): string {
  return `${host.includes(':') ? `[${host}]` : host}${url.port === '' ? '' : `:${url.port}`}`;
}

function headersOf(answer: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
