/** The statements of `get`, `find` and `count`, made from a table's description. Values are always parameters. */
import type { TableName } from '@glidepath/core';
import { snakeCase } from '../records/shapes.ts';
import { tableOf } from '../records/tables.ts';
import { columnList } from './columns.ts';
import type { SqlValue } from './connections.ts';

export interface Statement {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

type Filter = readonly (readonly [field: string, value: SqlValue])[];

export function selectById(table: TableName, id: string): Statement {
  const { sql } = tableOf(table);
  return { text: `select ${columnList(tableOf(table))} from glidepath.${sql} where id = $1`, values: [id] };
}

/** Records that match, by id, from one side of `after`. */
export function selectPage(
  table: TableName,
  filter: Filter,
  page: { readonly after?: string; readonly limit: number; readonly newestFirst: boolean },
): Statement {
  const shape = tableOf(table);
  const { conditions, values } = conditionsOf(filter);
  if (page.after !== undefined) {
    values.push(page.after);
    conditions.push(`id ${page.newestFirst ? '<' : '>'} $${values.length}`);
  }
  values.push(page.limit);
  const order = page.newestFirst ? 'id desc' : 'id';
  const text = `select ${columnList(shape)} from glidepath.${shape.sql}${whereOf(conditions)} order by ${order} limit $${values.length}`;
  return { text, values };
}

export function selectCount(table: TableName, filter: Filter): Statement {
  const { conditions, values } = conditionsOf(filter);
  return { text: `select count(*) from glidepath.${tableOf(table).sql}${whereOf(conditions)}`, values };
}

function conditionsOf(filter: Filter): { conditions: string[]; values: SqlValue[] } {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  for (const [field, value] of filter) {
    if (value === null) conditions.push(`${snakeCase(field)} is null`);
    else {
      values.push(value);
      conditions.push(`${snakeCase(field)} = $${values.length}`);
    }
  }
  return { conditions, values };
}

function whereOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
}
