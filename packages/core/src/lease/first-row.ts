/** The row of a holder that the license has never seen, before anything is decided about it. */
import type { Lease } from '../ports/records.ts';
import type { HolderInput } from './seat-decision.ts';

export function firstRow(input: HolderInput): Lease {
  const { situation, request, plan, now } = input;
  return {
    id: request.leaseId,
    license: situation.license.id,
    environment: situation.license.environment,
    holder: plan.seats?.kind === 'named' && request.person !== null ? request.person : request.jkt,
    installations: [],
    person: request.person,
    kind: null,
    state: 'granted',
    epoch: { incarnation: situation.incarnation, count: 0 },
    tier: null,
    tierSince: now,
    fingerprint: {},
    acquiredAt: now,
    renewedAt: now,
    holdUntil: now,
    requestId: request.requestId,
    wordId: request.wordId,
    renewals: 0,
    waitingSince: null,
    client: null,
    seatGroup: null,
    promisedUntil: now,
    isShortened: false,
    reboundAt: [],
    revision: 0,
  };
}
