/** Errors that happen before the command layer is asked: bodies too large, broken framing, a handler that took too long. */

import type { Socket } from 'node:net';
import { type ErrorCode, PROBLEM_MEDIA_TYPE, type Problem, problem } from '@glidepath/protocol';
import type { Log } from '../../world.ts';

const CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad-input',
  FST_ERR_CTP_EMPTY_TYPE: 'unsupported-media-type',
  FST_ERR_BAD_URL: 'bad-input',
  FST_ERR_MAX_PARAM_LENGTH: 'not-found',
  HANDLER_TIMEOUT: 'timeout',
  ECONNRESET: 'bad-input',
};

/** A command took longer than it may; it goes on, and its answer is nobody's. */
export class HandlerTimeout extends Error {
  readonly code = 'HANDLER_TIMEOUT';
}

/** The problem for what Fastify refuses; anything that it does not name is ours, and says nothing of our inside. */
export function problemOf(error: unknown, instance: string, log: Log): Problem {
  const name = error instanceof Error && 'code' in error ? String(error.code) : '';
  const code = CODES[name];
  if (code !== undefined) return problem(code, undefined, { instance });
  log.error('request-failed', { requestId: instance, error });
  return problem('internal', undefined, { instance });
}

/** Answers bytes that are no HTTP, or that came too slowly, on the bare socket, and closes it. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, detail] = reasonOf(error.code);
  const body = JSON.stringify({ ...problem('bad-input', detail), status });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_TEXT[status]}`,
      `content-type: ${PROBLEM_MEDIA_TYPE}; charset=utf-8`,
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

const STATUS_TEXT = { 400: 'Bad Request', 408: 'Request Timeout', 431: 'Request Header Fields Too Large' } as const;

function reasonOf(code: string | undefined): [keyof typeof STATUS_TEXT, string] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return [408, 'The request did not arrive in time.'];
  if (code === 'HPE_HEADER_OVERFLOW') return [431, 'The header is too large.'];
  return [400, 'This is not an HTTP request that can be read.'];
}
