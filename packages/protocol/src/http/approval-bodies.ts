/** Bodies about requests that wait for a second person. */
import { Type } from 'typebox';
import { instant, orNull, text, words } from '../schemas/parts.ts';
import { body, EnvironmentQuery, PageQuery, Reason, view } from './body-parts.ts';

export const ApprovalView = view({
  id: text(),
  environment: text(),
  command: text('What was asked for.'),
  subject: text('What it happens to.'),
  summary: text(),
  params: Type.Record(Type.String(), Type.String()),
  body: Type.Unknown({ description: 'As it was asked.' }),
  state: words(['waiting', 'approved', 'refused', 'expired']),
  askedBy: text(),
  askedAt: instant(),
  expiresAt: instant('Until when it can be approved.'),
  decidedBy: orNull(text()),
  decidedAt: orNull(instant()),
  reason: orNull(text('Of whoever decided.')),
});

/** The answer 202: nothing has happened yet. */
export const ApprovalNeeded = view({ approval: ApprovalView, next: text('The command that another person types.') });

export const ApprovalQuery = body({
  ...PageQuery,
  ...EnvironmentQuery,
  state: Type.Optional(words(['waiting', 'approved', 'refused'])),
});
export const ApprovalDecision = body({ reason: Reason });
export const ApprovalDone = view({ approval: ApprovalView, answer: Type.Unknown({ description: 'What the request came to.' }) });
