/** Renews a lease for the installation whose key it is bound to. Renewals are counted in the row, not audited one by one. */
import { judgeRenew } from '@glidepath/core';
import { LeaseAnswer, LeaseRequest } from '@glidepath/protocol/http';
import { defineCommand } from '../../command.ts';
import { ask } from './ask.ts';

export const renewLease = defineCommand({
  name: 'lease.renew',
  method: 'POST',
  path: '/v1/leases/renew',
  summary: 'Renews a lease',
  auth: 'license-key',
  body: LeaseRequest,
  answers: { 200: LeaseAnswer },
  idempotency: 'own',
  audited: false,
  run: (context) => ask(context, 'renew', judgeRenew),
});
