/**
 * One PostgreSQL for all test files of a run, and in it one migrated template that each file copies.
 *
 * It runs without fsync: what these tests judge is what statements do, not what survives a crash, which the embedded
 * database's own tests do with durability on. `GLIDEPATH_TEST_DATABASE_URL` (a superuser's) takes a server that is there.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { SILENT } from '../../world.ts';
import { readCredentials, SUPERUSER } from '../embedded/cluster.ts';
import { startEmbeddedPostgres } from '../embedded/index.ts';
import { migrate } from './migrate.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly postgres: TestServer;
  }
}

/** Addresses of the template, as the superuser and as the role that owns it. */
export interface TestServer {
  readonly admin: string;
  readonly owner: string;
  readonly template: string;
}

interface Started {
  readonly superuser: string;
  stop(): Promise<void>;
}

/** vitest calls it once before all files of the project; what it returns runs after them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = await start();
  const name = `glidepath_test_${randomBytes(4).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await tell(started.superuser, `create role ${name} login password '${password}'`, `create database ${name} owner ${name}`);
  const owner = new URL(atDatabase(started.superuser, name));
  owner.username = name;
  owner.password = password;
  await migrate({ connectionString: owner.href });
  project.provide('postgres', { admin: atDatabase(started.superuser, name), owner: owner.href, template: name });
  return async () => {
    await tell(started.superuser, `drop database if exists ${name} with (force)`, `drop role if exists ${name}`);
    await started.stop();
  };
}

async function start(): Promise<Started> {
  const given = process.env.GLIDEPATH_TEST_DATABASE_URL;
  if (given !== undefined) return { superuser: given, stop: async () => {} };
  const dataDir = mkdtempSync(join(tmpdir(), 'glidepath-test-'));
  const database = await startEmbeddedPostgres({ dataDir, log: SILENT, durability: 'none', connectionsMax: 100 });
  const superuser = new URL(database.connectionString);
  superuser.username = SUPERUSER;
  superuser.password = (await readCredentials(dataDir)).superuser;
  return {
    superuser: atDatabase(superuser.href, 'postgres'),
    async stop() {
      await database.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export function atDatabase(connectionString: string, name: string): string {
  const url = new URL(connectionString);
  url.pathname = `/${name}`;
  return url.href;
}

/** Statements one after the other on a connection of their own; gives the rows of the last. */
export async function tell(connectionString: string, ...statements: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  try {
    let rows: readonly Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query<Record<string, unknown>>(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}
