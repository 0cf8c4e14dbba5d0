/**
 * Runs a command of the agent's own file: its argv as it stands, no shell, nothing of our environment, bounded in time and
 * output. Whatever goes wrong is a value; a command that is not there never ends an agent.
 *
 * The command leads a process group of its own, and the whole group is killed when its time is up. A child that leaves the
 * group (`setsid`) outlives that: only a container or a user of its own bounds such a one.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { type CommandOutput, type CommandReason, deny, type LocalCommand, nearest, ok, type Result, type Scheduler } from '@glidepath/core';

/** lmstat of 100,000 lines has 8 MB. */
export const STDOUT_BYTES_MAX = 64 * 1024 * 1024;
/** What is kept of what a command complains about; the rest is let go. */
const STDERR_BYTES_MAX = 64 * 1024;

/**
 * All that a command finds in its environment, beside what the agent's file gives it: where the system's tools lie, no
 * locale (dates and numbers are read in English), and the machine's own time zone if it is set by variable.
 */
export function minimalEnvironment(own: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    LC_ALL: 'C',
    HOME: '/',
    ...(own.TZ === undefined ? {} : { TZ: own.TZ }),
    // Without it no program starts there.
    ...(own.SystemRoot === undefined ? {} : { SystemRoot: own.SystemRoot }),
  };
}

export interface RunnerWorld {
  readonly commands: readonly LocalCommand[];
  readonly scheduler: Scheduler;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether this process is root: then a command without a `uid` is refused. */
  readonly isRoot: boolean;
  /** The agent's own end, which no command of it outlives. */
  readonly stopping?: AbortSignal;
  readonly stdoutBytesMax?: number;
}

export type CommandRunner = (name: string) => Promise<Result<CommandOutput, CommandReason>>;

export function createCommandRunner(world: RunnerWorld): CommandRunner {
  return async (name) => {
    const command = world.commands.find((each) => each.name === name);
    if (command === undefined) return unknownCommand(name, world.commands);
    if (world.isRoot && command.uid === null) return rootRefused(command);
    return runCommand(command, world);
  };
}

function unknownCommand(name: string, commands: readonly LocalCommand[]): Result<never, CommandReason> {
  const names = commands.map((command) => command.name);
  const near = nearest(name, names);
  const known = names.length === 0 ? 'it names none' : `it names ${names.slice(0, 10).join(', ')}`;
  const meant = near === null ? '' : `; did you mean ${near}?`;
  return deny('command-missing', `the agent's own file names no command \`${name.slice(0, 64)}\`: ${known}${meant}`);
}

/** An agent that happens to run as root must not lend that to a vendor's tool without anybody having said so. */
function rootRefused({ name }: LocalCommand): Result<never, CommandReason> {
  return deny(
    'command-failed',
    `the agent runs as root, and the command \`${name}\` has no \`uid\`: give it one such as 65534, or 0 to say that it needs root`,
  );
}

async function runCommand(command: LocalCommand, world: RunnerWorld): Promise<Result<CommandOutput, CommandReason>> {
  const [program = '', ...args] = command.argv;
  let child: ChildProcess;
  try {
    child = spawn(program, args, {
      ...{ cwd: '/', env: { ...minimalEnvironment(world.env), ...command.env }, shell: false, windowsHide: true },
      ...{ detached: process.platform !== 'win32', stdio: ['ignore', 'pipe', 'pipe'] },
      ...(command.uid === null ? {} : { uid: command.uid, gid: command.gid ?? command.uid }),
    });
  } catch (error) {
    return notStarted(command, error);
  }
  return ended(child, command, world);
}

function notStarted({ name, argv }: LocalCommand, error: unknown): Result<never, CommandReason> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (code === 'ENOENT') return deny('command-missing', `the program of the command \`${name}\` is not there: ${argv[0]}`);
  const why = code === 'EPERM' ? 'this agent may not take on its uid' : code === 'EACCES' ? 'it may not be executed' : code;
  return deny('command-failed', `the command \`${name}\` cannot be started: ${why}`, { code });
}

function ended(child: ChildProcess, command: LocalCommand, world: RunnerWorld): Promise<Result<CommandOutput, CommandReason>> {
  const outMax = world.stdoutBytesMax ?? STDOUT_BYTES_MAX;
  const [out, err] = [gatherer(outMax), gatherer(STDERR_BYTES_MAX)];
  return new Promise((resolve) => {
    const timer = world.scheduler.after(command.timeoutMs, () => {
      const ran = `the command \`${command.name}\` ran for more than ${Math.ceil(command.timeoutMs / 1_000)} s and was killed`;
      stopWith(deny('timeout', ran, { timeoutMs: command.timeoutMs }));
    });
    const stop = () => stopWith(deny('command-failed', `the agent stopped while the command \`${command.name}\` ran`));
    world.stopping?.addEventListener('abort', stop);
    const settle = (result: Result<CommandOutput, CommandReason>) => {
      timer.cancel();
      world.stopping?.removeEventListener('abort', stop);
      resolve(result);
    };
    const stopWith = (result: Result<CommandOutput, CommandReason>) => {
      killGroup(child);
      // Whoever left the group may hold the pipes open: nobody waits for that.
      child.stdout?.destroy();
      child.stderr?.destroy();
      settle(result);
    };
    child.stdout?.on('data', (part: Buffer) => {
      if (!out.take(part)) stopWith(deny('too-large', `the command \`${command.name}\` said more than ${outMax} bytes and was killed`));
    });
    child.stderr?.on('data', (part: Buffer) => void err.take(part));
    child.once('error', (error) => settle(notStarted(command, error)));
    // Not at `exit`: a child of the command may still be writing.
    child.once('close', (code, signal) => settle(ok({ stdout: out.bytes(), stderr: err.bytes(), exitCode: exitCodeOf(code, signal) })));
  });
}

/** As shells say it: 128 and the number of the signal that ended it. */
function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : (constants.signals[signal] ?? 0));
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // All of it has ended already.
  }
}

/** Keeps at most so many bytes; `take` says whether all that came is kept. */
function gatherer(most: number): { take(part: Buffer): boolean; bytes(): Uint8Array } {
  const parts: Buffer[] = [];
  let size = 0;
  return {
    take(part) {
      const room = most - size;
      if (room > 0) parts.push(part.subarray(0, room));
      size += part.length;
      return part.length <= room;
    },
    bytes: () => Buffer.concat(parts),
  };
}
