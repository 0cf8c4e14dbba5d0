/** The store on PostgreSQL, and what brings a database to its version. */

export type { ConnectionOptions } from './connections.ts';
export { type Migrated, migrate } from './migrate.ts';
export { PostgresStore } from './postgres-store.ts';
export { applicationGrants } from './roles.ts';
export { schemaCheck } from './schema-check.ts';
