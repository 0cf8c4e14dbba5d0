/**
 * What counting once costs as anybody would first write it: one `insert … on conflict do nothing` for each event, each its own
 * durable commit. Run by PostgreSQL's own pgbench with a prepared statement, which adds next to nothing. Nothing of it is a
 * balance yet.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { pgbenchProgram } from './pgbench.ts';

const run = promisify(execFile);

const SCHEMA = `
  drop schema if exists glidepath_bench_usage cascade;
  create schema glidepath_bench_usage;
  create table glidepath_bench_usage.event (license text not null, source text not null, event_id text not null, meter text not null,
    at timestamptz not null, amount numeric not null, primary key (license, source, event_id));`;

const INSERT = `
\\set number random(1, 9000000000000000)
insert into glidepath_bench_usage.event (license, source, event_id, meter, at, amount)
  values ('lic_bench', 'bench', 'event-' || :number, 'build-minutes', clock_timestamp(), 1) on conflict do nothing;
`;

export interface Inserts {
  /** Events a second. */
  rate(connections: number, seconds: number): Promise<number>;
  close(): Promise<void>;
}

export async function openInserts(databaseUrl: string): Promise<Inserts> {
  const program = pgbenchProgram();
  const folder = mkdtempSync(join(tmpdir(), 'glidepath-pgbench-'));
  const script = join(folder, 'insert.sql');
  writeFileSync(script, INSERT);
  await tell(databaseUrl, SCHEMA);
  return {
    async rate(connections, seconds) {
      const jobs = String(Math.min(2, connections));
      const args = ['-n', '-M', 'prepared', '-f', script, '-c', String(connections), '-j', jobs, '-T', String(seconds), databaseUrl];
      const before = await rows(databaseUrl);
      const { stdout } = await run(program, args);
      const numberAfter = (label: RegExp) => Number(label.exec(stdout)?.[1] ?? Number.NaN);
      const rate = numberAfter(/tps = ([\d.]+)/);
      const written = (await rows(databaseUrl)) - before;
      if (!(rate > 0) || written !== numberAfter(/actually processed: (\d+)/))
        throw new Error(`${written} rows were written, and pgbench said: ${stdout}`);
      return rate;
    },
    async close() {
      await tell(databaseUrl, 'drop schema if exists glidepath_bench_usage cascade');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function rows(databaseUrl: string): Promise<number> {
  return Number((await tell(databaseUrl, 'select count(*)::int as rows from glidepath_bench_usage.event'))[0]?.rows);
}

async function tell(connectionString: string, text: string): Promise<readonly { readonly rows?: number }[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(text)).rows as { rows?: number }[];
  } finally {
    await client.end();
  }
}
