import { foundation, insert, sample } from '@glidepath/testkit/store-contract';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { snakeCase } from '../records/shapes.ts';
import { TABLE_NAMES, tableOf } from '../records/tables.ts';
import { columnsOf } from './columns.ts';
import { PostgresStore } from './postgres-store.ts';
import { applicationGrants } from './roles.ts';
import { useTestDatabase } from './test-database.ts';
import { tell } from './test-setup.ts';

const database = useTestDatabase();

async function errorOf(connectionString: string, statement: string): Promise<{ code?: string; message: string }> {
  return await tell(connectionString, statement).then(
    () => ({ message: 'nothing was refused' }),
    (error: { code?: string; message: string }) => error,
  );
}

describe('the migrations', () => {
  const DOMAINS: Readonly<Record<string, string>> = { text: 'label', word: 'label', instant: 'instant', count: 'whole', counter: 'whole' };
  const PLAIN: Readonly<Record<string, string>> = {
    'long-text': 'text',
    texts: 'ARRAY',
    amount: 'double precision',
    quantity: 'numeric',
    boolean: 'boolean',
    json: 'json',
  };

  for (const name of TABLE_NAMES) {
    const { sql, fields, unique, references, indexed } = tableOf(name);

    it(`has the columns of ${name}`, async () => {
      const columns = await database.admin(
        `select column_name as name, coalesce(domain_name, data_type) as type, is_nullable = 'YES' as nullable
         from information_schema.columns where table_schema = 'glidepath' and table_name = '${sql}' and data_type <> 'xid8' order by ordinal_position`,
      );
      const described = Object.entries(fields).flatMap(([field, described]) =>
        columnsOf(field, described).map((column) => ({
          name: column.name,
          type: DOMAINS[described.kind] ?? PLAIN[described.kind],
          nullable: described.nullable,
        })),
      );
      // Later migrations add theirs behind; nothing reads a column by its place.
      const byName = (a: Record<string, unknown>, b: Record<string, unknown>) => (String(a.name) < String(b.name) ? -1 : 1);
      expect(columns.toSorted(byName)).toEqual(described.toSorted(byName));
    });

    it(`has the constraints of ${name}, unique ones in the order in which they are judged`, async () => {
      const constraints = await database.admin(
        `select conname as name, contype as type, condeferrable and condeferred as deferred
         from pg_constraint where conrelid = 'glidepath.${sql}'::regclass and contype in ('u', 'f', 'p') order by conindid, oid`,
      );
      const named = (type: string) => constraints.filter((constraint) => constraint.type === type).map((constraint) => constraint.name);
      expect(named('p')).toEqual([`${sql}_pkey`]);
      expect(named('u').filter((constraint) => constraint !== `${sql}_id_environment_key`)).toEqual(
        unique.map((described) => described.name),
      );
      expect(named('f').toSorted()).toEqual(references.map((described) => described.name).toSorted());
      expect(constraints.filter(({ type, deferred }) => type === 'f' && deferred !== true)).toEqual([]);
    });

    it(`has the closed lists of ${name}`, async () => {
      for (const [field, described] of Object.entries(fields)) {
        if (described.words === null) continue;
        const [check] = await database.admin(
          `select pg_get_constraintdef(oid) as text from pg_constraint
           where conrelid = 'glidepath.${sql}'::regclass and conname = '${sql}_${snakeCase(field)}_check'`,
        );
        const words = [...String(check?.text).matchAll(/'([^']+)'/g)].map(([, word]) => word);
        expect(words.toSorted()).toEqual([...described.words].toSorted());
      }
    });

    it(`has an index for every list of ${name}, and says what the table is for`, async () => {
      const indexes = await database.admin(`select indexdef from pg_indexes where schemaname = 'glidepath' and tablename = '${sql}'`);
      for (const field of indexed)
        expect(
          indexes.filter(({ indexdef }) => String(indexdef).includes(`(${snakeCase(field)}, id)`)),
          field,
        ).toHaveLength(1);
      const [{ comment } = {}] = await database.admin(`select obj_description('glidepath.${sql}'::regclass) as comment`);
      expect(comment).toMatch(/^[A-Z].{10,}\.$/);
    });
  }

  it('describes every table that there is', async () => {
    const tables = await database.admin(
      `select relname as name from pg_class
       where relnamespace = 'glidepath'::regnamespace and relkind in ('r', 'p') and not relispartition`,
    );
    const described = [...TABLE_NAMES.map((name) => tableOf(name).sql), 'migration', 'usage_event'];
    expect(tables.map(({ name }) => name).toSorted()).toEqual(described.toSorted());
  });

  it('has an index that begins with the columns of every reference, so that nothing is scanned to check one', async () => {
    const bare = await database.admin(
      `select conname from pg_constraint c where contype = 'f' and connamespace = 'glidepath'::regnamespace and not exists (
         select 1 from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1]) order by 1`,
    );
    expect(bare.map(({ conname }) => conname)).toEqual(UNINDEXED);
  });
});

/** References to what is never deleted (an append-only record), or hardly ever (an environment). */
const UNINDEXED: readonly string[] = [
  'api_token_environment_fkey',
  'policy_pointer_candidate_fkey',
  'policy_pointer_previous_fkey',
  'policy_rollout_baseline_fkey',
  'policy_rollout_candidate_fkey',
];

describe('an append-only table', () => {
  beforeAll(async () => {
    const store = new PostgresStore({ connectionString: database.connectionString, connections: 1 });
    const { writes } = foundation();
    await store.commit({ writes: [...writes, insert('keySet')], audit: [sample.audit()], events: [] });
    await store.close();
  });

  for (const table of TABLE_NAMES.map((name) => tableOf(name)).filter(({ life }) => life === 'append-only')) {
    for (const [what, statement] of [
      ['update', `update glidepath.${table.sql} set id = id`],
      ['delete', `delete from glidepath.${table.sql}`],
      ['truncate', `truncate glidepath.${table.sql} cascade`],
    ] as const) {
      it(`${table.sql}: refuses ${what} by its owner and by a superuser`, async () => {
        expect(await errorOf(database.connectionString, statement)).toMatchObject({ code: 'GP002' });
        const asSuperuser = await database.admin(statement).then(
          () => ({ code: 'none' }),
          (error: { code: string }) => error,
        );
        expect(asSuperuser).toMatchObject({ code: 'GP002' });
      });
    }
  }
});

describe('a role that only uses the tables', () => {
  const role = `glidepath "app" ${Math.trunc(performance.now() * 1_000)}`;
  const application = (): string => {
    const url = new URL(database.connectionString);
    url.username = encodeURIComponent(role);
    url.password = 'secret';
    return url.href;
  };

  beforeAll(async () => {
    await database.admin(`create role ${pg.escapeIdentifier(role)} login password 'secret'`);
    await tell(database.connectionString, ...applicationGrants(role));
    return async () => {
      await database.admin(`drop owned by ${pg.escapeIdentifier(role)}`, `drop role ${pg.escapeIdentifier(role)}`);
    };
  });

  it('is all that a store needs', async () => {
    await database.empty();
    const store = new PostgresStore({ connectionString: application(), connections: 1 });
    expect(await store.commit({ ...foundation(), audit: [sample.audit()], events: [sample.outbox()] })).toEqual({ ok: true });
    expect(
      await store.commit({ writes: [{ op: 'update', table: 'license', id: 'lic_1', revision: 0, set: {} }], audit: [], events: [] }),
    ).toEqual({ ok: true });
    expect(await store.commit({ writes: [{ op: 'delete', table: 'outbox', id: 'evt_1' }], audit: [], events: [] })).toEqual({ ok: true });
    const { createdAt } = sample.license();
    const asked = await store.leaseSituations([{ license: 'lic_1', holders: [] }], { now: createdAt, reapBefore: createdAt });
    expect(asked[0]?.license.revision).toBe(1);
    await store.close();
  });

  for (const statement of [
    'update glidepath.audit set actor = actor',
    'delete from glidepath.license_terms',
    'truncate glidepath.policy_version',
    'update glidepath.environment set issuer = issuer',
    'drop trigger append_only on glidepath.audit',
    'alter table glidepath.audit disable trigger all',
    'insert into glidepath.migration (version, name, hash) values (99, $$x$$, $$x$$)',
  ]) {
    it(`may not: ${statement}`, async () => {
      expect(await errorOf(application(), statement)).toMatchObject({ code: '42501' });
    });
  }
});
