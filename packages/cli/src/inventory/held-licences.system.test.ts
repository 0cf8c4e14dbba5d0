import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliRun, glidepath, LAUNCHER } from '../cli.testkit.ts';
import { isReadyMessage, type ReadyMessage } from '../up/ready-message.ts';

const root = join(import.meta.dirname, '../../../..');
const home = mkdtempSync(join(tmpdir(), 'glidepath-held-'));
const POLL = { timeout: 60_000, interval: 250 };
/** What a terminal, a chat or a page acts on. */
const ESC = '\x1b';
const HOSTILE = `=cmd|calc<!channel><script>alert(1)</script>${ESC}]0;owned\x07`;

let chat: Server;
let child: ChildProcess;
let ready: ReadyMessage;
let env: Record<string, string>;
let log = '';
const told: string[] = [];

/** The commands of the page that takes an operator from a clone to a notice, in its order. */
const commands = [...readFileSync(join(root, 'docs/held-licences.md'), 'utf8').matchAll(/^(?:SLACK_URL=\S+ )?npx glidepath (.+)$/gm)].map(
  ([, words = '']) => [...words.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? ''),
);

beforeAll(async () => {
  chat = createServer(async (request, response) => {
    told.push(await text(request));
    response.end('ok');
  }).listen(0, '127.0.0.1');
  await once(chat, 'listening');
  const SLACK_URL = `http://127.0.0.1:${(chat.address() as AddressInfo).port}/hook`;
  env = { PATH: process.env.PATH ?? '', HOME: home, GLIDEPATH_DATA: join(home, 'data'), SLACK_URL };
});

afterAll(async () => {
  chat?.close();
  if (child && child.exitCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  rmSync(home, { recursive: true, force: true });
});

const ask = (...args: readonly string[]): Promise<CliRun> => glidepath(args, { env, cwd: root });

async function up(): Promise<void> {
  const args = ['up', '--port', '0', '--egress-allow', '127.0.0.0/8'];
  child = spawn(process.execPath, [LAUNCHER, ...args], { env, cwd: root, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    log += part;
  });
  ready = await new Promise((resolve, reject) => {
    child.on('message', (message) => isReadyMessage(message) && resolve(message));
    child.once('exit', (code) => reject(new Error(`up ended with ${code}: ${log}`)));
  });
  // Where a person reads the next sentence of the page, `up` reads what discovery has saved.
  await expect.poll(() => log, POLL).toContain('inventory.applied');
}

describe('the page about held licences', () => {
  it('has commands of each of its steps', () => {
    expect(commands.map(([first]) => first)).toEqual(
      expect.arrayContaining(['discover', 'probe', 'up', 'sign-in', 'status', 'apply', 'where', 'channel']),
    );
  });

  it('shows what discovery prints, but for the days that have passed', async () => {
    const { stdout } = await ask('discover', 'examples/held');
    const timeless = (table: string) => table.replace(/^(?:\d+ \w+|ended .*? ago|ends in) +/gm, '').replace(/ +/g, ' ');
    const page = readFileSync(join(root, 'docs/held-licences.md'), 'utf8');
    expect(timeless(page)).toContain(timeless(stdout.trim()));
  });

  it('works as it is written, from nothing to what stops next', async () => {
    for (const command of commands) {
      if (command[0] === 'up') {
        await up();
        continue;
      }
      const words = command[0] === 'sign-in' ? ['sign-in', String(ready.signInCode), '--server', ready.address] : command;
      const { code, stdout, stderr } = await ask(...words);
      expect([command.join(' '), code, stdout + stderr]).toEqual([command.join(' '), 0, stdout + stderr]);
      // No signature of a license file, by no command.
      expect(stdout + stderr).not.toContain('0000 EXAMPLE 0000');
    }
    expect((await ask('status')).stdout).toMatch(/Flow Solver.*simulation \(2\)/);
    // What the probe saw comes with the agent's next report.
    await expect.poll(async () => (await ask('where', 'Flow Solver')).stdout, POLL).toContain('flow_mesher');
    const where = (await ask('where', 'Flow Solver')).stdout;
    for (const words of ['EF-2026-118', 'mira@example.com', 'crash-simulation', 'file:/etc/flexlm/flow-solver.lic'])
      expect(where).toContain(words);
  });
});

describe('names that others chose', () => {
  it('are harmless in terminal, CSV, chat and log', async () => {
    const capture = join(home, 'lmstat.txt');
    writeFileSync(
      capture,
      `Flexible License Manager status on Mon 11/23/2026 09:30\n\nUsers of ${HOSTILE}:  (Total of 2 licenses issued;  Total of 1 license in use)\n\n` +
        `  "${HOSTILE}" v1.0, vendor: evil, expiry: 01-jan-2020\n\n    ${HOSTILE} host-1 /dev/tty (v1.0) (lic-1/27000 1), start Mon 11/23 8:02\n`,
    );
    writeFileSync(
      join(home, 'hostile.yaml'),
      `apiVersion: glidepath.dev/v1\nkind: HeldLicense\nmetadata: { name: hostile }\nspec:\n  product: ${JSON.stringify('=HYPERLINK("http://x")<!channel><script>')}\n` +
        `  vendor: "+cmd <https://x|click>"\n  contract: { expires: 2020-01-01 }\n  owners: { team: eda, people: [ana@example.com, bo@example.com] }\n`,
    );
    const outputs = [
      await ask('probe', 'flexlm', '--input', capture),
      await ask('probe', 'flexlm', '--input', capture, '--json'),
      await ask('apply', '-f', join(home, 'hostile.yaml')),
      await ask('status'),
      await ask('where', 'hostile'),
      await ask('inventory', 'list'),
    ];
    for (const { code, stdout, stderr } of outputs) {
      expect([code, stderr]).toEqual([0, stderr]);
      expect(stdout + stderr).not.toContain(ESC);
    }
    expect(outputs[0]?.stdout).toContain('\\x1b]0;owned');
    const csv = (await ask('inventory', 'export', '--format', 'csv')).stdout;
    expect(csv).toContain('HYPERLINK');
    for (const cell of csv.split(/\r?\n|,/)) expect(cell).not.toMatch(/^"?[=+@\t]/);
    await expect.poll(() => told.filter((message) => message.includes('HYPERLINK')).length, POLL).toBeGreaterThan(0);
    // One round of notices for both tests: it comes every half minute.
    await expect.poll(() => told.filter((message) => message.includes('Owners missing')).length, POLL).toBeGreaterThan(0);
    const chats = told.filter((message) => message.includes('HYPERLINK')).join('\n');
    expect(chats).not.toMatch(/<!channel>|<https:\/\/x|<script>/);
    expect(chats).toContain('&lt;!channel&gt;');
    expect(log).not.toContain(ESC);
  });
});
