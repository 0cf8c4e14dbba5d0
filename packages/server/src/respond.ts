/** From an outcome to the response that a transport carries. */
import { PROBLEM_MEDIA_TYPE, problem } from '@glidepath/protocol';
import type { Conflict, Outcome, Refusal } from './command.ts';
import { type CommandRequest, type CommandResponse, JSON_TYPE } from './request.ts';

/** Status, headers and body of what a command gave; every "no" is a problem document. */
export function responseOf(outcome: Exclude<Outcome, Conflict>, command: string | null, request: CommandRequest): CommandResponse {
  if (outcome.kind === 'answer') {
    return { status: outcome.status, headers: outcome.headers ?? {}, contentType: JSON_TYPE, body: outcome.body, command, code: 'ok' };
  }
  const instance = request.requestId === undefined ? {} : { instance: request.requestId };
  const body = problem(outcome.code, outcome.detail, { ...outcome.extras, ...instance });
  return {
    status: body.status,
    headers: headersOf(outcome, body.status),
    contentType: PROBLEM_MEDIA_TYPE,
    body,
    command,
    code: outcome.code,
  };
}

function headersOf({ extras }: Refusal, status: number): Record<string, string> {
  const headers: Record<string, string> = {};
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  if (extras.retryAfterMs !== undefined) headers['retry-after'] = String(Math.ceil(extras.retryAfterMs / 1_000));
  const allow = extras.facts?.allow;
  if (status === 405 && Array.isArray(allow)) headers.allow = allow.join(', ');
  return headers;
}
