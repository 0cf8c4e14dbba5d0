/**
 * Gives an installation a seat of the license, or a lease without one, or a signed "no".
 *
 * Idempotent by the proof's nonce, in the lease's own row: a repeated request gets the answer that it had.
 */
import { judgeAcquire } from '@glidepath/core';
import { LeaseAnswer, LeaseRequest } from '@glidepath/protocol/http';
import { defineCommand } from '../../command.ts';
import { ask } from './ask.ts';

export const acquireLease = defineCommand({
  name: 'lease.acquire',
  method: 'POST',
  path: '/v1/leases',
  summary: 'Acquires a lease',
  auth: 'license-key',
  body: LeaseRequest,
  answers: { 200: LeaseAnswer },
  idempotency: 'own',
  audited: false,
  run: (context) => ask(context, 'acquire', judgeAcquire),
});
