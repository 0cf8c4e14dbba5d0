/** Customers: who holds licenses. */
import type { Customer } from '@glidepath/core';
import { body, CustomerRequest, CustomerView, ListQuery, page } from '@glidepath/protocol/http';
import { answer, type Command, type Context, defineCommand, refuse } from '../../command.ts';
import { listed } from '../lists.ts';
import { findCustomer, nothingCalled } from '../references.ts';

export function makeCustomer({ newId, now, environment }: Pick<Context, 'newId' | 'now' | 'environment'>, name: string): Customer {
  return { id: newId('cus'), environment: environment.id, name, createdAt: now, revision: 0 };
}

export function customerView({ id, createdAt, environment, name }: Customer) {
  return { id, createdAt, environment, name };
}

const create = defineCommand({
  name: 'customer.create',
  method: 'POST',
  path: '/v1/customers',
  summary: 'Records a customer',
  auth: 'operator',
  body: CustomerRequest,
  answers: { 201: CustomerView },
  async run(context) {
    const row = makeCustomer(context, context.body.name);
    const happened = [{ action: 'customer.created', subject: row.id, facts: {} }];
    const outcome = await context.commit({ writes: [{ op: 'insert', table: 'customer', row }], happened }, answer(201, customerView(row)));
    const isTaken = outcome.kind === 'conflict' && outcome.result.table === 'customer';
    return isTaken ? refuse('already-exists', `There is a customer named ${JSON.stringify(row.name)} already.`) : outcome;
  },
});

const list = defineCommand({
  name: 'customer.list',
  method: 'GET',
  path: '/v1/customers',
  summary: 'Lists customers',
  auth: 'viewer',
  query: ListQuery,
  answers: { 200: page(CustomerView) },
  run: ({ store, environment, query }) => listed(store, 'customer', { environment: environment.id }, query, customerView),
});

const show = defineCommand({
  name: 'customer.show',
  method: 'GET',
  path: '/v1/customers/{customer}',
  summary: 'Shows a customer, by id or name',
  auth: 'viewer',
  query: body({}),
  answers: { 200: CustomerView },
  async run({ store, environment, params: { customer = '' } }) {
    const found = await findCustomer(store, environment.id, customer);
    return found === null ? nothingCalled('customer', customer) : answer(200, customerView(found));
  },
});

export const CUSTOMER_COMMANDS: readonly Command[] = [create, list, show];
