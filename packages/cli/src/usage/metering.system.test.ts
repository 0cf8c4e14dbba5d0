import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { glidepath, LAUNCHER } from '../cli.testkit.ts';
import { isReadyMessage, type ReadyMessage } from '../up/ready-message.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../../..');
const home = mkdtempSync(join(tmpdir(), 'glidepath-metering-'));
/** What a person has in the shell by that step of the page: the page says `export NAME=…`. */
const shell: Record<string, string> = {};

let child: ChildProcess;
let ready: ReadyMessage;

const page = readFileSync(join(root, 'docs/metering.md'), 'utf8');
/** Blocks of the page: what is typed, and what the page says that it prints (null: nothing is said). */
const blocks = [...page.matchAll(/^```sh\n([^`]*?)```\n(?:```\n(.*?)```\n)?/gms)].map(([, typed = '', printed]) => ({
  typed,
  printed: printed ?? null,
}));

beforeAll(async () => {
  // `npx glidepath` is the command of this checkout, as after `npm ci`, without asking npm each time.
  const bin = join(home, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\nshift\nexec "${process.execPath}" "${LAUNCHER}" "$@"\n`);
  chmodSync(join(bin, 'npx'), 0o755);
  Object.assign(shell, {
    ...{ PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`, HOME: home, GLIDEPATH_DATA: join(home, 'data') },
    ...{ NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' },
  });
  child = spawn(process.execPath, [LAUNCHER, 'up', '--port', '0'], { env: shell, cwd: root, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    log += part;
  });
  ready = await new Promise((resolve, reject) => {
    child.on('message', (message) => isReadyMessage(message) && resolve(message));
    child.once('exit', (code) => reject(new Error(`up ended with ${code}: ${log}`)));
  });
  expect((await glidepath(['sign-in', String(ready.signInCode), '--server', ready.address], { env: shell })).code).toBe(0);
});

afterAll(async () => {
  if (child && child.exitCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

/** Types a block; what a person would have filled in for `…` is in the shell already. */
async function type(typed: string): Promise<string> {
  const script = `set -e\nexec 2>&1\n${typed.replace(/^export .*….*\n/gm, '')}`;
  const { stdout } = await run('sh', ['-c', script], { env: shell, cwd: root });
  return stdout;
}

/** What differs from run to run: the names of this one, instants, and the blanks that align them. */
function timeless(printed: string): string {
  return printed
    .replace(/lic_[0-9a-f-]{36}/g, 'LICENSE')
    .replace(/rsv_[0-9a-f-]{36}/g, 'RESERVATION')
    .replace(/\d{4}-\d{2}-\d{2}( \d{2}:\d{2}Z)?(?![T\d])/g, 'DAY')
    .replace(/(expected) \d{4}-[\dT:.-]+Z/g, '$1 INSTANT')
    .replace(/ +/g, ' ')
    .trim();
}

function keep(printed: string): void {
  const [license] = /lic_[0-9a-f-]{36}/.exec(printed) ?? [];
  const [key] = /glk_\w+/.exec(printed) ?? [];
  const [reservation] = /rsv_[0-9a-f-]{36}/.exec(printed) ?? [];
  Object.assign(shell, license && { LICENSE: license }, key && { KEY: key }, reservation && { RESERVATION: reservation });
}

const today = (): string => new Date().toISOString().slice(0, 10);

describe('the page about metering', () => {
  it('has each of its steps', () => {
    const typed = blocks.map((block) => block.typed).join('');
    for (const step of ['policy publish', 'license issue', 'usage report', 'curl', 'usage balance', 'usage reserve', 'usage commit'])
      expect(typed).toContain(step);
    expect(blocks).toHaveLength(page.split('```sh\n').length - 1);
    expect(blocks.filter(({ printed }) => printed !== null).length).toBeGreaterThan(6);
  });

  it('works as it is written, and prints what it says', async () => {
    shell.SERVER = ready.address;
    const startedOn = today();
    for (const { typed, printed } of blocks) {
      const found = await type(typed);
      keep(found);
      expect(found).not.toContain('\x1b');
      // At midnight in UTC the day of storage begins anew, and a balance of the page is yesterday's.
      if (printed !== null && today() === startedOn) expect([typed, timeless(found)]).toEqual([typed, timeless(printed)]);
    }
  });

  it('shows the policy that it speaks of', () => {
    const words = (text: string) => text.replace(/\s+/g, ' ');
    const policy = words(readFileSync(join(root, 'examples/policies/api-platform.yaml'), 'utf8'));
    const [, shown = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
    for (const line of shown.split('\n').filter((each) => each.includes('{'))) expect(policy).toContain(words(line).trim());
  });
});
