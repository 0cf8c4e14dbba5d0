/** Runs the real command, in a process of its own as a user's shell does, or here where a hundred rows would cost too much. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { instant } from '@glidepath/core';
import { run } from './run.ts';
import { createScreen } from './terminal/screen.ts';
import { isReadyMessage, type ReadyMessage } from './up/ready-message.ts';

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const LAUNCHER = fileURLToPath(new URL('../bin/glidepath.mjs', import.meta.url));

export interface CliOptions {
  readonly stdin?: string;
  /** Beside PATH and HOME, nothing of the test's own environment reaches the command. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Closes the pipe before the command writes, as `| head -0` does. */
  readonly closesOutput?: boolean;
}

export function glidepath(args: readonly string[], { stdin = '', env = {}, cwd, closesOutput = false }: CliOptions = {}): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [LAUNCHER, ...args], {
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    if (closesOutput) child.stdout.destroy();
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      stdout += part;
    });
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      stderr += part;
    });
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

export interface RunningUp {
  readonly ready: ReadyMessage;
  /** By a signal, and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** A control plane in a process of its own, on a free port; fails with its log when it ends before it serves. */
export async function startUp(data: string, env: Readonly<Record<string, string>>, ...more: readonly string[]): Promise<RunningUp> {
  const child = spawn(process.execPath, [LAUNCHER, 'up', '--data', data, '--port', '0', ...more], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    log += part;
  });
  const ready = await new Promise<ReadyMessage>((resolve, reject) => {
    child.on('message', (message) => isReadyMessage(message) && resolve(message));
    child.once('exit', (code) => reject(new Error(`up ended with ${code}: ${log}`)));
  });
  return {
    ready,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

/** A small policy; `change` edits its text. */
export function policyText(change: (text: string) => string = (text) => text): string {
  return change(`apiVersion: glidepath.dev/v1
kind: Policy
metadata: { name: small, title: A small product }
spec:
  features:
    run: { title: Run, essential: true }
    fast: { title: Run fast, lost: "Everything works, only slower." }
  tiers:
    - { name: full, features: [run, fast], limits: { jobs: 8 } }
    - { name: basic, features: [run], limits: { jobs: 1 } }
  plans:
    team: { tier: full, seats: { limit: 3, kind: floating, offlineBudget: 20% } }
  glidePath:
    expiry:
      - { at: -14d, notify: warning }
      - { at: 7d, tier: basic }
    unreachable: [ { at: 1d, notify: warning }, { at: 14d, tier: basic } ]
  tests:
    - name: a day late has everything
      given: { expiresIn: -1d }
      expect: { tier: full, fast: allow }
`);
}

/** The command line as `glidepath` runs it, without the process: same program, same screen, two pipes. */
export async function glidepathHere(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliRun> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const printed = Promise.all([textOf(out), textOf(err)]);
  const code = await run(args, {
    screen: createScreen(out as unknown as NodeJS.WriteStream, err as unknown as NodeJS.WriteStream),
    env,
    isInteractive: false,
    now: () => instant(Date.now()),
    readFile,
    readStdin: async () => new Uint8Array(),
    readSecret: async () => '',
    fetch,
  });
  out.end();
  err.end();
  const [stdout, stderr] = await printed;
  return { code, stdout, stderr };
}
