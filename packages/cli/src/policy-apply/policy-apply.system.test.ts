/** Policies from files to a control plane that runs, and everything that must not get there. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliRun, glidepathHere, policyText, type RunningUp, startUp } from '../cli.testkit.ts';
import type { ReadyMessage } from '../up/ready-message.ts';

const home = mkdtempSync(join(tmpdir(), 'glidepath-apply-'));
const env = { HOME: home, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
const folder = join(home, 'policies');
let up: RunningUp;
let ready: ReadyMessage;
let token: string;

const here = (...args: readonly string[]): Promise<CliRun> => glidepathHere(args, env);
const applied = (...more: readonly string[]) => here('policy', 'apply', '-f', folder, '--env', 'production', ...more);
const named = (name: string) => policyText((text) => text.replace('name: small', `name: ${name}`));

beforeAll(async () => {
  up = await startUp(join(home, 'data'), env, '--also-environment', 'staging');
  ready = up.ready;
  expect((await here('sign-in', String(ready.signInCode), '--server', ready.address)).code).toBe(0);
  const made = await here('token', 'create', 'test', '--role', 'admin', '--json');
  token = (JSON.parse(made.stdout) as { secret?: string; token?: string }).secret ?? (JSON.parse(made.stdout) as { token: string }).token;
});

afterAll(async () => {
  await up.stop();
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

/** Everything that was ever published, by name and digest. */
async function published(): Promise<readonly string[]> {
  const response = await fetch(`${ready.address}/v1/policies`, { headers: { authorization: `Bearer ${token}` } });
  const { items } = (await response.json()) as { items: readonly { name: string; digest: string }[] };
  return items.map(({ name, digest }) => `${name} ${digest}`);
}

describe('glidepath policy apply', () => {
  beforeAll(() => {
    mkdirSync(join(folder, 'nested'), { recursive: true });
    writeFileSync(join(folder, 'small.yaml'), policyText());
    writeFileSync(join(folder, 'nested', 'other.yaml'), named('other'));
    writeFileSync(join(folder, 'drill.yaml'), 'apiVersion: glidepath.dev/v1\nkind: Drill\nmetadata: { name: x }\n');
  });

  it('shows what it would do, and does nothing', async () => {
    const { code, stdout } = await applied('--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(/\+ other {2}.*nested\/other\.yaml {2}the first version/);
    expect(stdout).toMatch(/\+ small {2}/);
    expect(stdout).toContain('plan: 2 added, 0 changed, 0 as they are; nothing was changed');
    expect(await published()).toEqual([]);
  });

  it('publishes first versions, and nothing the second time', async () => {
    expect(await applied()).toMatchObject({ code: 0, stdout: expect.stringContaining('applied: 2 added') });
    const before = await published();
    expect(before).toHaveLength(2);
    expect(await applied()).toMatchObject({ code: 0, stdout: expect.stringContaining('applied: 0 added, 0 changed, 2 as they are') });
    expect(await published()).toEqual(before);
  });

  it('says what a change does to whom, sets it on its way once, and blocks another one meanwhile', async () => {
    const words = ['--product', 'acme', '--customer', 'Initech', '--policy', 'small', '--create'];
    expect((await here('license', 'issue', ...words)).code).toBe(0);
    writeFileSync(
      join(folder, 'small.yaml'),
      policyText((text) => text.replace('jobs: 8', 'jobs: 6')),
    );
    const planned = await applied('--dry-run');
    expect(planned.stdout).toMatch(/loss +team +1 +0 .*jobs/);
    expect(await applied('--reason', 'fewer jobs')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('applied: 0 added, 1 changed'),
    });
    const again = await applied('--json');
    expect(JSON.parse(again.stdout)).toMatchObject({
      rollouts: [],
      plan: [
        { action: 'none', name: 'other' },
        { action: 'on-its-way', name: 'small' },
      ],
    });
    const rollouts = JSON.parse((await here('policy', 'rollouts', '--json')).stdout) as { items: unknown[] };
    expect(rollouts.items).toMatchObject([{ name: 'small', stage: 'shadow', reason: 'fewer jobs' }]);
    writeFileSync(
      join(folder, 'small.yaml'),
      policyText((text) => text.replace('jobs: 8', 'jobs: 5')),
    );
    const count = (await published()).length;
    expect(await applied()).toMatchObject({ code: 4, stdout: expect.stringContaining('another version is on its way') });
    expect(await published()).toHaveLength(count);
    writeFileSync(join(folder, 'small.yaml'), policyText());
    expect((await here('policy', 'rollback', 'small', '--reason', 'back')).code).toBe(0);
  });
});

describe('an environment beside production', () => {
  it('has policies, keys and roots of its own', async () => {
    const inStaging = await here('policy', 'apply', '-f', folder, '--env', 'staging');
    expect(inStaging).toMatchObject({ code: 0, stdout: expect.stringContaining('applied: 2 added') });
    writeFileSync(
      join(folder, 'small.yaml'),
      policyText((text) => text.replace('jobs: 8', 'jobs: 7')),
    );
    expect((await here('policy', 'apply', '-f', folder, '--env', 'staging')).stdout).toContain('1 changed');
    writeFileSync(join(folder, 'small.yaml'), policyText());
    const rollouts = async (environment: string) => {
      const { stdout } = await here('policy', 'rollouts', '--environment', environment, '--json');
      return (JSON.parse(stdout) as { items: { state: string }[] }).items.map(({ state }) => state);
    };
    expect([await rollouts('staging'), await rollouts('production')]).toEqual([['running'], ['cancelled']]);
    const roots = await Promise.all(
      ['staging', 'production'].map(async (environment) => {
        const response = await fetch(`${ready.address}/v1/roots?environment=${environment}`, {
          headers: { authorization: `Bearer ${token}` },
        });
        return ((await response.json()) as { items: { x: string }[] }).items.map(({ x }) => x);
      }),
    );
    expect(new Set(roots.flat()).size).toBe(4);
    expect(await here('policy', 'apply', '-f', folder, '--env', 'nowhere')).toMatchObject({ code: 4 });
  });
});

/** A bomb of aliases: small as a file, and endless when it is spelled out. */
const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefghij'
  .split('')
  .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[at]}`).join(', ')}]`)
  .join('\n')}\n`;

describe('what is no policy', () => {
  const wrong: readonly (readonly [what: string, bytes: () => Uint8Array, says: RegExp, status: number])[] = [
    ['of 5 MB', () => Buffer.from(`${policyText()}\n# ${'x'.repeat(5 * 1024 * 1024)}\n`), /larger than|too large|1 MiB|1,048,576/i, 413],
    ['with exploding anchors', () => Buffer.from(bomb), /alias|anchor/i, 422],
    [
      'with a key twice',
      () => Buffer.from(policyText((text) => text.replace('  tiers:', '  tiers: []\n  tiers:'))),
      /stands above already/,
      422,
    ],
    ['that is not UTF-8', () => Buffer.concat([Buffer.from(policyText()), Buffer.from('# \xe9\xff\n', 'latin1')]), /UTF-8/i, 400],
    ['that is not whole', () => Buffer.from(policyText().slice(0, 300)), /found|expected|required|missing/i, 422],
    [
      'that does not keep what it promises',
      () => Buffer.from(policyText((text) => text.replace('- { at: -14d, notify: warning }\n', ''))),
      /noti/i,
      422,
    ],
  ];

  it.each(wrong)('%s is refused by every way in, with its place, and nothing is published', async (_what, bytes, says, status) => {
    const before = await published();
    const bad = mkdtempSync(join(home, 'bad-'));
    const file = join(bad, 'bad.yaml');
    writeFileSync(file, bytes());
    writeFileSync(join(bad, 'good.yaml'), named('good'));
    const byApply = await here('policy', 'apply', '-f', bad);
    const byPublish = await here('policy', 'publish', file);
    for (const { code, stdout, stderr } of [byApply, byPublish]) {
      expect([1, 2, 4]).toContain(code);
      expect(`${stdout}${stderr}`).toMatch(says);
    }
    expect(byApply.stderr).toMatch(/bad\.yaml:\d+:\d+/);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/yaml' };
    const response = await fetch(`${ready.address}/v1/policies`, { method: 'POST', headers, body: new Uint8Array(bytes()) });
    expect(response.status).toBe(status);
    expect(JSON.stringify(await response.json())).toMatch(says);
    expect(await published()).toEqual(before);
  });

  it('under one name twice is refused with both places', async () => {
    const before = await published();
    const bad = mkdtempSync(join(home, 'bad-'));
    writeFileSync(join(bad, 'a.yaml'), named('twice'));
    writeFileSync(
      join(bad, 'b.yaml'),
      policyText((text) => text.replace('name: small', 'name: twice').replace('jobs: 8', 'jobs: 9')),
    );
    const { code, stderr } = await here('policy', 'apply', '-f', bad);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/b\.yaml:3:\d+ +a policy named twice stands in .*a\.yaml:3 already/)]);
    expect(await published()).toEqual(before);
  });
});
