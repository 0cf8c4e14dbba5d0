/** Asks an HTTP API through the egress and turns whatever comes back into an answer to read, or a reason. */
import {
  type Denial,
  deny,
  type EgressRequest,
  type HostBoundSecret,
  ok,
  type ProbeFailureReason,
  type ProbeTools,
  type Result,
} from '@glidepath/core';
import { readText, shownText } from '../text/index.ts';
import { FAILURE_OF_EGRESS } from './egress-failures.ts';

export type Settings = Readonly<Record<string, unknown>>;

/** Larger than any license answer, smaller than what a page of mistakes may be. */
export const ANSWER_MAX_BYTES = 4 * 1024 * 1024;

export interface Question {
  /** Below the address of the settings, such as `/v1/sys/license/status`; empty: the address itself, with its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly maxBytes?: number;
  /** How the credential goes along: in its own header (default), as a parameter of the query, or not at all. */
  readonly credential?: 'header' | 'none' | { readonly parameter: string };
}

export interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** Asks for what is at `url` + `path`. Any status is an answer; `judgeStatus` says what it means. */
export async function ask(settings: Settings, tools: ProbeTools, question: Question): Promise<Result<Answer, ProbeFailureReason>> {
  const url = addressOf(settings.url, question.path);
  if (url === null) return deny('bad-settings', '`url` is the address of the server, such as https://licenses.example.com:8200');
  const { headers = {}, maxBytes = ANSWER_MAX_BYTES, credential = 'header' } = question;
  const secret = credential === 'none' ? ok(null) : await secretOf(settings.credential, tools);
  if (!secret.ok) return secret;
  const request: EgressRequest = { url, headers: { accept: 'application/json', ...headers }, maxBytes };
  const bound = secret.value && typeof credential === 'object' ? { ...secret.value, parameter: credential.parameter } : secret.value;
  const answer = await tools.egress.request(bound ? { ...request, secret: bound } : request);
  return answer.ok
    ? ok({ status: answer.value.status, body: answer.value.body })
    : deny(FAILURE_OF_EGRESS[answer.reason], answer.message, { ...answer.facts });
}

/** A status that is no answer to read; null for one that is. What a body says beside it is for people. */
export function judgeStatus({ status, body }: Answer): Denial<ProbeFailureReason> | null {
  if (status >= 200 && status < 300) return null;
  const facts = { status };
  if (status === 401 || status === 403)
    return deny(
      'not-permitted',
      `The server answered ${status}: the credential is missing, has ended or lacks the right to read the license.`,
      facts,
    );
  if (status === 404)
    return deny('bad-status', 'The server answered 404: there is no such address here; check `url` and its edition.', facts);
  if (status === 429) return deny('bad-status', 'The server answered 429: it is asked too often.', facts);
  const said = shownText(readText(body.subarray(0, SAID_BYTES_MAX)));
  return deny('bad-status', `The server answered ${status}${said === '' ? '.' : `: ${said}`}`, facts);
}

const SAID_BYTES_MAX = 400;

function addressOf(url: unknown, path: string): string | null {
  if (typeof url !== 'string') return null;
  const base = URL.parse(url);
  if (base === null || base.hash !== '') return null;
  if (path === '') return base.href;
  if (base.search !== '') return null;
  const [pathname = '', query] = path.split('?');
  base.pathname = `${base.pathname.replace(/\/+$/, '')}${pathname}`;
  base.search = query ?? '';
  return base.href;
}

async function secretOf(name: unknown, tools: ProbeTools): Promise<Result<HostBoundSecret | null, ProbeFailureReason>> {
  if (name === undefined || name === null) return ok(null);
  if (typeof name !== 'string' || name === '') return deny('bad-settings', "`credential` is a name in the agent's own file");
  const secret = await tools.credential(name);
  return secret ? ok(secret) : deny('not-permitted', `The agent's own file names no credential ${name.slice(0, 64)} that can be read now.`);
}
