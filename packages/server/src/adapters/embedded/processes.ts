/**
 * What can be known about a process of this machine: whether it lives, whether it is still the same one, and where it works.
 *
 * A process id alone proves nothing: after a restart of a container or a machine another process has it. On Linux the
 * start time in /proc tells them apart; elsewhere `ps` says when it started; on Windows only "it lives" is known.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM';
  }
  return !isZombie(pid);
}

/** Tells this process from a later one with the same id; null when the process is gone or the system does not say. */
export function startMark(pid: number): string | null {
  if (process.platform === 'linux') {
    const fields = statFields(pid);
    return fields?.[19] ?? null;
  }
  if (process.platform === 'win32') return null;
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env: { LC_ALL: 'C' } }).trim() || null;
  } catch {
    return null;
  }
}

/** Whether the process is a PostgreSQL whose data lie in `cluster`. */
export function isPostgresOf(pid: number, cluster: string): boolean {
  if (!isAlive(pid)) return false;
  try {
    if (process.platform === 'linux') {
      // A postmaster works inside its data folder; device and inode hold however the path is spelled.
      const there = statSync(`/proc/${pid}/cwd`);
      const here = statSync(cluster);
      return there.dev === here.dev && there.ino === here.ino && /postgres/.test(readFileSync(`/proc/${pid}/comm`, 'utf8'));
    }
    if (process.platform === 'win32') {
      // Windows tells no working directory; the name keeps us from ending a stranger that got the id.
      return execFileSync('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'], { encoding: 'utf8' }).includes('postgres.exe');
    }
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return command.includes('postgres') && command.includes(cluster);
  } catch {
    return false;
  }
}

/** Where this process runs, so that a note left for others says whether they can see it. */
export function processRoom(): { boot: string | null; namespace: string | null } {
  if (process.platform !== 'linux') return { boot: null, namespace: null };
  try {
    return { boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(), namespace: readlinkSync('/proc/self/ns/pid') };
  } catch {
    return { boot: null, namespace: null };
  }
}

/** Waits until a process is gone; false when it still lives after `limitMs`. */
export async function waitForEnd(pid: number, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (isAlive(pid)) {
    if (performance.now() >= end) return false;
    await sleep(20);
  }
  return true;
}

/** An ended process that its parent has not collected answers signals, but holds nothing any more. */
function isZombie(pid: number): boolean {
  return process.platform === 'linux' && statFields(pid)?.[0] === 'Z';
}

/** Fields of /proc/PID/stat from the third (state) on; the second is a name that may hold blanks and parentheses. */
function statFields(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}
