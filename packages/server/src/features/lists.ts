/** Lists: a page of records, oldest first, and where the next page begins. */
import type { Store, TableName, Tables, Where } from '@glidepath/core';
import { type Answer, answer } from '../command.ts';

export const PAGE_DEFAULT = 50;

export interface PageAsked {
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

/** One more is read than is shown, so that `next` is null exactly at the end. */
export async function listed<T extends TableName, V>(
  store: Store,
  table: T,
  where: Where<T>,
  { limit = PAGE_DEFAULT, after }: PageAsked,
  view: (row: Tables[T]) => V | Promise<V>,
  order: { readonly newestFirst?: boolean } = {},
): Promise<Answer> {
  const rows = await store.find(table, where, { limit: limit + 1, ...(after === undefined ? {} : { after }), ...order });
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const items = await Promise.all(shown.map(view));
  return answer(200, { items, next: rows.length > limit && last !== undefined ? last.id : null });
}

/** Every record that matches, page by page; for the few reads that need all and say how many that may be. */
export async function* everyRecord<T extends TableName>(store: Store, table: T, where: Where<T>): AsyncGenerator<Tables[T]> {
  const size = 500;
  for (let after: string | undefined; ; ) {
    const rows = await store.find(table, where, { limit: size, ...(after === undefined ? {} : { after }) });
    yield* rows;
    if (rows.length < size) return;
    after = rows.at(-1)?.id;
  }
}
