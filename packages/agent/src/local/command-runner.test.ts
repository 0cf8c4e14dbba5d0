import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandOutput, LocalCommand, Scheduler } from '@glidepath/core';
import { afterAll, describe, expect, it } from 'vitest';
import { createCommandRunner, minimalEnvironment, type RunnerWorld } from './command-runner.ts';

const folder = mkdtempSync(join(tmpdir(), 'glidepath-run-'));
const plain = join(folder, 'plain');
writeFileSync(plain, 'no program', { mode: 0o600 });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Real timers: what is bounded here is a real process. */
const scheduler: Scheduler = {
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

const IS_ROOT = process.getuid?.() === 0;

function node(script: string, change: Partial<LocalCommand> = {}): LocalCommand {
  const argv = [process.execPath, '-e', script];
  return { name: 'it', argv, timeoutMs: 30_000, uid: IS_ROOT ? 0 : null, gid: null, env: {}, ...change };
}

function running(command: LocalCommand, world: Partial<RunnerWorld> = {}) {
  const env = { PATH: '/own/path', SECRET: 'of the agent', TZ: 'Europe/Berlin' };
  return createCommandRunner({ commands: [command], scheduler, env, isRoot: IS_ROOT, ...world })('it');
}

const words = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function output(result: Awaited<ReturnType<typeof running>>): CommandOutput {
  if (!result.ok) throw new Error(result.message);
  return result.value;
}

describe('a command', () => {
  it('gets its arguments as they stand, whatever a shell would make of them', async () => {
    const hostile = ['$(touch /tmp/x)', '; rm -rf *', '*', 'a b', "it's", '-'];
    const command = node('process.stdout.write(JSON.stringify(process.argv.slice(1)))');
    const ran = output(await running({ ...command, argv: [...command.argv, '--', ...hostile] }));
    expect(JSON.parse(words(ran.stdout))).toEqual(hostile);
  });

  it('finds the stated minimum in its environment, and what the file gives it', async () => {
    const script = 'process.stdout.write(JSON.stringify([process.env, process.cwd()]))';
    const ran = output(await running(node(script, { env: { LM_LICENSE_FILE: '27000@a' } })));
    expect(JSON.parse(words(ran.stdout))).toEqual([{ ...minimalEnvironment({ TZ: 'Europe/Berlin' }), LM_LICENSE_FILE: '27000@a' }, '/']);
  });

  it('reads nothing from standard input', async () => {
    expect(words(output(await running(node('process.stdin.pipe(process.stdout)'))).stdout)).toBe('');
  });

  it('may fail and still say what was asked', async () => {
    const ran = output(await running(node('console.log("seen"); console.error("but"); process.exit(7)')));
    expect({ ...ran, stdout: words(ran.stdout), stderr: words(ran.stderr) }).toEqual({ stdout: 'seen\n', stderr: 'but\n', exitCode: 7 });
  });

  it('that a signal ended has the code that shells give it', async () => {
    expect(output(await running(node('process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)'))).exitCode).toBe(143);
  });

  it.each([
    ['is not named', 'other', node(''), 'command-missing', /names no command `other`: it names it/],
    ['is not there', 'it', node('', { argv: ['/nowhere/lmutil'] }), 'command-missing', /is not there: \/nowhere\/lmutil/],
    ['may not be executed', 'it', node('', { argv: [plain] }), 'command-failed', /may not be executed/],
    ['has an argument that nothing takes', 'it', node('', { argv: ['/bin/echo', 'a\0b'] }), 'command-failed', /cannot be started/],
  ] as const)('that %s is a value', async (_, name, command, reason, says) => {
    const result = await createCommandRunner({ commands: [command], scheduler, env: {}, isRoot: false })(name);
    expect(result).toMatchObject({ ok: false, reason, message: expect.stringMatching(says) });
  });

  it('is refused without a uid when the agent is root, and runs when the file says which', async () => {
    const ran = await running(node('', { uid: null }), { isRoot: true });
    expect(ran).toMatchObject({ ok: false, reason: 'command-failed', message: expect.stringMatching(/runs as root[\s\S]*`uid`/) });
  });

  it('takes on the rights that its uid has, group and all', async () => {
    if (!IS_ROOT) return expect(await running(node('', { uid: 65_534 }))).toMatchObject({ ok: false, reason: 'command-failed' });
    const ran = output(await running(node('', { argv: ['/usr/bin/id'], uid: 65_534 })));
    expect(words(ran.stdout)).toMatch(/^uid=65534\S* gid=65534\S*( groups=65534\S*)?\n$/);
  });

  it('that takes too long is killed with the children that it started', async () => {
    const pids = join(folder, 'pids');
    const child = `require('fs').writeFileSync(${JSON.stringify(pids)}, String(process.pid)); setInterval(() => {}, 1000)`;
    const script = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' });
      setInterval(() => {}, 1000)`;
    // Its time is up as soon as the grandchild runs.
    const whenRunning: Scheduler = {
      after(_, task) {
        const timer = setInterval(() => existsSync(pids) && readFileSync(pids, 'utf8') !== '' && task(), 10);
        return { cancel: () => clearInterval(timer) };
      },
    };
    expect(await running(node(script), { scheduler: whenRunning })).toMatchObject({ ok: false, reason: 'timeout' });
    const grandchild = Number(readFileSync(pids, 'utf8'));
    await expect.poll(() => isAlive(grandchild)).toBe(false);
  });

  it('that never stops talking is killed', async () => {
    const script = 'const more = () => process.stdout.write("x".repeat(65536), more); more()';
    expect(await running(node(script), { stdoutBytesMax: 1_000_000 })).toMatchObject({ ok: false, reason: 'too-large' });
  });

  it('may complain without end: only the beginning is kept', async () => {
    const ran = output(await running(node('process.stderr.write("x".repeat(200000), () => console.log("done"))')));
    expect([ran.stderr.length, words(ran.stdout)]).toEqual([65_536, 'done\n']);
  });

  it('does not outlive its agent', async () => {
    const stopping = new AbortController();
    const marker = join(folder, 'started');
    writeFileSync(marker, '');
    const script = `require('fs').writeFileSync(${JSON.stringify(marker)}, String(process.pid)); setInterval(() => {}, 1000)`;
    const ran = running(node(script), { stopping: stopping.signal });
    await expect.poll(() => readFileSync(marker, 'utf8')).not.toBe('');
    stopping.abort();
    expect(await ran).toMatchObject({ ok: false, reason: 'command-failed' });
    await expect.poll(() => isAlive(Number(readFileSync(marker, 'utf8')))).toBe(false);
  });
});

/** A process that ended and that nobody has asked about yet does not count. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
