import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { glidepathHere } from '../cli.testkit.ts';
import { startControlPlane, type TestControlPlane } from './test-control-plane.ts';

const PROBE = `apiVersion: glidepath.dev/v1
kind: Probe
metadata: { name: flexlm-lab }
spec: { kind: flexlm, settings: { command: lmstat } }
`;
const HELD = `apiVersion: glidepath.dev/v1
kind: HeldLicense
metadata: { name: matlab }
spec:
  product: MATLAB
  vendor: MathWorks
  contract: { expires: 2027-03-31 }
  owners: { team: eda, people: [ana@example.com, bo@example.com] }
  watch: [ { probe: flexlm-lab } ]
`;
const CHANNEL = `apiVersion: glidepath.dev/v1
kind: Channel
metadata: { name: oncall }
spec: { kind: slack, url: "env:SLACK_URL" }
`;
const ADDRESS = 'https://chat.example.com/hooks/T0/B0/swordfish';

let plane: TestControlPlane;
let folder: string;
beforeEach(async () => {
  plane = await startControlPlane();
  folder = mkdtempSync(join(tmpdir(), 'glidepath-apply-'));
});
afterEach(() => {
  plane.stop();
  rmSync(folder, { recursive: true, force: true });
});

function put(name: string, content: string): string {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
  return file;
}
const apply = (args: readonly string[] = [], env: Record<string, string> = {}) =>
  glidepathHere(['apply', '-f', folder, ...args], { HOME: folder, ...plane.env, ...env });

describe('glidepath apply', () => {
  it('shows the plan, makes it so, and then has nothing to do', async () => {
    put('eda/matlab.yaml', HELD);
    put('probes.yml', `# ours\n${PROBE}---\n${CHANNEL}`);
    put('.git/broken.yaml', 'a: [');
    put('notes.txt', 'a: [');
    const planned = await apply(['--dry-run'], { SLACK_URL: ADDRESS });
    expect([planned.code, planned.stderr]).toEqual([0, '']);
    expect(planned.stdout).toContain('+ create  HeldLicense  matlab\n+ create  Probe        flexlm-lab\n+ create  Channel      oncall');
    expect(planned.stdout).toContain('3 to create, 0 to change, 0 to remove, 0 unchanged');
    expect(await plane.house.world.store.count('heldLicense', {})).toBe(0);
    const applied = await apply([], { SLACK_URL: ADDRESS });
    expect([applied.code, applied.stderr]).toEqual([0, '']);
    expect(applied.stdout).toContain('applied\n');
    expect(JSON.stringify(plane.house.world.store.snapshot())).not.toContain('swordfish');
    expect((await apply([], { SLACK_URL: ADDRESS })).stdout).toBe('0 to create, 0 to change, 0 to remove, 3 unchanged\nnothing to do\n');
  });

  it('shows what changes from what to what, and removes only when asked', async () => {
    put('a.yaml', `${HELD}---\n${PROBE}`);
    await apply();
    put('a.yaml', HELD.replace('2027-03-31', '2028-03-31').replace(/ {2}watch.*\n/, ''));
    const changed = await apply();
    expect(changed.stdout).toMatch(/~ change {2}HeldLicense {2}matlab\n {4}contract\.expires {2}2027-03-31 → 2028-03-31\n/);
    expect(await plane.house.world.store.count('probe', {})).toBe(1);
    const pruned = await apply(['--prune']);
    expect(pruned.stdout).toContain('- remove  Probe  flexlm-lab\n0 to create, 0 to change, 1 to remove, 1 unchanged');
    expect(await plane.house.world.store.count('probe', {})).toBe(0);
  });

  it('says everything that is wrong in any file, with its place, and sends nothing', async () => {
    const one = put('one.yaml', HELD.replace('vendor', 'vendr'));
    const two = put('two.yaml', `${PROBE.replace('flexlm,', 'flexml,')}---\n${HELD}---\n${CHANNEL}`);
    const { code, stdout, stderr } = await apply();
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`${one}:6:3  nothing reads \`vendr\` here`);
    expect(stderr).toContain('Did you mean vendor?');
    expect(stderr).toContain(`${two}:4:15  `);
    expect(stderr).toContain(`${two}:19:27  this reference leads to nothing: found the variable SLACK_URL is empty`);
    expect(stderr).toContain('Nothing was sent.');
    expect(await plane.house.world.store.count('heldLicense', {})).toBe(0);
  });

  it('says where a name stands twice, and which probe is missing, in the files', async () => {
    const one = put('one.yaml', PROBE);
    const two = put('two.yaml', `---\n${PROBE}`);
    expect((await apply()).stderr).toContain(`${two}:4:19  a Probe of this name stands in ${one}:1 already`);
    rmSync(two);
    put('one.yaml', HELD);
    const { code, stderr } = await apply();
    expect(code).toBe(2);
    expect(stderr).toContain(`${one}:9:21  `);
    expect(stderr).toContain('Nothing was changed.');
  });

  it('takes what a person wrote in the place of what discovery found under that name', async () => {
    put('discovered.yaml', `${HELD.replace('MathWorks', 'Guessed')}---\n${PROBE}`);
    put('eda.yaml', HELD);
    const { code, stdout } = await apply();
    expect([code, stdout.includes('2 to create')]).toEqual([0, true]);
    expect(await plane.house.world.store.find('heldLicense', {}, { limit: 9 })).toMatchObject([{ vendor: 'MathWorks' }]);
  });

  it('never repeats a key that was pasted, nor the line that it stands in', async () => {
    put(
      'one.yaml',
      'apiVersion: glidepath.dev/v1\nkind: HeldLicense\nmetadata: { name: a }\nspec: { product: A, vendor: V, vendr: x, key: QX7RM-41TPL-88ZKD-0WEVB }\n',
    );
    for (const json of [[], ['--json']]) {
      const { code, stderr } = await apply(json);
      expect(code).toBe(2);
      expect(stderr).toContain('no reference');
      expect(stderr).not.toContain('41TPL');
    }
  });

  it('prints what the control plane says as JSON', async () => {
    put('one.yaml', PROBE);
    expect(JSON.parse((await apply(['--json'])).stdout)).toEqual({
      plan: [{ action: 'create', kind: 'Probe', name: 'flexlm-lab', changes: [] }],
      applied: true,
    });
  });

  it.each([
    ['an empty folder', [], /there is no document in/],
    ['a file that is not there', ['-f', '/nowhere/x.yaml'], /there is no such file or folder/],
  ])('refuses %s', async (_, more, message) => {
    const { code, stderr } = await apply(more);
    expect([code, message.test(stderr)]).toEqual([2, true]);
  });
});
