/** One changed byte, as somebody with all rights over the database changes it, under a control plane that runs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWitness } from '@glidepath/client/witness';
import type { CheckedLog } from '@glidepath/protocol';
import { useTestDatabase } from '@glidepath/server/test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliRun, glidepathHere, policyText, type RunningUp, startUp } from '../cli.testkit.ts';
import type { ReadyMessage } from '../up/ready-message.ts';

const database = useTestDatabase('bare');
const home = mkdtempSync(join(tmpdir(), 'glidepath-audit-'));
const env = { HOME: home, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
let up: RunningUp;
let ready: ReadyMessage;
let license: string;

const here = (...args: readonly string[]): Promise<CliRun> => glidepathHere(args, env);
async function done(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await here(...args);
  if (code !== 0) throw new Error(`glidepath ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

beforeAll(async () => {
  up = await startUp(join(home, 'data'), env, '--database-url', database.connectionString);
  ready = up.ready;
  await done('sign-in', String(ready.signInCode), '--server', ready.address);
  writeFileSync(join(home, 'small.yaml'), policyText());
  await done('policy', 'publish', join(home, 'small.yaml'));
  const words = ['--product', 'acme', '--customer', 'Initech', '--policy', 'small', '--create', '--json'];
  license = (JSON.parse(await done('license', 'issue', ...words)) as { license: { id: string } }).license.id;
  await done('license', 'suspend', license, '--reason', 'unpaid');
});

afterAll(async () => {
  await up.stop('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

async function audited(...args: readonly string[]): Promise<CheckedLog & { readonly ok: boolean }> {
  const { stdout, stderr } = await here('policy', 'audit', ...args, '--json');
  expect(stderr).toMatch(/^(?:reading .*\n)*$/);
  return JSON.parse(stdout) as CheckedLog & { readonly ok: boolean };
}

/** With the triggers off, as only a superuser can; and back again. */
async function tampered<T>(table: string, column: string, change: string, where: string, look: () => Promise<T>): Promise<T> {
  const quiet = 'set session_replication_role = replica';
  const [before] = await database.admin(`select id, ${column}::text as value from glidepath.${table} where ${where} limit 1`);
  if (before === undefined) throw new Error(`nothing in ${table}`);
  const { id, value } = before as { id: string; value: string };
  const type = String((await database.admin(`select pg_typeof(${column})::text as type from glidepath.${table} limit 1`))[0]?.type);
  await database.admin(quiet, `update glidepath.${table} set ${column} = (${change})::${type} where id = '${id}'`);
  try {
    const [after] = await database.admin(`select ${column}::text as value from glidepath.${table} where id = '${id}'`);
    expect(after?.value, `${table}.${column} was changed`).not.toBe(value);
    return await look();
  } finally {
    const kept = `$kept$${value}$kept$`;
    await database.admin(
      `update glidepath.${table} set ${column} = ${kept}::${type} where id = '${id}'`,
      'set session_replication_role = origin',
    );
  }
}

describe('glidepath policy audit', () => {
  it('finds nothing in a log that nobody has changed, and says of what', async () => {
    expect(await audited()).toMatchObject({ ok: true, findings: [], policies: 1, pointers: 1, licenses: 1 });
    expect(await done('policy', 'audit', '--root', String(ready.roots[0]))).toMatch(/unchanged: \d+ entries in \d+ batches, 1 policies/);
  });

  it.each([
    ['an entry of the log', 'audit', 'facts', `replace(facts::text, 'unpaid', 'unpaix')`, `action = 'license.suspended'`, 'entry'],
    ['who is said to have done it', 'audit', 'actor', `actor || 'x'`, `action = 'license.issued'`, 'entry'],
    ['a leaf', 'log_batch', 'leaves', `translate(leaves, 'A', 'B')`, `leaves like '%A%'`, 'entry'],
    ['the root of a batch', 'log_batch', 'root', `reverse(root)`, 'true', 'root'],
    ['a signed head', 'log_batch', 'head', `overlay(head placing 'A' from length(head) - 20)`, 'true', 'head'],
    ['the text of a policy', 'policy_version', 'source', `replace(source, 'jobs: 8', 'jobs: 9')`, 'true', 'policy'],
    ['the tree of a policy', 'policy_version', 'tree', `replace(tree::text, '"jobs":8', '"jobs":9')`, 'true', 'policy'],
    ['what is in force', 'policy_pointer', 'digest', `'sha256:' || repeat('0', 64)`, 'true', 'pointer'],
    ['the status of a license', 'license', 'status', `'revoked'`, 'true', 'license'],
    ['a key set', 'key_set', 'document', `overlay(document placing 'AA' from length(document) - 20)`, 'true', 'keys'],
  ])('finds one change: %s', async (_what, table, column, change, where, kind) => {
    const { ok, findings } = await tampered(table, column, change, where, () => audited());
    expect(ok).toBe(false);
    expect(findings.map((finding) => finding.kind)).toContain(kind);
    expect((await audited()).findings).toEqual([]);
  });

  it('finds an entry that was taken out, and one policy that was', async () => {
    const quiet = 'set session_replication_role = replica';
    await database.admin(quiet, 'create table public.kept as select * from glidepath.audit where action = $$license.issued$$');
    await database.admin('delete from glidepath.audit where action = $$license.issued$$');
    expect((await audited()).findings).toMatchObject([{ kind: 'entry', sentence: expect.stringContaining('was sealed and is gone') }]);
    await database.admin('insert into glidepath.audit select * from public.kept', 'set session_replication_role = origin');
    expect((await audited()).ok).toBe(true);
  });

  it('checks offline what it wrote to a file, and finds one changed byte of that', async () => {
    const file = join(home, 'log.jsonl');
    expect(await done('policy', 'audit', '--export', file)).toContain(`glidepath policy audit ${file}`);
    const offline = { ...env, GLIDEPATH_SERVER: 'http://127.0.0.1:9' };
    expect(await glidepathHere(['policy', 'audit', file], offline)).toMatchObject({ code: 0 });
    const written = readFileSync(file, 'utf8');
    const changed = join(home, 'changed.jsonl');
    writeFileSync(changed, written.replace('license.suspended', 'license.suspendeD'));
    const { code, stdout } = await glidepathHere(['policy', 'audit', changed], offline);
    expect([code, stdout]).toEqual([1, expect.stringContaining('is not what was sealed')]);
    writeFileSync(changed, 'nonsense\n');
    expect(await glidepathHere(['policy', 'audit', changed], offline)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(':1 is no line'),
    });
  });

  it('refuses a log that does not begin with the one that was seen before', async () => {
    const file = join(home, 'older.jsonl');
    await done('policy', 'audit', '--export', file);
    await done('license', 'reinstate', license, '--reason', 'paid');
    expect((await audited()).ok).toBe(true);
    const { code, stdout } = await here('policy', 'audit', file);
    expect([code, stdout]).toEqual([1, expect.stringContaining('rolled back or rewritten')]);
  });
});

describe('a witness', () => {
  const folder = join(home, 'witness');
  const witness = (more: Partial<Parameters<typeof createWitness>[0]> = {}) => {
    const { key, issuer } = licensed;
    return createWitness({ server: ready.address, licenseKey: key, roots: ready.roots, issuer, folder, ...more });
  };
  let licensed: { readonly key: string; readonly issuer: string };
  beforeAll(async () => {
    const words = ['--product', 'acme', '--customer', 'Umbrella', '--policy', 'small', '--create', '--json'];
    const { key } = JSON.parse(await done('license', 'issue', ...words)) as { key: string };
    const [row] = await database.admin('select issuer from glidepath.environment limit 1');
    licensed = { key, issuer: String(row?.issuer) };
  });
  const remember = async (head: object) => writeFileSync(join(folder, 'log-head.json'), JSON.stringify(head));

  it('remembers a head, sees the log grow, and refuses an older or another one', async () => {
    expect((await audited()).ok).toBe(true);
    const first = await witness().look();
    expect(first).toMatchObject({ finding: 'first', head: { size: expect.any(Number) } });
    await done('license', 'suspend', license, '--reason', 'again');
    expect((await audited()).ok).toBe(true);
    const grown = await witness().look();
    expect(grown.finding).toBe('grown');
    expect((await witness().look()).finding).toBe('same');
    const { size = 0, root = '', incarnation = 0 } = grown.head ?? {};
    await remember({ size: size + 1, root, incarnation });
    expect(await witness().look()).toMatchObject({ finding: 'rolled-back', head: { size: size + 1 } });
    await remember({ size: size - 1, root: [...root].reverse().join(''), incarnation });
    expect((await witness().look()).finding).toBe('forked');
    await witness().forget();
    expect((await witness().look()).finding).toBe('first');
  });

  it('believes no root but its own, and finds nothing where nobody answers', async () => {
    expect((await witness({ roots: ['A'.repeat(43)] }).look()).finding).toBe('not-believed');
    expect((await witness({ server: 'http://127.0.0.1:9' }).look()).finding).toBe('unreachable');
  });
});
