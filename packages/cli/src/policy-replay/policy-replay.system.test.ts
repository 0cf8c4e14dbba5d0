import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliRun, glidepath, LAUNCHER } from '../cli.testkit.ts';
import { isReadyMessage, type ReadyMessage } from '../up/ready-message.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../../../..');
const POLICY = join(ROOT, 'examples/policies/build-server.yaml');
const [, SECTION = ''] =
  /^## Try a version on decisions that were made\n(.*?)(?=^## )/ms.exec(readFileSync(join(ROOT, 'docs/policies.md'), 'utf8')) ?? [];
const home = mkdtempSync(join(tmpdir(), 'glidepath-replay-'));
const env = { HOME: home, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
/** Whoever has a license loses the remote cache. */
const candidate = join(home, 'candidate.yaml');

let child: ChildProcess;
let ready: ReadyMessage;
let license: { readonly id: string; readonly key: string };

beforeAll(async () => {
  // The page types commands in a checkout of the repository.
  symlinkSync(join(ROOT, 'examples'), join(home, 'examples'));
  const tiers = readFileSync(POLICY, 'utf8').replace('features: [build, parallel, cache, sso]', 'features: [build, parallel, sso]');
  writeFileSync(candidate, tiers.replace('features: [build, cache, sso]', 'features: [build, sso]').replace(/^ {2}tests:[\s\S]*$/m, ''));
  await start();
  expect(await here('sign-in', String(ready.signInCode), '--server', ready.address)).toMatchObject({ code: 0 });
  expect(await here('policy', 'publish', POLICY)).toMatchObject({ code: 0 });
  const words = ['--product', 'acme', '--customer', 'Initech', '--policy', 'acme-build', '--create', '--json'];
  const issued = JSON.parse((await here('license', 'issue', ...words)).stdout) as { license: { id: string }; key: string };
  license = { id: issued.license.id, key: issued.key };
});

afterAll(async () => {
  await stop();
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

/** Again where it was before: who is signed in is signed in to an address. */
async function start(): Promise<void> {
  const port = ready === undefined ? '0' : new URL(ready.address).port;
  const args = [LAUNCHER, 'up', '--data', join(home, 'data'), '--port', port];
  child = spawn(process.execPath, args, { env: { PATH: process.env.PATH ?? '', ...env }, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    log += part;
  });
  ready = await new Promise((resolve, reject) => {
    child.on('message', (message) => isReadyMessage(message) && resolve(message));
    child.once('exit', (code) => reject(new Error(`up ended with ${code}: ${log}`)));
  });
}

async function stop(): Promise<void> {
  if (child?.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

const here = (...args: readonly string[]): Promise<CliRun> => glidepath(args, { env });

interface Replayed {
  readonly counts: { readonly decisions: number; readonly losses: number };
  readonly unrecorded: number;
  readonly groups: readonly { readonly kind: string; readonly tier: { readonly featuresLost: readonly string[] } }[];
}

async function replayed(file: string): Promise<Replayed> {
  const { code, stdout, stderr } = await here('policy', 'replay', file, '--server', ready.address, '--json');
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Replayed;
}

/** As an application without a client does; of ten decisions about one is recorded. */
async function check(times: number): Promise<void> {
  const items = Array.from({ length: 100 }, () => ({ feature: 'cache' }));
  for (let done = 0; done < times; done += items.length) {
    const headers = { authorization: `Bearer ${license.key}`, 'content-type': 'application/json' };
    const response = await fetch(`${ready.address}/v1/check:batch`, { method: 'POST', headers, body: JSON.stringify({ items }) });
    expect(response.status).toBe(200);
    await response.arrayBuffer();
  }
}

/** Another run has other numbers, ids and instants, and columns as wide as they are. */
function anyNumbers(line: string): string {
  return line
    .replace(/lic_[\da-f-]+/g, 'lic')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\dZ/g, 'then')
    .replace(/"expiresIn":"\w+"/, '"expiresIn":"soon"')
    .replace(/\d[\d,]*/g, '#')
    .replace(/\s+/g, ' ');
}

describe('policy replay', () => {
  it('decides what a control plane has recorded again, and says of how many it knows nothing', async () => {
    await check(1_000);
    const { counts, unrecorded, groups } = await replayed(candidate);
    expect(counts.decisions + unrecorded).toBe(1_000);
    expect(counts.decisions).toBeGreaterThan(0);
    expect(counts.losses).toBe(counts.decisions);
    expect(groups).toMatchObject([{ kind: 'loss', plan: 'team', licenses: 1, tier: { featuresLost: ['cache'] } }]);
  });

  it('says by its exit status, where it is asked to, whether anybody would lose anything', async () => {
    const server = ['--server', ready.address];
    expect(await here('policy', 'replay', POLICY, '--exit-code', ...server)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nobody loses anything'),
    });
    const worse = await here('policy', 'replay', candidate, '--exit-code', ...server);
    expect(worse.code).toBe(1);
    expect(worse.stdout).toMatch(/^loses +\d+ +1 +team +the plan +full +-cache$/m);
    expect(worse.stdout).toMatch(/^not recorded: [\d,]+ decisions of the same time$/m);
  });

  it('takes a published version by its digest', async () => {
    const [pointer] = (
      JSON.parse((await here('policy', 'list', '--json', '--server', ready.address)).stdout) as { items: { digest: string }[] }
    ).items;
    expect((await replayed(pointer?.digest ?? '')).counts.losses).toBe(0);
  });

  it('prints what the page says, for what the page types', async () => {
    await check(1_000);
    const blocks = [...SECTION.matchAll(/^```sh\n([^`]*?)```\n```\n(.*?)```\n/gms)];
    expect(blocks).toHaveLength(2);
    for (const [, typed = '', said = ''] of blocks) {
      const script = `set -e\nnpx() { shift; "${process.execPath}" "${LAUNCHER}" "$@"; }\ncd "${home}"\n${typed}`;
      const { stdout } = await run('sh', ['-c', script], { env: { PATH: process.env.PATH ?? '', ...env } });
      for (const line of said.trimEnd().split('\n')) expect(stdout.split('\n').map(anyNumbers)).toContain(anyNumbers(line));
    }
  });

  it('finds the last decisions of a control plane that was stopped', async () => {
    const seen = async () => {
      const { counts, unrecorded } = await replayed(candidate);
      return counts.decisions + unrecorded;
    };
    const before = await seen();
    await check(500);
    await stop();
    await start();
    expect((await seen()) - before).toBe(500);
  });
});
