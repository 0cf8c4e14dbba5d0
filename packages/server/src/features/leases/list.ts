/** Leases of the environment, or of one license, in the order in which they were first acquired. */
import { LeaseListQuery, LeaseView, page } from '@glidepath/protocol/http';
import { defineCommand } from '../../command.ts';
import { listed } from '../lists.ts';
import { leaseView } from './lease-view.ts';

export const listLeases = defineCommand({
  name: 'lease.list',
  method: 'GET',
  path: '/v1/leases',
  summary: 'Lists leases',
  auth: 'viewer',
  query: LeaseListQuery,
  answers: { 200: page(LeaseView) },
  run: ({ store, environment, query }) =>
    listed(
      store,
      'lease',
      { environment: environment.id, ...(query.license === undefined ? {} : { license: query.license }) },
      query,
      leaseView,
    ),
});
