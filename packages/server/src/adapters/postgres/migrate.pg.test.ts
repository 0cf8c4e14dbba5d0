import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { migrate, migrationFrom, shippedMigrations } from './migrate.ts';
import { useTestDatabase } from './test-database.ts';

const ONE = migrationFrom('0001-one.sql', 1, 'create table glidepath.one (id integer)');
const TWO = migrationFrom('0002-two.sql', 2, 'create table glidepath.two (id integer)');

describe('migrations', () => {
  describe('of a database without tables', () => {
    const database = useTestDatabase('bare');

    it('are applied in order, once', async () => {
      const { connectionString } = database;
      expect(await migrate({ connectionString })).toEqual({
        version: shippedMigrations().length,
        applied: shippedMigrations().map(({ name }) => name),
      });
      expect(await migrate({ connectionString })).toEqual({ version: shippedMigrations().length, applied: [] });
    });

    it('leave each file with its hash', async () => {
      const rows = await database.admin('select version, name, hash from glidepath.migration order by 1');
      expect(rows).toEqual(shippedMigrations().map(({ version, name, hash }) => ({ version, name, hash })));
    });
  });

  describe('by many nodes at once', () => {
    const database = useTestDatabase('bare');

    it('are each applied by exactly one of them, and are a success for all', async () => {
      const { connectionString } = database;
      const results = await Promise.all(Array.from({ length: 6 }, () => migrate({ connectionString, migrations: [ONE, TWO] })));
      expect(results.map(({ version }) => version)).toEqual([2, 2, 2, 2, 2, 2]);
      expect(results.flatMap(({ applied }) => applied).toSorted()).toEqual([ONE.name, TWO.name]);
    });

    it('are a success for one that lost the race to a node that the lock did not hold', async () => {
      const { connectionString } = database;
      const three = migrationFrom('0003-three.sql', 3, 'create table glidepath.three (id integer)');
      const winner = new pg.Client({ connectionString });
      await winner.connect();
      await winner.query('begin');
      await winner.query(`insert into glidepath.migration values (3, '${three.name}', '${three.hash}')`);
      await winner.query(three.sql);
      const loser = migrate({ connectionString, migrations: [ONE, TWO, three] });
      for (let waiting = 0; waiting === 0; ) {
        const [row] = await database.admin(
          `select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        waiting = row?.waiting as number;
      }
      await winner.query('commit');
      await winner.end();
      expect(await loser).toEqual({ version: 3, applied: [] });
    });
  });

  describe('that do not fit', () => {
    const database = useTestDatabase('bare');
    const faultOf = (...migrations: (typeof ONE)[]) =>
      migrate({ connectionString: database.connectionString, migrations }).then(
        () => null,
        (error: { code: string; retryable: boolean; message: string }) => error,
      );

    it('are refused when the database is newer than the program', async () => {
      expect(await faultOf(ONE, TWO)).toBeNull();
      expect(await faultOf(ONE)).toMatchObject({ code: 'database-newer', retryable: false });
    });

    it('are refused when an applied file was changed', async () => {
      const changed = migrationFrom(ONE.name, 1, `${ONE.sql} -- changed`);
      expect(await faultOf(changed, TWO)).toMatchObject({ code: 'migration-changed', retryable: false });
    });

    it('are the same with other line ends', () => {
      expect(migrationFrom('a', 1, 'a\r\nb').hash).toBe(migrationFrom('a', 1, 'a\nb').hash);
    });

    it('leave nothing of a file that fails in its middle, and go on when it is mended', async () => {
      const broken = migrationFrom('0003-three.sql', 3, 'create table glidepath.three (id integer); select 1 / 0');
      expect(await faultOf(ONE, TWO, broken)).toMatchObject({ name: 'Bug' });
      expect(
        await database.admin(`select to_regclass('glidepath.three') as three, (select count(*)::int from glidepath.migration) as applied`),
      ).toEqual([{ three: null, applied: 2 }]);
      expect(await faultOf(ONE, TWO, migrationFrom('0003-three.sql', 3, 'create table glidepath.three (id integer)'))).toBeNull();
    });
  });
});
