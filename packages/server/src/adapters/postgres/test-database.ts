/** A database of a test file's own: a copy of the migrated template of `test-setup.ts`, dropped when the file is done. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, inject } from 'vitest';
import { TABLE_NAMES, tableOf } from '../records/tables.ts';
import { atDatabase, type TestServer, tell } from './test-setup.ts';

export interface TestDatabase {
  /** As the role that owns the tables; not a superuser. */
  readonly connectionString: string;
  /** As the superuser, for what no store does. */
  admin(...statements: readonly string[]): Promise<readonly Record<string, unknown>[]>;
  /** Takes all records away, append-only ones too, which only a superuser can. */
  empty(): Promise<void>;
}

/** Makes the database before the tests of the calling file (or `describe`) and drops it after them. `bare`: without our tables. */
export function useTestDatabase(kind: 'migrated' | 'bare' = 'migrated'): TestDatabase {
  const name = `glidepath_test_${randomBytes(6).toString('hex')}`;
  const server = (): TestServer => {
    const found = inject('postgres') as TestServer | undefined;
    if (found === undefined) throw new Error('no PostgreSQL was started: test-setup.ts must be a globalSetup of this vitest project');
    return found;
  };
  let superuser: pg.Client;
  const database: TestDatabase = {
    get connectionString() {
      return atDatabase(server().owner, name);
    },
    async admin(...statements) {
      let rows: readonly Record<string, unknown>[] = [];
      for (const statement of statements) rows = (await superuser.query<Record<string, unknown>>(statement)).rows;
      return rows;
    },
    async empty() {
      const deletes = [...TABLE_NAMES.map((table) => tableOf(table).sql), 'usage_event'].map((name) => `delete from glidepath.${name}`);
      await superuser.query(`begin; set local session_replication_role = replica; ${deletes.join('; ')}; commit`);
    },
  };
  beforeAll(async () => {
    const { admin, template } = server();
    const from = kind === 'migrated' ? template : 'template1';
    await tell(atDatabase(admin, 'postgres'), `create database ${name} owner ${template} template ${from}`);
    superuser = new pg.Client({ connectionString: atDatabase(admin, name) });
    superuser.on('error', () => {});
    await superuser.connect();
  });
  afterAll(async () => {
    await superuser.end();
    await tell(atDatabase(server().admin, 'postgres'), `drop database if exists ${name} with (force)`);
  });
  return database;
}
