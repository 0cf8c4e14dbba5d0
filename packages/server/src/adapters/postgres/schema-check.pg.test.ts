import { describe, expect, it } from 'vitest';
import { migrationFrom, shippedMigrations } from './migrate.ts';
import { schemaCheck } from './schema-check.ts';
import { useTestDatabase } from './test-database.ts';

describe('the database of the next start', () => {
  const database = useTestDatabase();
  const problem = async (read?: typeof shippedMigrations) => await schemaCheck(database.connectionString, read).problem();

  it('is ours, of our version or older', async () => {
    expect(await problem()).toBeNull();
    expect(await problem(() => [...shippedMigrations(), migrationFrom('0099-next.sql', 99, 'select 1')])).toBeNull();
  });

  it('is not newer than the program on the disk, and has its migrations unchanged', async () => {
    expect(await problem(() => shippedMigrations().slice(0, 1))).toMatch(/is newer than this program/);
    const changed = shippedMigrations().map((each) => (each.version === 1 ? { ...each, hash: 'other' } : each));
    expect(await problem(() => changed)).toMatch(/was changed after it was applied/);
  });
});
