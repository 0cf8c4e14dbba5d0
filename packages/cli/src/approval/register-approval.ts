/** `glidepath approval`: what waits for a second person, and the second person's word. */
import type { Approval } from '@glidepath/core';
import { type Asking, online } from '../commands/online.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { Registrar } from '../registrar.ts';
import { type Safe, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import { day } from '../when.ts';

export interface ApprovalShown extends Omit<Approval, 'revision' | 'state'> {
  readonly state: Approval['state'] | 'expired';
}

/** What a command answers that waits for a second person. */
export interface ApprovalNeeded {
  readonly approval: ApprovalShown;
  readonly next: string;
}

interface Why {
  readonly reason: string;
}

export function registerApproval(registrar: Registrar): void {
  const approval = registrar.program.command('approval').description('what waits for a second person');
  online(registrar, approval.command('list').description('list requests, those that wait first'), listApprovals);
  online(registrar, approval.command('show <approval>').description('show a request as it was made'), show);
  const approving = approval.command('approve <approval>').description('approve what another one has asked for, which carries it out');
  online<Why>(registrar, approving.requiredOption('--reason <text>', 'why; kept in the audit log'), approve);
  const refusing = approval.command('refuse <approval>').description('refuse a request, or take back one of your own');
  online<Why>(registrar, refusing.requiredOption('--reason <text>', 'why; kept in the audit log'), refuse);
}

/** Whether an answer is one of 202: nothing has happened yet. */
export function isWaiting(answered: unknown): answered is ApprovalNeeded {
  return typeof answered === 'object' && answered !== null && 'approval' in answered && 'next' in answered;
}

/** What to say then, in place of what was done. */
export function waitingLines({ approval, next }: ApprovalNeeded, paint: Paint): readonly Safe[] {
  return [
    text`${paint.warn('waits for a second person')}  ${approval.summary}`,
    text`Nothing has happened yet; it is dropped at ${day(approval.expiresAt)}.`,
    text`next, somebody else: ${next}`,
  ];
}

async function listApprovals({ api, paint, answer }: Asking<object>): Promise<ExitCode> {
  const items = await api.list<ApprovalShown>('/v1/approvals', {}, SHOWN_MAX);
  if (items.length === 0) return answer({ items }, ['Nothing waits for a second person.', 'next: glidepath environment settings']);
  const head = ['STATE', 'WHAT', 'ASKED BY', 'AT', 'UNTIL', 'APPROVAL'].map((word) => paint.dim(word));
  const rows = items
    .toSorted((a, b) => Number(b.state === 'waiting') - Number(a.state === 'waiting') || b.askedAt - a.askedAt)
    .map(({ state, summary, askedBy, askedAt, expiresAt, id }) => [
      state === 'waiting' ? paint.warn(state) : state,
      ...[summary, askedBy, day(askedAt), day(expiresAt), id],
    ]);
  return answer({ items }, table([head, ...rows]));
}

const SHOWN_MAX = 200;

async function show({ api, paint, answer }: Asking<object>, id = ''): Promise<ExitCode> {
  const found = await api.get<ApprovalShown>(`/v1/approvals/${encodeURIComponent(id)}`);
  return answer(found, approvalLines(found, paint));
}

async function approve({ api, paint, options, answer }: Asking<Why>, id = ''): Promise<ExitCode> {
  const path = `/v1/approvals/${encodeURIComponent(id)}/approve`;
  const done = await api.post<{ approval: ApprovalShown; answer: unknown }>(path, { reason: options.reason });
  return answer(done, [text`${paint.good('approved')} and carried out: ${done.approval.summary}`]);
}

async function refuse({ api, paint, options, answer }: Asking<Why>, id = ''): Promise<ExitCode> {
  const refused = await api.post<ApprovalShown>(`/v1/approvals/${encodeURIComponent(id)}/refuse`, { reason: options.reason });
  return answer(refused, [text`${paint.bold('refused')}: ${refused.summary}`]);
}

function approvalLines(
  { id, summary, state, command, params, body, askedBy, askedAt, expiresAt, ...decided }: ApprovalShown,
  paint: Paint,
) {
  const decision =
    decided.decidedBy === null ? [] : [[paint.dim('decided'), text`${state} by ${decided.decidedBy}: ${decided.reason ?? ''}`]];
  return [
    text`${paint.bold(summary)}  ${id}`,
    ...table([
      [paint.dim('state'), state],
      [paint.dim('asked'), text`by ${askedBy} at ${day(askedAt)}`],
      [paint.dim('request'), text`${command} ${JSON.stringify(params)} ${JSON.stringify(body)}`],
      ...decision,
    ]),
    ...(state === 'waiting' ? [text`until ${day(expiresAt)}; next, another person: glidepath approval approve ${id} --reason TEXT`] : []),
  ];
}
