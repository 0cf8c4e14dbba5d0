/** What of a database is backed up: every table of our schema, with its columns, as its catalog says. */
import type pg from 'pg';
import { type BackupTable, backupFault } from './backup-format.ts';

export interface CatalogTable extends BackupTable {
  /** Columns of the primary key, in its order. */
  readonly key: readonly string[];
  /** Names of tables that it refers to. */
  readonly refersTo: readonly string[];
}

/**
 * The tables, those that are referred to first. Partitions are part of their table; the record of migrations is the
 * schema's and not the content's. Numbers of transactions mean something in their own database only, and stay there.
 */
export async function catalogOf(client: pg.ClientBase): Promise<readonly CatalogTable[]> {
  const { rows } = await client.query<CatalogTable>(`
    select t.relname as name,
      array(
        select a.attname::text from pg_attribute a
        where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
          and a.atttypid <> 'xid8'::regtype order by a.attnum
      ) as columns,
      array(
        select a.attname::text from pg_index i, unnest(i.indkey::int2[]) with ordinality as k (attnum, place)
          join pg_attribute a on a.attnum = k.attnum
        where i.indrelid = t.oid and i.indisprimary and a.attrelid = t.oid order by k.place
      ) as key,
      array(
        select distinct r.relname::text from pg_constraint c join pg_class r on r.oid = c.confrelid
        where c.conrelid = t.oid and c.contype = 'f' and c.confrelid <> t.oid
      ) as "refersTo"
    from pg_class t
    where t.relnamespace = to_regnamespace('glidepath') and t.relkind in ('r', 'p') and not t.relispartition and t.relname <> 'migration'
    order by t.relname`);
  return inOrder(rows);
}

/** In a circle of references nothing can come first: then by name, for constraints are checked when a table is loaded. */
export function inOrder(tables: readonly CatalogTable[]): readonly CatalogTable[] {
  const placed = new Set<string>();
  const ordered: CatalogTable[] = [];
  let left = [...tables];
  while (left.length > 0) {
    const free = left.filter(({ refersTo }) => refersTo.every((name) => placed.has(name) || !tables.some((table) => table.name === name)));
    const next = free.length > 0 ? free : left.slice(0, 1);
    for (const table of next) placed.add(table.name);
    ordered.push(...next);
    left = left.filter((table) => !next.includes(table));
  }
  return ordered;
}

/** Our names are plain words; what is not could be somebody else's SQL. */
export function quoted(name: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(name)) throw backupFault('backup-damaged', `${JSON.stringify(name)} is no name of ours.`);
  return `"${name}"`;
}

export function listOf(columns: readonly string[]): string {
  return columns.map(quoted).join(', ');
}
