/**
 * What the same work costs as anybody would first write it: one transaction per acquire that locks the count, inserts the lease
 * and its audit row, and raises the count. Run by PostgreSQL's own pgbench, which adds next to nothing.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
const DEBIAN = '/usr/lib/postgresql';

const SCHEMA = `
  drop schema if exists glidepath_bench cascade;
  create schema glidepath_bench;
  create table glidepath_bench.license (id int primary key, seats int not null, granted int not null);
  create table glidepath_bench.lease (id bigserial primary key, license int not null references glidepath_bench.license, holder text not null,
    acquired_at timestamptz not null default clock_timestamp(), hold_until timestamptz not null, unique (license, holder));
  create table glidepath_bench.audit (id bigserial primary key, at timestamptz not null default clock_timestamp(), action text not null, subject text not null);
  insert into glidepath_bench.license values (1, 2000000000, 0);`;

/** Every holder is a new one, as in the load that it is compared with. */
const NAIVE = `
\\set number random(1, 9000000000000000)
begin;
select seats, granted from glidepath_bench.license where id = 1 for update;
insert into glidepath_bench.lease (license, holder, hold_until) values (1, 'holder-:number', clock_timestamp() + interval '1 hour') on conflict do nothing;
update glidepath_bench.license set granted = granted + 1 where id = 1;
insert into glidepath_bench.audit (action, subject) values ('lease.acquired', 'holder-:number');
commit;
`;

export interface Pgbench {
  /** Transactions a second. */
  naive(clients: number, seconds: number): Promise<number>;
  close(): Promise<void>;
}

export function pgbenchProgram(): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : [];
  const found = versions.map((version) => join(DEBIAN, version, 'bin', 'pgbench')).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`pgbench is not here: looked in ${DEBIAN}/*/bin; Debian has it in postgresql-contrib.`);
  return found;
}

export async function openPgbench(databaseUrl: string): Promise<Pgbench> {
  const program = pgbenchProgram();
  const folder = mkdtempSync(join(tmpdir(), 'glidepath-pgbench-'));
  const script = join(folder, 'naive.sql');
  writeFileSync(script, NAIVE);
  await tell(databaseUrl, SCHEMA);
  return {
    async naive(clients, seconds) {
      const args = ['-n', '-f', script, '-c', String(clients), '-j', '2', '-T', String(seconds), databaseUrl];
      const { stdout } = await run(program, args);
      const rate = Number(/tps = ([\d.]+)/.exec(stdout)?.[1] ?? Number.NaN);
      if (!(rate > 0)) throw new Error(`pgbench said nothing of a rate: ${stdout}`);
      return rate;
    },
    async close() {
      await tell(databaseUrl, 'drop schema if exists glidepath_bench cascade');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function tell(connectionString: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
