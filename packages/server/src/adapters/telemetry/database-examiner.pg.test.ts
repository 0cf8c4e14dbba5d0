import { instant } from '@glidepath/core';
import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { shippedMigrations } from '../postgres/migrate.ts';
import { useTestDatabase } from '../postgres/test-database.ts';
import { atDatabase } from '../postgres/test-setup.ts';
import { databaseExaminer } from './database-examiner.ts';

describe('database examiner', () => {
  const database = useTestDatabase();
  const schemaVersion = shippedMigrations().at(-1)?.version ?? 0;
  const codes = async (examiner: ReturnType<typeof databaseExaminer>, at: number) =>
    (await examiner.examine(instant(at), {} as never)).map(({ code }) => code);

  it('reads settings and schema as the owner of the tables', async () => {
    const examiner = databaseExaminer({ connectionString: database.connectionString, schemaVersion });
    expect((await codes(examiner, 0)).filter((code) => !code.endsWith('-off'))).toEqual([]);
  });

  it('finds what PostgreSQL itself says of fsync, full_page_writes and synchronous_commit', async () => {
    const { pathname, href } = new URL(database.connectionString);
    const name = pathname.slice(1);
    const [real] = await database.admin(
      `select array_agg(name order by name) as off from pg_settings where setting = 'off' and name in ('fsync', 'full_page_writes')`,
    );
    const found = async () => new Set(await codes(databaseExaminer({ connectionString: href, schemaVersion }), 0));
    for (const setting of (real?.off as string[] | null) ?? []) {
      expect(await found()).toContain(`database-${setting.replaceAll('_', '-')}-off`);
    }
    await database.admin(`alter database ${name} set synchronous_commit = 'on'`);
    expect(await found()).not.toContain('database-synchronous-commit-off');
    await database.admin(`alter database ${name} set synchronous_commit = 'off'`);
    expect(await found()).toContain('database-synchronous-commit-off');
    await database.admin(`alter database ${name} reset synchronous_commit`);
  });

  it('finds a standby that is attached and that no commit waits for', async () => {
    const { pathname, href } = new URL(database.connectionString);
    const name = pathname.slice(1);
    const found = async () => codes(databaseExaminer({ connectionString: href, schemaVersion }), 0);
    expect(await found()).not.toContain('database-standby-asynchronous');
    const standby = new pg.Client({
      connectionString: atDatabase(inject('postgres').admin, name),
      replication: 'database',
    } as pg.ClientConfig);
    await standby.connect();
    try {
      expect(await found()).toContain('database-standby-asynchronous');
      await database.admin(`alter database ${name} set synchronous_commit = 'local'`);
      expect(await found()).toContain('database-synchronous-commit-local');
    } finally {
      await standby.end();
      await database.admin(`alter database ${name} reset synchronous_commit`);
    }
  });

  it('finds an older schema, and asks again after a while only', async () => {
    const examiner = databaseExaminer({ connectionString: database.connectionString, schemaVersion });
    await codes(examiner, 0);
    await database.admin('delete from glidepath.migration');
    expect(await codes(examiner, 14_999)).not.toContain('schema-behind');
    expect(await codes(examiner, 15_000)).toContain('schema-behind');
  });

  it('says so when the database does not answer', async () => {
    const gone = new URL(database.connectionString);
    gone.port = '1';
    await expect(databaseExaminer({ connectionString: String(gone), schemaVersion }).examine(instant(0), {} as never)).rejects.toThrow();
  });
});
