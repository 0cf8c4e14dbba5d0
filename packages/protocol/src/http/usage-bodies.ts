/** Bodies of what is told and asked of use. Events themselves are read by `readUsageBody`, one by one. */
import { AGGREGATES, AMOUNT_MAX, USAGE_REJECTIONS, type UsageRejectionCode } from '@glidepath/core';
import { Type } from 'typebox';
import { amount, instant, natural, orNull, text, words } from '../schemas/parts.ts';
import { body, EnvironmentQuery, label, view } from './body-parts.ts';

/** Largest body and number of events of `POST /v1/usage`. */
export const USAGE_BODY_MAX = 10 * 1024 * 1024;
export const USAGE_EVENTS_MAX = 100_000;

const LicenseToo = Type.Optional(label('Id of the license; not needed with its key.'));

export const UsageQuery = body({ license: LicenseToo, ...EnvironmentQuery });

export const UsageItem = view({
  id: orNull(text(), 'Of the event; null where it has none.'),
  outcome: words(['counted', 'duplicate', 'rejected']),
  code: Type.Optional(words(Object.keys(USAGE_REJECTIONS) as UsageRejectionCode[])),
  field: Type.Optional(text()),
  found: Type.Optional(text()),
  expected: Type.Optional(text()),
});

export const UsageReportAnswer = view({
  accepted: natural(),
  duplicates: natural(),
  rejected: natural(),
  items: Type.Array(UsageItem, { description: 'In the order of the events.' }),
});

export const BalanceView = view({
  meter: text(),
  unit: text(),
  aggregate: words(AGGREGATES),
  used: amount(),
  reserved: amount(),
  limit: orNull(amount(), 'Null: the plan has none.'),
  remaining: orNull(amount()),
  asOf: instant(),
  windowStart: instant(),
  resetsAt: instant(),
});

export const BalancesAnswer = view({ items: Type.Array(BalanceView) });

const Amount = Type.Number({ minimum: 0, maximum: AMOUNT_MAX, description: 'In the unit of the meter; at most six decimals.' });

export const ReserveRequest = body({
  meter: label(),
  amount: Amount,
  requestId: label('The same reservation again has the same one.'),
  expiresIn: Type.Optional(label('A duration such as 15m (default), at most 24h.', 16)),
  license: LicenseToo,
});

export const ReservationView = view({
  id: text(),
  license: text(),
  meter: text(),
  amount: amount(),
  createdAt: instant(),
  expiresAt: instant(),
  releasedAt: orNull(instant()),
});

export const CommitReservationRequest = body({ amount: Type.Optional(Amount) });

export const CommittedView = view({
  id: text(),
  meter: text(),
  amount: amount(),
  outcome: words(['counted', 'duplicate']),
  late: Type.Boolean({ description: 'It had expired or been released; it counts all the same.' }),
});
