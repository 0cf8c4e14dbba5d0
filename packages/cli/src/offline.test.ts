import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { glidepath, LAUNCHER, policyText } from './cli.testkit.ts';

let folder: string;
const file = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'glidepath-cli-'));
  writeFileSync(file('good.yaml'), policyText());
  writeFileSync(
    file('noted.yaml'),
    policyText((text) => text.replace('kind: floating', 'kind: floating, rebind: { count: 1, per: 30d }')),
  );
  writeFileSync(
    file('bad.yaml'),
    policyText((text) => text.replace('kind: floating', 'kind: flaoting').replace('title: Run,', 'titel: Run,')),
  );
  writeFileSync(
    file('failing.yaml'),
    policyText((text) => text.replace('fast: allow', 'fast: deny')),
  );
  const two = '    team: { tier: full }\n    solo: { tier: basic }\n';
  writeFileSync(
    file('two-plans.yaml'),
    policyText((text) => text.replace(/ {4}team:.*\n/, two).replace('{ expiresIn', '{ plan: team, expiresIn')),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('glidepath policy check', () => {
  it('says yes with name, digest and tests, and notes what has no effect', async () => {
    const { code, stdout, stderr } = await glidepath(['policy', 'check', file('good.yaml')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/good\.yaml: valid, 1 of 1 tests passed {2}small {2}sha256:[0-9a-f]{64}\n$/);
    const noted = await glidepath(['policy', 'check', file('noted.yaml')]);
    expect(noted).toMatchObject({ code: 0, stderr: '' });
    expect(noted.stdout).toMatch(/noted\.yaml:12:\d+ {2}note: .*rebind.* node-locked/);
  });

  it('shows every violation at its place, with the line and the word that was meant', async () => {
    const { code, stdout } = await glidepath(['policy', 'check', file('bad.yaml')]);
    expect(code).toBe(1);
    expect(stdout).toContain(`${file('bad.yaml')}:6:12  `);
    expect(stdout).toContain('Did you mean title?');
    expect(stdout).toContain('Did you mean floating?');
    expect(stdout).toMatch(/ {4}6 \| {5}run: \{ titel: Run, essential: true \}\n {6}\| {12}\^\n/);
  });

  it('puts what must be mended first, and says which test failed and how', async () => {
    const { code, stdout } = await glidepath(['policy', 'check', file('good.yaml'), file('failing.yaml')]);
    expect(code).toBe(1);
    expect(stdout.indexOf('failing.yaml')).toBeLessThan(stdout.indexOf('good.yaml'));
    expect(stdout).toContain('test failed: a day late has everything');
    expect(stdout).toContain('fast: expected "deny", found "allow"');
  });

  it('reads standard input, and prints the same as JSON', async () => {
    const { code, stdout } = await glidepath(['policy', 'check', '-', '--json'], { stdin: policyText() });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).files[0]).toMatchObject({ file: '-', ok: true, name: 'small', violations: [], tests: [{ passed: true }] });
  });

  it('disarms what a file says to the terminal', async () => {
    const stdin = policyText((text) => text.replace('A small product', '"\\e[2J"').replace('kind: floating', 'kind: "\\e[31m"'));
    const { stdout } = await glidepath(['policy', 'check', '-'], { stdin });
    expect(stdout).not.toContain('\x1b');
  });

  it('paints only for eyes', async () => {
    const { stdout } = await glidepath(['policy', 'check', file('good.yaml')], { env: { FORCE_COLOR: '1' } });
    expect(stdout).toContain('\x1b[32m');
    const plain = await glidepath(['policy', 'check', file('good.yaml')], { env: { NO_COLOR: '1' } });
    expect(plain.stdout).not.toContain('\x1b');
  });
});

describe('glidepath policy show', () => {
  it('shows tiers, plans and path as tables', async () => {
    const { code, stdout } = await glidepath(['policy', 'show', file('good.yaml')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/fast +yes +– +Run fast/);
    expect(stdout).toMatch(/expiry +14 days before the end +warning/);
    expect(stdout).toMatch(/team +tier full, term 1y/);
  });

  it('shows no half of a policy that breaks rules', async () => {
    const { code, stdout, stderr } = await glidepath(['policy', 'show', file('bad.yaml')]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('2 violations');
  });
});

describe('glidepath policy schema', () => {
  it('prints a JSON Schema', async () => {
    const { code, stdout } = await glidepath(['policy', 'schema']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ type: 'object', properties: { apiVersion: {}, spec: {} } });
  });
});

describe('glidepath decide', () => {
  it('prints exactly the JSON of the design', async () => {
    const { code, stdout } = await glidepath(['decide', '--policy', file('good.yaml'), '--given', '{"expiresIn":"-20d"}', '--json']);
    expect(code).toBe(0);
    expect(Object.keys(JSON.parse(stdout))).toEqual(['code', 'tier', 'features', 'limits', 'seat', 'cause', 'notify', 'next']);
    expect(JSON.parse(stdout)).toEqual({
      code: 'degraded',
      tier: 'basic',
      features: { run: 'allow', fast: 'deny' },
      limits: { jobs: 1 },
      seat: 'granted',
      cause: 'expiry',
      notify: 'warning',
      next: null,
    });
  });

  it('explains to people: worst first, in the words of the policy, and what comes next', async () => {
    const { code, stdout } = await glidepath(['decide', '--policy', file('good.yaml'), '--given', '{"expiresIn":"2d"}']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok: tier full\n/);
    expect(stdout).toMatch(/next +tier basic in 9 days, because of expiry/);
    const later = await glidepath(['decide', '--policy', file('good.yaml'), '--given', '{"expiresIn":"-8d"}']);
    expect(later.stdout).toMatch(
      /^degraded: tier basic, because of expiry\n {2}deny +fast +Everything works, only slower\.\n {2}allow +run/,
    );
  });

  it.each([
    ['an unknown word', ['--given', '{"expireIn":"1d"}'], /did you mean `expiresIn`\?/],
    ['a malformed duration', ['--given', '{"expiresIn":"1 month"}'], /a duration such as `14d`/],
    ['no JSON', ['--given', 'expiresIn=1d'], /--given is no JSON[\s\S]*found: expiresIn=1d/],
    ['an unknown plan', ['--plan', 'teem'], /did you mean `team`\?/],
    ['two plans at once', ['--plan', 'team', '--given', '{"plan":"solo"}'], /name the plan once/],
  ])('refuses %s and says what was meant', async (_, args, says) => {
    const { code, stdout, stderr } = await glidepath(['decide', '--policy', file('good.yaml'), ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(says);
  });

  it('asks for the plan where there are several, and takes it from --plan', async () => {
    const without = await glidepath(['decide', '--policy', file('two-plans.yaml')]);
    expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining('`plan` is missing') });
    const named = await glidepath(['decide', '--policy', file('two-plans.yaml'), '--plan', 'solo', '--json']);
    expect(JSON.parse(named.stdout)).toMatchObject({ tier: 'basic', seat: null });
  });

  it('says errors as JSON to programs', async () => {
    const { code, stderr } = await glidepath(['decide', '--policy', file('good.yaml'), '--given', '{"x":1}', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stderr).error).toMatchObject({ code: 'malformed-given', exit: 2, problems: [{ word: 'x' }] });
  });
});

describe('glidepath, started by a Node that is too old', () => {
  const old = 'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.9.0"}})';
  const start = (launcher: string) =>
    spawnSync(process.execPath, ['--import', old, launcher, 'policy', 'check', '/nowhere'], { encoding: 'utf8' });

  it('is handed over to the one that npm installed, with its exit status', () => {
    expect(start(LAUNCHER)).toMatchObject({ status: 2, stderr: expect.stringContaining('there is no such file') });
  });

  it('says what to install where npm installed none', () => {
    const lone = join(folder, 'glidepath.mjs');
    copyFileSync(LAUNCHER, lone);
    expect(start(lone)).toMatchObject({ status: 2, stderr: expect.stringMatching(/needs Node 22\.18 or later[\s\S]*Install Node 24/) });
  });
});

describe('glidepath', () => {
  it.each([
    [['polcy'], 2, /Did you mean policy\?/],
    [['policy', 'chek'], 2, /Did you mean check\?/],
    [['policy', 'check', '/nowhere.yaml'], 2, /there is no such file/],
    [['policy', 'check', '/'], 2, /it is a folder/],
    [['decide', '--policy', 'x', '--gven', '{}'], 2, /Did you mean --given\?/],
    [['help', 'polcy'], 2, /did you mean 'policy'\?/],
  ])('%j is refused with what to type', async (args, exit, says) => {
    const { code, stdout, stderr } = await glidepath(args);
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
    expect(stderr).toMatch(says);
  });

  it('prints its exit codes', async () => {
    const { code, stdout } = await glidepath(['help', 'exit-codes']);
    expect(code).toBe(0);
    for (const status of [0, 1, 2, 3, 4, 5, 70, 130]) expect(stdout).toMatch(new RegExp(`^ *${status}  \\w`, 'm'));
  });

  it('is quiet when its reader goes away', async () => {
    const { code, stderr } = await glidepath(['policy', 'show', file('good.yaml')], { closesOutput: true });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
