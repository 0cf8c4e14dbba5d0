/**
 * What an agent and its control plane say to each other, whatever carries it: over HTTP, or within one process.
 *
 * Nothing that comes back is believed beyond its form: a proxy's page is no answer, and a task with a broken field is none.
 */
import { deny, type Instant, type Milliseconds, ok, type ProbeFailureReason, type Result, type Snapshot } from '@glidepath/core';

/** What the control plane asks this agent to look at. */
export interface ProbeTask {
  readonly name: string;
  readonly kind: string;
  readonly zone: string;
  readonly everyMs: Milliseconds;
  readonly settings: Readonly<Record<string, unknown>>;
}

export type ReportedOutcome =
  | { readonly ok: true; readonly snapshot: Snapshot }
  | { readonly ok: false; readonly reason: ProbeFailureReason; readonly message: string };

export interface Report {
  readonly probe: string;
  readonly at: Instant;
  readonly outcome: ReportedOutcome;
}

/**
 * `unauthorized`: the token is not (any more) good. `busy`: try later, perhaps at a stated time. `refused`: this body will
 * never be taken. `foreign-answer`: what answers there is no control plane.
 */
export type TransportReason = 'unreachable' | 'unauthorized' | 'busy' | 'refused' | 'foreign-answer';

export interface ReportBatch {
  readonly version: string;
  readonly dropped: number;
  /** Reports as JSON already: each is written once, when it is buffered. */
  readonly reports: readonly string[];
}

export interface ReportReceipt {
  readonly accepted: number;
  readonly unknown: readonly string[];
}

/** Never rejects. */
export interface AgentTransport {
  tasks(): Promise<Result<readonly ProbeTask[], TransportReason>>;
  report(batch: ReportBatch): Promise<Result<ReportReceipt, TransportReason>>;
}

export interface Reply {
  readonly status: number;
  /** Parsed JSON; undefined where it was none. */
  readonly body: unknown;
  readonly retryAfterMs: Milliseconds | null;
}

/** Carries one request. Never rejects. */
export type Exchange = (method: 'GET' | 'POST', path: string, body: string | null) => Promise<Result<Reply, TransportReason>>;

export function createTransport(exchange: Exchange): AgentTransport {
  return {
    async tasks() {
      const reply = await exchange('GET', '/v1/agent/probes', null);
      const body = reply.ok ? bodyOf(reply.value) : reply;
      if (!body.ok) return body;
      const { probes } = body.value;
      if (!Array.isArray(probes)) return foreign('it names no probes');
      return ok(probes.filter(isTask).map(({ name, kind, zone, everyMs, settings }) => ({ name, kind, zone, everyMs, settings })));
    },
    async report({ version, dropped, reports }) {
      const head = JSON.stringify({ version, dropped }).slice(0, -1);
      const reply = await exchange('POST', '/v1/agent/reports', `${head},"reports":[${reports.join(',')}]}`);
      const body = reply.ok ? bodyOf(reply.value) : reply;
      if (!body.ok) return body;
      const { accepted, unknown } = body.value;
      if (typeof accepted !== 'number' || !Array.isArray(unknown)) return foreign('it says nothing of what it took');
      return ok({ accepted, unknown: unknown.filter((name) => typeof name === 'string') });
    },
  };
}

/** What is wrong with the body itself. Any other status says nothing about it: an older control plane, a proxy. */
const REFUSALS = new Set([400, 409, 413, 422]);

function bodyOf({ status, body, retryAfterMs }: Reply): Result<Readonly<Record<string, unknown>>, TransportReason> {
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  if (status >= 200 && status < 300) return isObject ? ok(body as Readonly<Record<string, unknown>>) : foreign('it is no JSON of ours');
  const said = isObject && 'detail' in body && typeof body.detail === 'string' ? `: ${body.detail.slice(0, 200)}` : '';
  const facts = { status, retryAfterMs };
  if (status === 401 || status === 403) return deny('unauthorized', `the control plane does not take the token (${status})${said}`, facts);
  if (status === 429 || status >= 500) return deny('busy', `the control plane cannot answer now (${status})${said}`, facts);
  if (isObject && REFUSALS.has(status)) return deny('refused', `the control plane refuses this (${status})${said}`, facts);
  return foreign(`status ${status}${said}`);
}

function foreign(why: string): Result<never, TransportReason> {
  return deny('foreign-answer', `what answers there is no control plane: ${why}`);
}

function isTask(value: unknown): value is ProbeTask {
  if (typeof value !== 'object' || value === null) return false;
  const { name, kind, zone, everyMs, settings } = value as Partial<Record<keyof ProbeTask, unknown>>;
  const isPositive = typeof everyMs === 'number' && everyMs > 0;
  const hasSettings = typeof settings === 'object' && settings !== null && !Array.isArray(settings);
  return typeof name === 'string' && typeof kind === 'string' && typeof zone === 'string' && isPositive && hasSettings;
}
