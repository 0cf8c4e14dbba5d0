import { instant } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { shippedMigrations } from '../postgres/migrate.ts';
import { useTestDatabase } from '../postgres/test-database.ts';
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
