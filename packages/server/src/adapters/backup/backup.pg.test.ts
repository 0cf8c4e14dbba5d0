import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '@glidepath/core';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrapEnvironment } from '../../features/keys/bootstrap.ts';
import { policyTree, putLicense } from '../../features/leases/test-leases.ts';
import { seededEntropy, testWorld } from '../../test-world.ts';
import { migrationFrom, shippedMigrations } from '../postgres/migrate.ts';
import { PostgresStore } from '../postgres/postgres-store.ts';
import { useTestDatabase } from '../postgres/test-database.ts';
import { backUp } from './back-up.ts';
import { digestOfTables, FORMAT_VERSION } from './backup-format.ts';
import { readBackup } from './backup-reader.ts';
import { inOrder } from './backup-tables.ts';
import { restore } from './restore.ts';
import { memberHeader, paddingOf, readMemberHeader } from './tar.ts';

const folder = mkdtempSync(join(tmpdir(), 'glidepath-backup-'));
const entropy = seededEntropy('backup');
const fileAt = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Text that would be something else to COPY, to a shell or to JSON, were it not escaped. */
const HOSTILE = 'Ünïcode \\. \\N tab\there\nline "quoted" \u{1f511} \\x41';

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Fault)) throw new Error(`no fault: ${String(error)}`);
  return error;
}

describe('backup and restore', () => {
  const from = useTestDatabase();
  const to = useTestDatabase('bare');
  const file = fileAt('first.tar');
  let taken: Awaited<ReturnType<typeof backUp>>;

  beforeAll(async () => {
    const store = new PostgresStore({ connectionString: from.connectionString });
    const world = testWorld({ store: store as never });
    const { environment } = await bootstrapEnvironment(world, { name: 'production', issuer: 'glidepath:t', lockRoot: () => 'locked' });
    const { license } = await putLicense(world, environment, policyTree(undefined));
    await store.close();
    await from.admin(
      `insert into glidepath.principal values ('prn_1', 'person', ${pg.escapeLiteral(HOSTILE)}, null, 1, null, 0)`,
      `insert into glidepath.usage_event select '${license.id}', 'src', 'e' || n, 'jobs', n, n, n / 7.0, case when n % 3 = 0 then 'v' || n end
         from generate_series(1, 120000) n`,
      `insert into glidepath.lease (id, license, environment, holder, installations, kind, state, epoch_incarnation, epoch_count, tier_since,
         fingerprint, acquired_at, renewed_at, hold_until, request_id, word_id, renewals, revision)
       select 'lea_1', id, environment, 'holder', array['a b', 'c,"d'], 'floating', 'granted', 1, 4, 1, '{"b": 1,  "a": 2}', 1, 1, 2, 'r', 'w', 0, 0
         from glidepath.license`,
    );
    taken = await backUp({ connectionString: from.connectionString, file });
  });

  const tablesOf = async (connectionString: string) => {
    const copy = await backUp({ connectionString, file: fileAt(`${Math.random()}.tar`) });
    return new Map(copy.manifest.tables.map((table) => [table.name, table]));
  };

  it('writes one file that only its owner reads, in parts of a few MiB, with every table of the schema', async () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
    const tables = await from.admin(
      `select relname from pg_class where relnamespace = 'glidepath'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`,
    );
    expect(taken.manifest.tables.map(({ name }) => name).toSorted()).toEqual(
      tables.map(({ relname }) => relname).filter((name) => name !== 'migration'),
    );
    expect(taken.manifest.tables.find(({ name }) => name === 'usage_event')).toMatchObject({ rows: 120_000 });
    expect(taken.manifest.digest).toBe(digestOfTables(taken.manifest.tables));
    expect((await readBackup(file)).manifest).toEqual(taken.manifest);
    expect(readFileSync(file).includes('tables/usage_event/000002.copy')).toBe(true);
  });

  it('is the same content however often it is taken', async () => {
    const again = await backUp({ connectionString: from.connectionString, file: fileAt('again.tar') });
    expect(again.manifest).toEqual(taken.manifest);
  });

  it('overwrites nothing', async () => {
    const before = readFileSync(file);
    expect((await faultOf(backUp({ connectionString: from.connectionString, file }))).code).toBe('backup-exists');
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('refuses a file that is cut off, damaged, newer or no backup, and writes nothing', async () => {
    const whole = readFileSync(file);
    const cases: [string, Buffer, string][] = [
      ['cut in its rows', whole.subarray(0, Math.floor(whole.length / 2)), 'backup-damaged'],
      ['without its last block', whole.subarray(0, whole.length - 1024 - 512), 'backup-damaged'],
      ['one bit in its rows', flipped(whole, whole.indexOf('usage_event/000002') + 5_000), 'backup-damaged'],
      ['one bit in its manifest', flipped(whole, whole.lastIndexOf('"digest"') + 15), 'backup-damaged'],
      ['one bit in its beginning', flipped(whole, whole.indexOf('"postgres"') + 13), 'backup-damaged'],
      ['empty', Buffer.alloc(0), 'backup-damaged'],
      ['something else', Buffer.from('not a backup'.repeat(1_000)), 'backup-damaged'],
      ['of a newer format', edited(whole, `"format": ${FORMAT_VERSION}`, `"format": 9`), 'backup-newer'],
      ['of a newer schema', edited(whole, `"version": ${taken.header.schema.version}`, '"version": 9000'), 'backup-newer'],
      ['of another schema', edited(whole, taken.header.schema.hash, '0'.repeat(64)), 'backup-unfit'],
    ];
    for (const [what, bytes, expected] of cases) {
      const bad = fileAt(`${what}.tar`);
      writeFileSync(bad, bytes);
      const code = await faultOf(restore({ connectionString: to.connectionString, file: bad, entropy })).then(
        (fault) => fault.code,
        String,
      );
      expect([what, code]).toEqual([what, expected]);
    }
    expect((await faultOf(restore({ connectionString: to.connectionString, file: fileAt('none.tar'), entropy }))).code).toBe(
      'backup-unreadable',
    );
    expect(await to.admin(`select to_regnamespace('glidepath') as schema`)).toEqual([{ schema: null }]);
  });

  it('restores every row, one incarnation higher, with an audit entry and an event; and only once', async () => {
    const restored = await restore({ connectionString: to.connectionString, file, entropy });
    expect(restored).toMatchObject({ incarnation: 2, migrated: [] });
    const [one, other] = [await tablesOf(from.connectionString), await tablesOf(to.connectionString)];
    const marked = ['store_identity', 'audit', 'outbox'];
    for (const [name, table] of one) if (!marked.includes(name)) expect(other.get(name)).toEqual(table);
    expect(await to.admin(`select incarnation::int from glidepath.store_identity`)).toEqual([{ incarnation: 2 }]);
    expect(await to.admin(`select name from glidepath.principal where id = 'prn_1'`)).toEqual([{ name: HOSTILE }]);
    expect(await to.admin(`select fingerprint::text, installations from glidepath.lease`)).toEqual([
      { fingerprint: '{"b": 1,  "a": 2}', installations: ['a b', 'c,"d'] },
    ]);
    for (const [table, column] of [
      ['audit', 'action'],
      ['outbox', 'type'],
    ]) {
      expect(await to.admin(`select count(*)::int from glidepath.${table} where ${column} = 'store.restored'`)).toEqual([{ count: 1 }]);
      expect((other.get(table ?? '')?.rows ?? 0) - (one.get(table ?? '')?.rows ?? 0)).toBe(1);
    }
    const again = await faultOf(restore({ connectionString: to.connectionString, file, entropy }));
    expect(again.code).toBe('database-not-empty');
    expect(again.message).toContain('environment');
    expect(await to.admin(`select incarnation::int from glidepath.store_identity`)).toEqual([{ incarnation: 2 }]);
  });
});

describe('restore', () => {
  const from = useTestDatabase();
  const older = useTestDatabase('bare');
  const used = useTestDatabase('bare');
  const file = fileAt('small.tar');
  beforeAll(async () => {
    await from.admin(`insert into glidepath.store_identity values ('store', 6, 1, 0)`);
    await backUp({ connectionString: from.connectionString, file });
  });

  it('applies the migrations that came after the backup, in the same transaction', async () => {
    const shipped = shippedMigrations();
    const later = migrationFrom('9999-later.sql', shipped.length + 1, 'alter table glidepath.team add column colour text');
    const broken = migrationFrom('9999-later.sql', shipped.length + 1, 'select 1 / 0');
    const into = (migrations: typeof shipped) => restore({ connectionString: older.connectionString, file, entropy, migrations });
    expect((await faultOf(into([...shipped, broken]))).code).toBe('store-refused');
    expect(await older.admin(`select to_regnamespace('glidepath') as schema`)).toEqual([{ schema: null }]);
    expect(await into([...shipped, later])).toMatchObject({ incarnation: 7, migrated: [later.name] });
    expect(await older.admin(`select count(*)::int from glidepath.migration`)).toEqual([{ count: shipped.length + 1 }]);
  });

  it('takes a higher incarnation for a backup that was restored before', async () => {
    const restored = await restore({ connectionString: used.connectionString, file, entropy, incarnation: 12 });
    expect(restored.incarnation).toBe(12);
  });

  it('says what the database refuses', async () => {
    const gone = new URL(used.connectionString);
    gone.port = '1';
    expect((await faultOf(restore({ connectionString: gone.href, file, entropy }))).code).toBe('store-unavailable');
    expect((await faultOf(backUp({ connectionString: gone.href, file: fileAt('gone.tar') }))).code).toBe('store-unavailable');
    expect(existsSync(fileAt('gone.tar'))).toBe(false);
  });
});

describe('backup of nothing', () => {
  const bare = useTestDatabase('bare');

  it('is refused', async () => {
    expect((await faultOf(backUp({ connectionString: bare.connectionString, file: fileAt('nothing.tar') }))).code).toBe(
      'database-not-ours',
    );
    expect(readdirSync(folder).filter((name) => name.includes('nothing'))).toEqual([]);
  });
});

describe('order of tables', () => {
  const table = (name: string, ...refersTo: string[]) => ({ name, columns: [], key: [], refersTo });

  it('puts what is referred to first, and survives a circle', () => {
    const names = (tables: ReturnType<typeof table>[]) => inOrder(tables).map(({ name }) => name);
    expect(names([table('a', 'b'), table('b', 'c'), table('c')])).toEqual(['c', 'b', 'a']);
    expect(names([table('a', 'b'), table('b', 'a')])).toEqual(['a', 'b']);
    expect(names([table('a', 'elsewhere')])).toEqual(['a']);
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** The file with another word in its first member, and with a checksum that fits: only what it says is wrong. */
function edited(bytes: Buffer, found: string, other: string): Buffer {
  const header = readMemberHeader(bytes);
  if (header === null) throw new Error('no member');
  const end = 512 + header.size;
  const content = Buffer.from(bytes.toString('utf8', 512, end).replace(found, other));
  const rest = bytes.subarray(end + paddingOf(header.size), bytes.length - 1024 - 1024);
  const body = Buffer.concat([
    memberHeader({ name: header.name, size: content.length }),
    content,
    Buffer.alloc(paddingOf(content.length)),
    rest,
  ]);
  const checksum = Buffer.from(`${createHash('sha256').update(body).digest('hex')}\n`);
  const tail = [
    memberHeader({ name: 'checksum', size: checksum.length }),
    checksum,
    Buffer.alloc(paddingOf(checksum.length)),
    Buffer.alloc(1024),
  ];
  return Buffer.concat([body, ...tail]);
}
