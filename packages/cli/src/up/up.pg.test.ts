import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '@glidepath/core';
import { openKeySet, openLease } from '@glidepath/protocol';
import { nodeCrypto } from '@glidepath/protocol/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CliRun, glidepath, glidepathHere, LAUNCHER, policyText } from '../cli.testkit.ts';
import { isReadyMessage, type ReadyMessage } from './ready-message.ts';

let home: string;
const running = new Set<ChildProcess>();

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'glidepath-up-'));
});
afterEach(async () => {
  for (const child of running) await ended(child, 'SIGTERM');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Up {
  readonly child: ChildProcess;
  readonly ready: ReadyMessage;
  readonly stdout: () => string;
}

/** The real command in its own process; resolves when it serves. */
async function up(data: string, ...args: readonly string[]): Promise<Up> {
  const child = spawn(process.execPath, [LAUNCHER, 'up', '--data', join(home, data), '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { PATH: process.env.PATH ?? '', HOME: home },
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    stdout += part;
  });
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
  });
  const ready = await new Promise<ReadyMessage>((resolve, reject) => {
    child.on('message', (message) => isReadyMessage(message) && resolve(message));
    child.once('exit', (code) => reject(new Error(`up ended with ${code}: ${stderr}`)));
  });
  return { child, ready, stdout: () => stdout };
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.kill(signal);
  });
}

const env = () => ({ HOME: home });
const ask = (...args: readonly string[]): Promise<CliRun> => glidepathHere(args, env());

async function answer<T>(...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await ask(...args, '--json');
  if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
}

describe('glidepath up > on a fresh folder', () => {
  it('serves, shows what is shown once, and every command of a first day works', async () => {
    const { child, ready, stdout } = await up('first');
    expect(await (await fetch(`${ready.address}/readyz`)).json()).toEqual({ status: 'ready' });
    expect(stdout()).toContain(`glidepath sign-in ${ready.signInCode}`);
    expect(stdout().match(/root [12] +([0-9a-z]{4}-){5}[0-9a-z]{4} /g)).toHaveLength(2);
    for (const root of ready.roots) expect(stdout()).toContain(root);

    await answer('sign-in', String(ready.signInCode), '--server', ready.address);
    expect((await ask('sign-in', String(ready.signInCode))).code).toBe(4);
    writeFileSync(join(home, 'small.yaml'), policyText());
    const published = await answer<{ name: string }>('policy', 'publish', join(home, 'small.yaml'));
    expect(published.name).toBe('small');
    const issued = await answer<{ license: { id: string }; key: string; roots: string[] }>(
      ...['license', 'issue', '--product', 'tool', '--customer', 'Zürich AG', '--policy', 'small', '--expires', '2099-01-31', '--create'],
    );
    expect(issued).toMatchObject({
      key: expect.stringMatching(/^glk_/),
      roots: [...ready.roots],
      license: { expiresAt: Date.UTC(2099, 1, 1) },
    });
    const { id } = issued.license;
    const listed = await ask('license', 'list');
    expect(listed.stdout).toMatch(new RegExp(`active +2099-02-01 .* ${id} +Zürich AG +tool +team +0`));
    expect((await ask('license', 'show', id)).stdout).toMatch(/owner +unknown \(not recorded\)/);
    expect(await answer('license', 'suspend', id, '--reason', 'unpaid')).toMatchObject({ state: 'suspended' });
    expect((await ask('license', 'list')).stdout).toMatch(/suspended/);
    const ill = await ask('doctor');
    expect(ill.code).toBe(1);
    expect(ill.stdout).toMatch(new RegExp(`the license is suspended[\\s\\S]*mend: glidepath license reinstate ${id}`));
    expect(await answer('license', 'reinstate', id, '--reason', 'paid')).toMatchObject({ state: 'active' });
    expect(await answer('license', 'renew', id, '--term', '1y')).toMatchObject({ expiresAt: Date.UTC(2100, 1, 1) });
    expect((await ask('where', 'Zürich AG')).stdout).toMatch(/readers +unknown \(not recorded\)/);
    expect((await ask('where', issued.key.slice(0, 8))).stdout).toContain(id);
    expect(await answer('key', 'list')).toMatchObject({ roots: [{ number: 1 }, { number: 2 }] });
    expect(await answer('key', 'rotate')).toMatchObject({ status: 'active', use: 'sign' });
    expect(await answer('token', 'create', 'ci', '--role', 'viewer')).toMatchObject({ token: expect.stringMatching(/^glt_/) });
    expect((await ask('token', 'list')).stdout).toMatch(/sign-in[\s\S]*ci/);
    expect((await ask('lease', 'list')).stdout).toBe('Nobody holds a lease.\n');
    expect(await answer('license', 'export', id)).toMatchObject({ isWhole: true, license: { id } });
    expect(await ended(child, 'SIGTERM')).toBe(0);
    expect(readdirSync(join(home, 'first', 'postgres', 'cluster'))).not.toContain('postmaster.pid');
  });

  it('says nothing secret again on a later start, and keeps roots and licenses', async () => {
    const { ready, stdout } = await up('first');
    expect(ready.signInCode).toBeNull();
    expect(stdout()).not.toMatch(/passphrase|gls_/);
    await glidepath(['license', 'list', '--server', ready.address], { env: env() });
    expect(ready.roots).toHaveLength(2);
  });
});

describe('glidepath up > after its first day', () => {
  const kit = () => join(home, 'kit.json');
  let id: string;
  let ready: ReadyMessage;
  let passphrases: readonly string[];

  async function again(): Promise<void> {
    const started = await up('second');
    ready = started.ready;
    passphrases = [...started.stdout().matchAll(/root [12] +((?:[0-9a-z]{4}-){5}[0-9a-z]{4})/g)].map(([, words]) => words ?? '');
    await answer('sign-in', String(ready.signInCode), '--server', ready.address);
    writeFileSync(join(home, 'small.yaml'), policyText());
    await answer('policy', 'publish', join(home, 'small.yaml'));
    const issued = await answer<{ license: { id: string } }>(
      'license',
      'issue',
      '--product',
      't',
      '--customer',
      'c',
      '--policy',
      'small',
      '--create',
    );
    id = issued.license.id;
  }

  it('gives a kit that signs a lease without any server, within its caps, which a client believes', async () => {
    await again();
    const holder = 'A'.repeat(43);
    await answer('break-glass', 'prepare', id, '--tier', 'basic', '--seats', '2', '--until', '7d', '--out', kit());
    expect(statSync(kit()).mode & 0o777).toBe(0o600);
    const bundle = await (await fetch(`${ready.address}/v1/keyset`, { headers: { authorization: `Bearer ${token()}` } })).json();
    for (const child of running) await ended(child, 'SIGKILL');
    await answer('break-glass', 'sign', kit(), '--holder', holder, '--out', join(home, 'lease.jwt'));
    const now = instant(Date.now() + 1);
    const word = readFileSync(join(home, 'lease.jwt'), 'utf8').trim();
    const { iss, env: environment } = JSON.parse(Buffer.from(word.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const keys = openKeySet(bundle, { roots: [...ready.roots], env: environment, iss, now, crypto: nodeCrypto });
    if (!keys.ok) throw new Error(keys.message);
    const opened = openLease(word, { keys: keys.value, crypto: nodeCrypto, env: environment, iss, license: id, holder, now } as never);
    if (!opened.ok) throw new Error(`${opened.reason} ${JSON.stringify(opened.facts)}`);
    expect(opened.value).toMatchObject({ via: 'grant', claims: { tier: 'basic', tierCause: 'grant', nonce: null } });
    const over = await ask('break-glass', 'sign', kit(), '--holder', holder, '--out', join(home, 'lease.jwt'));
    expect(over).toMatchObject({ code: 2, stderr: expect.stringContaining('is not overwritten') });
  });

  it('moves the roots off the machine once their passphrases were right, after a SIGKILL too', async () => {
    const { ready: served } = await up('second');
    expect(served.signInCode).toBeNull();
    const to = join(home, 'safe');
    const there = ['--server', served.address];
    const args = ['root', 'export', '--to', to, '--data', join(home, 'second'), ...there];
    const signedIn = { ...env(), GLIDEPATH_TOKEN: token() };
    const wrong = await glidepath(args, { env: signedIn, stdin: `${passphrases[1]}\n` });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('root 1: The passphrase is wrong') });
    expect(readdirSync(join(home, 'second', 'roots'))).toHaveLength(2);
    const made = JSON.parse((await glidepathHere(['key', 'rotate', '--use', 'key-set', '--json', ...there], signedIn)).stdout);
    const root = join(home, 'second', 'roots', 'production-root-1.json');
    const certified = await glidepath(['key', 'certify', made.kid, '--root', root, ...there], {
      env: signedIn,
      stdin: `${passphrases[0]}\n`,
    });
    expect(certified).toMatchObject({ code: 0, stdout: expect.stringContaining('signs key sets until') });
    const right = await glidepath(args, { env: signedIn, stdin: `${passphrases.join('\n')}\n` });
    expect(right).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(join(home, 'second', 'roots'))).toEqual([]);
    expect(readdirSync(to)).toEqual(['production-root-1.json', 'production-root-2.json']);
    const listed = await glidepathHere(['key', 'list', '--json', ...there], signedIn);
    expect(JSON.parse(listed.stdout).roots.every(({ exportedAt }: { exportedAt: number | null }) => exportedAt !== null)).toBe(true);
  });

  function token(): string {
    const { current, tokens } = JSON.parse(readFileSync(join(home, '.config', 'glidepath', 'credentials.json'), 'utf8'));
    return tokens[current];
  }
});

describe('glidepath up > refuses', () => {
  it('an occupied port, before it makes anything', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = String(typeof address === 'object' && address !== null ? address.port : 0);
    const { code, stderr } = await ask('up', '--data', join(home, 'port'), '--port', port);
    other.close();
    expect(code).toBe(5);
    expect(stderr).toMatch(
      new RegExp(`127\\.0\\.0\\.1:${port} cannot be listened on: another program listens there[\\s\\S]*next: glidepath up --port`),
    );
    expect(existsSync(join(home, 'port'))).toBe(false);
  });

  it('a data folder that another one works in, and names it', async () => {
    const { child } = await up('third');
    const { code, stderr } = await glidepath(['up', '--data', join(home, 'third'), '--port', '0'], { env: env() });
    expect(code).toBe(5);
    expect(stderr).toContain(`process ${child.pid}`);
  });

  it.each([
    [['--port', 'http'], 2, /--port is no port: http/],
    [['--port', '70000'], 2, /--port is no port/],
    [['--tls-cert', 'x'], 2, /belong together/],
    [['--database-url', 'mysql://u:secret@x'], 2, /is no address of a PostgreSQL/],
    [['--database-url', 'postgresql://u:secret@127.0.0.1:9/x', '--port', '0'], 5, /127\.0\.0\.1|connect|database/i],
    [['--log', 'xml'], 2, /Allowed choices are json, text/],
  ])('%j', async (args, exit, says) => {
    const { code, stdout, stderr } = await glidepath(['up', '--data', join(home, 'refused'), ...args], { env: env() });
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr).not.toContain('secret');
  });
});
