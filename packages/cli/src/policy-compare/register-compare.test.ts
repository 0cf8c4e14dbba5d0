import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { glidepathHere, policyText } from '../cli.testkit.ts';

let folder: string;
const file = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'glidepath-compare-'));
  writeFileSync(file('before.yaml'), policyText());
  writeFileSync(
    file('after.yaml'),
    policyText((text) => text.replace('at: 7d, tier', 'at: 3d, tier')),
  );
  writeFileSync(
    file('same.yaml'),
    policyText((text) => `# Written another way.\n${text}`),
  );
  writeFileSync(
    file('broken.yaml'),
    policyText((text) => text.replace('tier: full,', 'tier: ful,')),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('glidepath policy diff', () => {
  it('says what is lost, where, and what to type to see it', async () => {
    const { code, stdout, stderr } = await glidepathHere(['policy', 'diff', file('before.yaml'), file('after.yaml')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(
      'Plan team: loses fast, jobs 1 instead of 8 (tier basic instead of full) from 3 days to 7 days after the end.',
    );
    expect(stdout).toMatch(/^KIND +PLAN +WHEN +WHAT$/m);
    expect(stdout).toMatch(/^loss +team +from 3 days to 7 days after the end +loses fast/m);
    expect(stdout).toMatch(/next: glidepath decide --policy \S+after\.yaml --given '\{"plan":"team","expiresIn":"-3d"\}'\n$/);
  });

  it('exits as git diff does only when asked to', async () => {
    const args = ['policy', 'diff', file('before.yaml'), file('after.yaml'), '--exit-code'];
    expect(await glidepathHere(args)).toMatchObject({ code: 1 });
    const same = await glidepathHere(['policy', 'diff', file('before.yaml'), file('same.yaml'), '--exit-code']);
    expect(same).toMatchObject({ code: 0, stdout: expect.stringMatching(/^no difference: both decide every state alike\n/) });
  });

  it('gives programs the difference with the digests of both', async () => {
    const { stdout } = await glidepathHere(['policy', 'diff', file('before.yaml'), file('after.yaml'), '--json']);
    const digest = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
    expect(JSON.parse(stdout)).toMatchObject({ difference: { before: digest, after: digest, states: [{ kind: 'loss' }] }, live: null });
  });

  it('refuses what is no policy, with the place', async () => {
    const { code, stderr } = await glidepathHere(['policy', 'diff', file('before.yaml'), file('broken.yaml')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/broken\.yaml:\d+:\d+/);
  });
});

describe('glidepath policy compare', () => {
  it('puts policies side by side', async () => {
    const { code, stdout } = await glidepathHere(['policy', 'compare', file('before.yaml'), file('after.yaml')]);
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(1, 3)).toEqual([
      'small   team  14 days  none      21 days  basic       fast',
      'small   team  14 days  none      17 days  basic       fast',
    ]);
  });
});

describe('glidepath policy new', () => {
  it('writes a policy that may be published, and never over another', async () => {
    const args = ['policy', 'new', 'acme', '--model', 'hybrid', '--out', file('acme.yaml')];
    expect(await glidepathHere(args)).toMatchObject({ code: 0, stdout: expect.stringContaining('next: glidepath policy verify') });
    expect(await glidepathHere(['policy', 'check', file('acme.yaml')])).toMatchObject({ code: 0 });
    const written = readFileSync(file('acme.yaml'), 'utf8');
    expect(await glidepathHere(args)).toMatchObject({ code: 2, stderr: expect.stringContaining('it exists already') });
    expect(await glidepathHere(['policy', 'new', 'acme', '--model', 'hybrid'])).toMatchObject({ code: 0, stdout: written });
  });

  it.each(['true', 'Acme', 'a b', 'x, title: y', '', '$&'])('refuses the name %j', async (name) => {
    expect(await glidepathHere(['policy', 'new', name, '--model', 'feature'])).toMatchObject({ code: 2, stdout: '' });
  });

  it('names the models that there are', async () => {
    const { code, stderr } = await glidepathHere(['policy', 'new', 'acme', '--model', 'per-core']);
    expect(code).toBe(2);
    expect(stderr).toContain('per-seat, consumption, feature, hybrid');
  });
});
