/** One lease by its id. */
import { LeaseView } from '@glidepath/protocol/http';
import { answer, defineCommand } from '../../command.ts';
import { nothingCalled } from '../references.ts';
import { leaseView } from './lease-view.ts';

export const showLease = defineCommand({
  name: 'lease.show',
  method: 'GET',
  path: '/v1/leases/{id}',
  summary: 'Shows a lease',
  auth: 'viewer',
  answers: { 200: LeaseView },
  async run({ store, environment, params }) {
    const lease = await store.get('lease', params.id ?? '');
    if (lease === null || lease.environment !== environment.id) return nothingCalled('lease', params.id ?? '');
    return answer(200, leaseView(lease));
  },
});
