import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { glidepathHere, policyText } from '../cli.testkit.ts';

const folder = mkdtempSync(join(tmpdir(), 'glidepath-tests-'));
const small = join(folder, 'small.yaml');
writeFileSync(small, policyText());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The block of tests that a command suggests, added to the policy. */
function withSuggested(stdout: string, source: string): string {
  const found = stdout.split('\n').filter((line) => /^ {4}(- name| {2}given| {2}expect):/.test(line));
  return `${source.trimEnd()}\n${found.join('\n')}\n`;
}

describe('glidepath policy test', () => {
  it('passes, and says what no test reaches with a test that would', async () => {
    const { code, stdout } = await glidepathHere(['policy', 'test', small]);
    expect(code).toBe(0);
    expect(stdout).toContain('no test expiry at 7d');
    expect(stdout).toMatch(/small\.yaml: 1 of 1 tests passed, 33\.3 % of rungs and tiers reached/);
    const all = join(folder, 'all.yaml');
    writeFileSync(all, withSuggested(stdout, policyText()));
    expect(await glidepathHere(['policy', 'test', all, '--min-coverage', '100%'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('100 % of rungs and tiers reached'),
    });
  });

  it('fails below the coverage that is asked for, when a test fails, and on what is no share', async () => {
    expect(await glidepathHere(['policy', 'test', small, '--min-coverage', '50%'])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('50 % wanted'),
    });
    const wrong = join(folder, 'wrong.yaml');
    writeFileSync(
      wrong,
      policyText((text) => text.replace('tier: full, fast: allow', 'tier: basic')),
    );
    expect(await glidepathHere(['policy', 'test', wrong])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('tier: expected "basic", found "full"'),
    });
    expect(await glidepathHere(['policy', 'test', small, '--min-coverage', '101%'])).toMatchObject({ code: 2 });
  });
});

describe('glidepath policy mutate', () => {
  it('gives the tests that kill every survivor', async () => {
    const { code, stdout } = await glidepathHere(['policy', 'mutate', small]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/survived\s+expiry\.1\.at: at 7d → 14d/);
    const mended = join(folder, 'mended.yaml');
    writeFileSync(mended, withSuggested(stdout, policyText()));
    const again = await glidepathHere(['policy', 'mutate', mended]);
    expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(/0 survived of \d+ mutants/)]);
  });
});
