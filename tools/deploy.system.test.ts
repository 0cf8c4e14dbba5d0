/** What lies in `deploy/` for pipelines of others: of the form that its reader wants, and its own commands run in a repository. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..');
const LAUNCHER = join(ROOT, 'packages/cli/bin/glidepath.mjs');
const home = mkdtempSync(join(tmpdir(), 'glidepath-deploy-'));
const repository = join(home, 'repository');
const env: Record<string, string> = { HOME: home, PATH: `${join(home, 'bin')}:${process.env.PATH ?? ''}`, NO_PROXY: '127.0.0.1' };
const require = createRequire(import.meta.url);

const yaml = (file: string): unknown => parse(readFileSync(join(ROOT, file), 'utf8'));

/** Schemas as editors use them. They know formats and keywords that ajv has to be told not to mind. */
function flawsOf(document: unknown, schema: string): readonly string[] {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, unicodeRegExp: false, allowUnionTypes: true });
  const validate = ajv.compile(JSON.parse(readFileSync(require.resolve(`schemastore/schemas/json/${schema}`), 'utf8')) as object);
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}

const SCHEMAS = {
  action: 'github-action.json',
  gitlab: 'gitlab.com/gitlab-org/gitlab/-/raw/master/app/assets/javascripts/editor/schema/ci.json',
  hooks: 'pre-commit-hooks.json',
  sarif: 'sarif-2.1.0.json',
};

let up: ChildProcess;

beforeAll(async () => {
  mkdirSync(join(home, 'bin'));
  symlinkSync(LAUNCHER, join(home, 'bin', 'glidepath'));
  mkdirSync(join(repository, 'policies'), { recursive: true });
  cpSync(join(ROOT, 'examples/policies/build-server.yaml'), join(repository, 'policies/build-server.yaml'));
  await run('git', ['init', '-q', repository]);
  up = spawn(process.execPath, [LAUNCHER, 'up', '--data', join(home, 'data'), '--port', '0'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let log = '';
  up.stderr?.setEncoding('utf8').on('data', (part: string) => {
    log += part;
  });
  const [ready] = (await Promise.race([once(up, 'message'), once(up, 'exit').then(() => Promise.reject(new Error(log)))])) as [
    { address: string; signInCode: string },
  ];
  await run(process.execPath, [LAUNCHER, 'sign-in', ready.signInCode, '--server', ready.address], { env });
  env.GLIDEPATH_SERVER = ready.address;
});

afterAll(async () => {
  up.kill('SIGTERM');
  await once(up, 'exit');
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

/** A line of a template as its runner does it: bash that stops at the first failure, also inside a pipe. */
async function line(script: string, more: Record<string, string> = {}) {
  const options = { cwd: repository, env: { ...env, ...more } };
  return run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], options).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, stdout: `${error.stdout}${error.stderr}` }),
  );
}

const breakIt = () => {
  const source = readFileSync(join(ROOT, 'examples/policies/build-server.yaml'), 'utf8');
  writeFileSync(join(repository, 'policies/broken.yaml'), source.replace(/at: 14d, +tier: reduced/, 'at: 14d, tier: essential'));
};
const mendIt = () => rmSync(join(repository, 'policies/broken.yaml'));

interface Step {
  readonly name: string;
  readonly run: string;
  readonly env: Record<string, string>;
  readonly if?: string;
}

describe('the GitHub action', () => {
  const action = yaml('deploy/github-action/action.yml') as { inputs: Record<string, { default: string }>; runs: { steps: Step[] } };

  it('is of the form of an action', () => {
    expect(flawsOf(action, SCHEMAS.action)).toEqual([]);
    expect(flawsOf({ ...action, runs: { using: 'composite' } }, SCHEMAS.action)).not.toEqual([]);
  });

  it('proves, tests, plans and applies, and what it finds is SARIF', async () => {
    const inputs: Record<string, string> = Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, input.default]));
    inputs.server = env.GLIDEPATH_SERVER ?? '';
    const ran: string[] = [];
    for (const { name, run: script, env: given } of action.runs.steps) {
      // What is published on a registry is not what is tried here: the command of this repository is on the path.
      if (name === 'Install') continue;
      expect(script, name).not.toContain('${{');
      const filled = Object.fromEntries(
        Object.entries(given).map(([key, value]) => [
          key,
          value.replace(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, input: string) => inputs[input] ?? '?'),
        ]),
      );
      const { code, stdout } = await line(script, {
        ...filled,
        GITHUB_REPOSITORY: 'acme/policies',
        GITHUB_SHA: 'abc',
        GITHUB_ACTOR: 'ana',
      });
      expect([code, stdout], name).toEqual([0, expect.any(String)]);
      ran.push(name);
    }
    expect(ran).toEqual(['Prove', 'Test', 'Plan', 'Apply']);
    const sarif = JSON.parse(readFileSync(join(repository, 'glidepath.sarif'), 'utf8')) as unknown;
    expect(flawsOf(sarif, SCHEMAS.sarif)).toEqual([]);
    expect((await line('glidepath policy list')).stdout).toContain('acme-build');
  });

  it('fails on a policy that does not keep what it promises, and its SARIF says where', async () => {
    breakIt();
    const prove = action.runs.steps.find(({ name }) => name === 'Prove');
    const { code, stdout } = await line(prove?.run ?? '', { POLICIES: 'policies', SARIF: 'broken.sarif' });
    mendIt();
    expect(code).not.toBe(0);
    expect(stdout).toContain('broken.yaml');
    const sarif = JSON.parse(readFileSync(join(repository, 'broken.sarif'), 'utf8')) as { runs: { results: unknown[] }[] };
    expect(flawsOf(sarif, SCHEMAS.sarif)).toEqual([]);
    expect(sarif.runs[0]?.results.length).toBeGreaterThan(0);
  });
});

describe('the GitLab template', () => {
  const template = yaml('deploy/gitlab/glidepath.gitlab-ci.yml') as Record<string, { script?: string[] }> & {
    variables: Record<string, string>;
  };

  it('is of the form of a pipeline', () => {
    expect(flawsOf(template, SCHEMAS.gitlab)).toEqual([]);
    expect(flawsOf({ ...template, 'glidepath:plan': { script: 7 } }, SCHEMAS.gitlab)).not.toEqual([]);
  });

  it('runs each job', async () => {
    const variables = { ...template.variables, CI_PROJECT_PATH: 'acme/policies', CI_COMMIT_SHA: 'abc', GITLAB_USER_LOGIN: 'ana' };
    for (const job of ['glidepath:verify', 'glidepath:plan', 'glidepath:apply'])
      for (const script of template[job]?.script ?? []) expect([script, (await line(script, variables)).code]).toEqual([script, 0]);
    expect(existsSync(join(repository, 'glidepath.xml'))).toBe(true);
  });
});

describe('the pre-commit hooks', () => {
  const hooks = yaml('.pre-commit-hooks.yaml') as { id: string; entry: string; files: string }[];

  it('are of the form of hooks', () => {
    expect(flawsOf(hooks, SCHEMAS.hooks)).toEqual([]);
    expect(flawsOf([{ id: 'x' }], SCHEMAS.hooks)).not.toEqual([]);
  });

  it('pass what is sound and stop what is not, on the files that they are for', async () => {
    for (const { entry, files, id } of hooks) {
      expect(new RegExp(files).test('policies/build-server.yaml')).toBe(true);
      expect(new RegExp(files).test('src/main.yaml')).toBe(false);
      expect([id, (await line(`${entry} policies/build-server.yaml`)).code]).toEqual([id, 0]);
    }
    breakIt();
    const broken = await line(`${hooks[0]?.entry ?? ''} policies/build-server.yaml policies/broken.yaml`);
    mendIt();
    expect([broken.code, broken.stdout]).toEqual([1, expect.stringContaining('broken.yaml')]);
  });
});
