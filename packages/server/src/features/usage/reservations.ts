/**
 * Reservations of use: set aside, then spent once by what was used, or given back; what is forgotten ends by itself.
 *
 * Spending is an event like any other, named by the reservation, so that it counts once however often it is asked for. Use
 * that happened is counted even when the reservation has ended meanwhile; the answer says so.
 */
import { balanceKey, HOUR, judgeUsage, MINUTE, parseDuration, RESERVATION_SOURCE, type UsageReservation } from '@glidepath/core';
import { isId } from '@glidepath/protocol';
import { body as bodyOf, CommitReservationRequest, CommittedView, ReservationView, ReserveRequest } from '@glidepath/protocol/http';
import { answer, type Context, defineCommand, refuse } from '../../command.ts';
import { badInput } from '../../read-input.ts';
import { nothingCalled } from '../references.ts';
import { limitOf, usageRules } from './meter-rules.ts';
import { namedLicense } from './named-license.ts';

const EXPIRES_DEFAULT_MS = 15 * MINUTE;
const EXPIRES_MAX_MS = 24 * HOUR;

export const reserveUsage = defineCommand({
  name: 'usage.reserve',
  method: 'POST',
  path: '/v1/usage/reservations',
  summary: 'Sets use aside before it happens',
  auth: 'operator',
  admitsLicenseKey: true,
  body: ReserveRequest,
  answers: { 200: ReservationView, 201: ReservationView },
  idempotency: 'own',
  audited: false,
  async run(context) {
    const { body, environment, now } = context;
    const rules = await namedLicense(context, body.license);
    if ('kind' in rules) return rules;
    const expiresInMs = expiryOf(body.expiresIn);
    if (expiresInMs === null)
      return badInput([{ path: '/expiresIn', found: JSON.stringify(body.expiresIn), expected: 'a duration from 1s to 24h, such as 15m' }]);
    const sent = { source: RESERVATION_SOURCE, id: body.requestId, subject: body.meter, time: null, data: { amount: body.amount } };
    const judged = judgeUsage(sent, usageRules(rules), now);
    if (!judged.ok) return badInput([{ ...judged.rejection, path: PATHS[judged.rejection.field] ?? '/requestId' }]);
    const meter = rules.policy.meters.find(({ name }) => name === body.meter);
    if (meter?.aggregate !== 'sum')
      return badInput([
        { path: '/meter', found: `the ${meter?.aggregate ?? 'none'} of events`, expected: 'a meter that adds up (aggregate: sum)' },
      ]);
    const [key, limit, id] = [balanceKey(rules, meter, now), limitOf(rules, body.meter), context.newId('rsv')];
    const { amount, requestId } = body;
    const reserved = await context.usage.reserve({ id, environment: environment.id, key, amount, requestId, expiresInMs, limit });
    if (reserved.kind === 'reserved') return answer(reserved.isNew ? 201 : 200, reservationView(reserved.reservation));
    if (reserved.kind === 'other')
      return refuse('already-exists', 'This requestId stands for a reservation of something else; take a new one.');
    const facts = { used: reserved.used, reserved: reserved.reserved, limit };
    return refuse(
      'quota-exhausted',
      `${limit} is the limit, ${facts.used} used and ${facts.reserved} set aside; ${amount} more is too much.`,
      {
        facts,
      },
    );
  },
});

const PATHS: Readonly<Record<string, string>> = { subject: '/meter', 'data/amount': '/amount', data: '/amount' };

function expiryOf(text: string | undefined): number | null {
  if (text === undefined) return EXPIRES_DEFAULT_MS;
  const read = parseDuration(text);
  return read.ok && read.value > 0 && read.value <= EXPIRES_MAX_MS ? read.value : null;
}

function reservationView({ id, license, meter, amount, createdAt, expiresAt, releasedAt }: UsageReservation): Record<string, unknown> {
  return { id, license, meter, amount, createdAt, expiresAt, releasedAt };
}

/** Within reach of the caller; what lies elsewhere does not exist here. */
async function findReservation({ store, actor, environment, params }: Context): Promise<UsageReservation | null> {
  const id = params.id ?? '';
  const found = isId('rsv', id) ? await store.get('usageReservation', id) : null;
  const isOthers = actor.kind === 'license-key' && actor.license !== found?.license;
  return found === null || isOthers || found.environment !== environment.id ? null : found;
}

export const commitReservation = defineCommand({
  name: 'usage.commit',
  method: 'POST',
  path: '/v1/usage/reservations/{id}/commit',
  summary: 'Counts what was used of a reservation, once',
  auth: 'operator',
  admitsLicenseKey: true,
  body: CommitReservationRequest,
  bodyOptional: true,
  answers: { 200: CommittedView },
  idempotency: 'own',
  audited: false,
  async run(context) {
    const { now, usage, body } = context;
    const reservation = await findReservation(context);
    if (reservation === null) return nothingCalled('reservation', context.params.id ?? '');
    const rules = await usage.rules(reservation.license, now);
    if (rules === null) return nothingCalled('license', reservation.license);
    const { id, meter, amount: reserved, expiresAt, releasedAt } = reservation;
    const amount = body.amount ?? reserved;
    const judged = judgeUsage({ source: RESERVATION_SOURCE, id, subject: meter, time: null, data: { amount } }, usageRules(rules), now);
    if (!judged.ok) return badInput([{ ...judged.rejection, path: PATHS[judged.rejection.field] ?? '' }]);
    const [outcome = 'duplicate'] = await usage.count([judged.event]);
    return answer(200, { id, meter, amount, outcome, late: releasedAt !== null || expiresAt <= now });
  },
});

export const releaseReservation = defineCommand({
  name: 'usage.release',
  method: 'POST',
  path: '/v1/usage/reservations/{id}/release',
  summary: 'Gives back what was set aside',
  auth: 'operator',
  admitsLicenseKey: true,
  body: bodyOf({}),
  bodyOptional: true,
  answers: { 200: ReservationView },
  idempotency: 'own',
  audited: false,
  async run(context) {
    const reservation = await findReservation(context);
    if (reservation === null) return nothingCalled('reservation', context.params.id ?? '');
    if (reservation.releasedAt !== null) return answer(200, reservationView(reservation));
    const set = { releasedAt: context.now };
    const given = answer(200, reservationView({ ...reservation, ...set }));
    const { id, revision } = reservation;
    return context.commit({ writes: [{ op: 'update', table: 'usageReservation', id, revision, set }], happened: [] }, given);
  },
});
