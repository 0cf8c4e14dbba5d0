/** Products: what licenses are for. */
import type { Product } from '@glidepath/core';
import { body, ListQuery, ProductRequest, ProductView, page } from '@glidepath/protocol/http';
import { answer, type Command, type Context, defineCommand, refuse } from '../../command.ts';
import { listed } from '../lists.ts';
import { findProduct, nothingCalled } from '../references.ts';

export function makeProduct(
  { newId, now, environment }: Pick<Context, 'newId' | 'now' | 'environment'>,
  name: string,
  title: string,
): Product {
  return { id: newId('prd'), environment: environment.id, name, title, createdAt: now, revision: 0 };
}

export function productView({ id, createdAt, environment, name, title }: Product) {
  return { id, createdAt, environment, name, title };
}

const create = defineCommand({
  name: 'product.create',
  method: 'POST',
  path: '/v1/products',
  summary: 'Records a product',
  auth: 'operator',
  body: ProductRequest,
  answers: { 201: ProductView },
  async run(context) {
    const { name, title = name } = context.body;
    const row = makeProduct(context, name, title);
    const happened = [{ action: 'product.created', subject: row.id, facts: { name } }];
    const outcome = await context.commit({ writes: [{ op: 'insert', table: 'product', row }], happened }, answer(201, productView(row)));
    const isTaken = outcome.kind === 'conflict' && outcome.result.table === 'product';
    return isTaken ? refuse('already-exists', `There is a product named ${JSON.stringify(name)} already.`) : outcome;
  },
});

const list = defineCommand({
  name: 'product.list',
  method: 'GET',
  path: '/v1/products',
  summary: 'Lists products',
  auth: 'viewer',
  query: ListQuery,
  answers: { 200: page(ProductView) },
  run: ({ store, environment, query }) => listed(store, 'product', { environment: environment.id }, query, productView),
});

const show = defineCommand({
  name: 'product.show',
  method: 'GET',
  path: '/v1/products/{product}',
  summary: 'Shows a product, by id or name',
  auth: 'viewer',
  query: body({}),
  answers: { 200: ProductView },
  async run({ store, environment, params: { product = '' } }) {
    const found = await findProduct(store, environment.id, product);
    return found === null ? nothingCalled('product', product) : answer(200, productView(found));
  },
});

export const PRODUCT_COMMANDS: readonly Command[] = [create, list, show];
