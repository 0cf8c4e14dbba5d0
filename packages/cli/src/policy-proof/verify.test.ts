import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { glidepathHere, policyText } from '../cli.testkit.ts';

describe('policy verify', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'glidepath-verify-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const good = policyText();
  /** Nothing is said before the tier goes. */
  const silent = policyText((text) => text.replace('- { at: -14d, notify: warning }', '- { at: -14d, notify: info }'));
  const hostile = policyText((text) =>
    text.replace('a day late has everything', '"<b>&]]>"').replace('tier: full, fast', 'tier: basic, fast'),
  );

  async function put(name: string, source: string): Promise<string> {
    const file = join(folder, name);
    await writeFile(file, source);
    return file;
  }

  it('says how many states were decided, and ends with 0', async () => {
    const { code, stdout } = await glidepathHere(['policy', 'verify', await put('good.yaml', good)]);
    expect(stdout).toMatch(/good\.yaml: proved {2}small {2}[\d,]+ states in \d+ ms, 1 of 1 tests passed {2}sha256:/);
    expect(code).toBe(0);
  });

  it('tells the shortest way to break a promise, at its line, and ends with 1', async () => {
    const late = silent.replace('  tests:', '  guarantees: [ { notice: 14d, before: loss, cause: expiry } ]\n  tests:');
    const file = await put('late.yaml', late);
    const { code, stdout } = await glidepathHere(['policy', 'verify', file]);
    const line = late.split('\n').findIndex((text) => text.includes('guarantees')) + 1;
    expect(stdout).toContain(`${file}:${line}:`);
    expect(stdout).toMatch(/notice-too-late: .*\n +at first .*full/);
    expect(code).toBe(1);
    const given = /--given '(.*)'/.exec(stdout)?.[1] ?? '';
    expect(await glidepathHere(['decide', '--policy', file, '--given', given])).toMatchObject({ code: 0 });
  });

  it('shows the worst file first, and all of it as JSON', async () => {
    const files = [await put('good.yaml', good), await put('rises.yaml', good.replace('7d, tier: basic', '7d, tier: nothing'))];
    const { code, stdout } = await glidepathHere(['policy', 'verify', ...files, '--json']);
    const { files: told } = JSON.parse(stdout) as { files: { file: string; ok: boolean; violations: unknown[]; proof: unknown }[] };
    expect(told.map(({ file, ok }) => [file, ok])).toEqual([
      [files[1], false],
      [files[0], true],
    ]);
    expect(told[0]?.violations).toHaveLength(1);
    expect(told[1]?.proof).toMatchObject({ isProved: true, violations: [] });
    expect(code).toBe(1);
  });

  it('writes findings as SARIF, each with a rule and a place', async () => {
    const file = await put('hostile.yaml', hostile);
    const { code, stdout } = await glidepathHere(['policy', 'verify', file, '--sarif', '-']);
    expect(code).toBe(1);
    const sarif = JSON.parse(stdout) as SarifLog;
    expect(sarif.version).toBe('2.1.0');
    const [run] = sarif.runs;
    expect(run?.results.length).toBeGreaterThan(0);
    for (const { ruleId, ruleIndex, locations } of run?.results ?? []) {
      expect(run?.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
      expect(locations[0]?.physicalLocation.region.startLine).toBeGreaterThan(0);
    }
  });

  it('writes JUnit whose names cannot break out of it', async () => {
    const file = await put('hostile.yaml', hostile);
    const out = join(folder, 'junit.xml');
    await glidepathHere(['policy', 'verify', file, '--junit', out]);
    const xml = await readFile(out, 'utf8');
    expect(xml).toContain('name="&lt;b&gt;&amp;]]&gt;"');
    const [, tests, failures] = /tests="(\d+)" failures="(\d+)"/.exec(xml) ?? [];
    expect(xml.match(/<testcase /g)).toHaveLength(Number(tests));
    expect(xml.match(/<failure /g)).toHaveLength(Number(failures));
    expect(Number(failures)).toBe(1);
  });

  it('writes each counterexample as a drill beside its policy', async () => {
    const file = await put('early.yaml', good.replace('  tests:', '  guarantees: [ { offline: 15d }, { always: fast } ]\n  tests:'));
    const drills = join(folder, 'drills');
    const { stdout } = await glidepathHere(['policy', 'verify', file, '--drills', drills]);
    const written = (await readdir(drills)).sort();
    expect(written).toEqual(['small-always-broken.yaml', 'small-offline-too-short.yaml']);
    for (const name of written) {
      expect(stdout).toContain(name);
      const drill: unknown = parse(await readFile(join(drills, name), 'utf8'));
      expect(drill).toMatchObject({ apiVersion: 'glidepath.dev/v1', kind: 'Drill', world: { policy: '../early.yaml' } });
    }
  });

  it('prints what the page about policies shows', async () => {
    const root = new URL('../../../../', import.meta.url);
    const page = await readFile(new URL('docs/policies.md', root), 'utf8');
    const [, args = '', shown = ''] = /```sh\nnpx glidepath (policy verify .*)\n```\n```\n([^`]*)```/.exec(page) ?? [];
    const file = args.split(' ').at(-1) ?? '';
    const { stdout } = await glidepathHere(['policy', 'verify', fileURLToPath(new URL(file, root))]);
    const timeless = (text: string) => text.replace(/\d+ ms/, 'N ms').replace(fileURLToPath(root), '');
    expect(timeless(stdout)).toBe(timeless(shown));
  });

  it('says of a file that is no tree that nothing could be proved', async () => {
    const { code, stdout } = await glidepathHere(['policy', 'verify', await put('none.yaml', 'a: [')]);
    expect(stdout).toContain('not proved');
    expect(code).toBe(1);
  });
});

interface SarifLog {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly locations: readonly { readonly physicalLocation: { readonly region: { readonly startLine: number } } }[];
    }[];
  }[];
}
