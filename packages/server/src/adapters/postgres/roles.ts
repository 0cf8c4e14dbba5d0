/**
 * Privileges for a role that is not the owner of the tables: what a store needs and no more.
 *
 * The owner migrates, the application only writes: then append-only tables cannot be changed by the application, even
 * with its password in the wrong hands, as only an owner can drop the trigger that refuses.
 */
import { TABLE_NAMES, tableOf } from '../records/tables.ts';

const PRIVILEGES = { 'append-only': 'select, insert', replaced: 'select, insert, delete', revised: 'select, insert, update, delete' };

/** Statements that grant an existing role what a store needs; to be run by the owner after each migration. */
export function applicationGrants(role: string): readonly string[] {
  const name = `"${role.replaceAll('"', '""')}"`;
  return [
    `grant usage on schema glidepath to ${name}`,
    `revoke all on all tables in schema glidepath from ${name}`,
    `grant select on glidepath.migration to ${name}`,
    ...TABLE_NAMES.map((table) => `grant ${PRIVILEGES[tableOf(table).life]} on glidepath.${tableOf(table).sql} to ${name}`),
    // Events of use are no records: they are counted by functions, which run with the rights of whoever calls them.
    `grant select, insert, delete on glidepath.usage_event to ${name}`,
  ];
}
