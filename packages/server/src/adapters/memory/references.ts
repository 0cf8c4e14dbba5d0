/** Foreign keys in memory: judged over all writes of a change set together, as PostgreSQL does with deferred constraints. */
import type { CommitResult, TableName } from '@glidepath/core';
import type { PlannedWrite } from '../records/planned-write.ts';
import { TABLE_NAMES, tableOf } from '../records/tables.ts';
import type { MemoryTable } from './memory-table.ts';

type TableAt = (name: TableName) => MemoryTable;

/** The first write, in their order, that left a reference to nothing. */
export function brokenReference(writes: readonly PlannedWrite[], tableAt: TableAt): CommitResult | null {
  for (const write of writes) {
    const constraint = write.op === 'delete' ? referenceTo(write, tableAt) : referenceFrom(write, tableAt);
    if (constraint !== null) return { ok: false, reason: 'missing', table: write.table, id: write.id, constraint };
  }
  return null;
}

function referenceFrom(write: PlannedWrite, tableAt: TableAt): string | null {
  const row = tableAt(write.table).get(write.id);
  for (const reference of write.shape.references) {
    const values = reference.fields.map((field) => row?.[field] ?? null);
    if (!values.includes(null) && tableAt(reference.table).lookUp(reference.on, values) === null) return reference.name;
  }
  return null;
}

/** A record that was deleted, and not put back in the same change, may be named by nobody. All references to such records are by id. */
function referenceTo(write: PlannedWrite, tableAt: TableAt): string | null {
  if (tableAt(write.table).get(write.id) !== null) return null;
  for (const name of TABLE_NAMES) {
    for (const reference of tableOf(name).references) {
      const field = reference.fields[reference.on.indexOf('id')];
      if (reference.table !== write.table || field === undefined) continue;
      if (
        !tableAt(name)
          .matching([[field, write.id]])
          .next().done
      )
        return reference.name;
    }
  }
  return null;
}
