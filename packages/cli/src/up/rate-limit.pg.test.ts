import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { glidepathHere, LAUNCHER } from '../cli.testkit.ts';
import { isReadyMessage } from './ready-message.ts';

const home = mkdtempSync(join(tmpdir(), 'glidepath-limit-'));
let child: ChildProcess | null = null;

afterAll(async () => {
  if (child !== null && child.exitCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  rmSync(home, { recursive: true, force: true });
});

describe('glidepath up --rate-limit', () => {
  it('is refused when it is not understood, before anything is made', async () => {
    const { code, stderr } = await glidepathHere(['up', '--data', join(home, 'none'), '--rate-limit', 'lots'], { HOME: home });
    expect([code, stderr]).toEqual([2, expect.stringContaining('credential=2000/40000')]);
  });

  it('limits an address, and never those who look whether it lives', async () => {
    const args = ['up', '--data', join(home, 'data'), '--port', '0', '--rate-limit', 'address=1/3'];
    const started = spawn(process.execPath, [LAUNCHER, ...args], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { PATH: process.env.PATH ?? '', HOME: home },
    });
    child = started;
    const address = await new Promise<string>((resolve, reject) => {
      started.on('message', (message) => isReadyMessage(message) && resolve(message.address));
      started.once('exit', (code) => reject(new Error(`up ended with ${code}`)));
    });
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`${address}/v1/licenses`)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 401).length).toBeGreaterThanOrEqual(3);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers.get('ratelimit-policy')).toBe('"address";q=3;w=3');
    for (const path of ['/healthz', '/readyz', '/healthz', '/readyz']) expect((await fetch(address + path)).status).toBe(200);
  });
});
