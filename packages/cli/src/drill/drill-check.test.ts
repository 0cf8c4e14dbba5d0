import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { glidepathHere, policyText } from '../cli.testkit.ts';

const folder = mkdtempSync(join(tmpdir(), 'glidepath-drills-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DRILL = `apiVersion: glidepath.dev/v1
kind: Drill
metadata: { name: issuer-dark }
world: { start: 2025-05-01T00:00:00Z, nodes: 3 }
events:
  - { at: 17d, issuer: down, for: 14d }
expect:
  - { lossBy: never }
`;

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('glidepath drill', () => {
  it('says what a sound drill holds', async () => {
    expect(await glidepathHere(['drill', 'check', file('good.yaml', DRILL)])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/good\.yaml: valid, 1 event and 1 expectation in 32d for 3 nodes {2}issuer-dark/),
    });
  });

  it('says every mistake where it stands, with the nearest known word, and the worst file first', async () => {
    const wrong = file('wrong.yaml', DRILL.replace('down', 'dwon').replace('lossBy', 'lossby'));
    const { code, stdout } = await glidepathHere(['drill', 'check', join(folder, 'good.yaml'), wrong]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^.*wrong\.yaml:6:24 +`dwon` means nothing here: found "dwon", expected one of down, .* Did you mean down\?/);
    expect(stdout).toMatch(/wrong\.yaml:8:7 .* Did you mean lossBy\?/);
    expect(stdout.indexOf('wrong.yaml: ')).toBeLessThan(stdout.indexOf('good.yaml: '));
    const { files } = JSON.parse((await glidepathHere(['drill', 'check', wrong, '--json'])).stdout) as { files: { ok: boolean }[] };
    expect(files).toMatchObject([{ ok: false, violations: [{ line: 6, column: 24 }, { line: 8 }, { line: 8 }] }]);
  });

  it('reads the drills that the proof writes, and prints the schema that they keep', async () => {
    const broken = file(
      'broken.yaml',
      policyText((text) => text.replace('- { at: -14d, notify: warning }\n', '').replace(/^ {2}tests:[\s\S]*$/m, '')),
    );
    const drills = join(folder, 'drills');
    expect((await glidepathHere(['policy', 'verify', broken, '--drills', drills])).code).toBe(1);
    const { code } = await glidepathHere(['drill', 'check', join(drills, 'small-loss-unannounced.yaml')]);
    expect(code).toBe(0);
    expect(JSON.parse((await glidepathHere(['drill', 'schema'])).stdout)).toMatchObject({ title: 'Drill' });
    expect(await glidepathHere(['drill', 'check', join(folder, 'none.yaml')])).toMatchObject({ code: 2 });
  });
});
