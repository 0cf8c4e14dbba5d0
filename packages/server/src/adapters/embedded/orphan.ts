/**
 * Ends a PostgreSQL that an earlier control plane left behind in our data folder.
 *
 * SIGKILL of the control plane leaves its database running. It is stopped and started anew rather than adopted: only a
 * child of ours tells us its end and its log, and a fast shutdown with a start takes a fifth of a second. Called with the
 * data folder locked, so that nobody else alive stands behind it.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../world.ts';
import { embeddedFault, errorCode, fileFault } from './faults.ts';
import { isAlive, isPostgresOf, waitForEnd } from './processes.ts';

/** How long each way of asking gets. Fast shutdown writes a checkpoint first, which a slow disk may stretch. */
const STEPS = [
  { signal: 'SIGINT', limitMs: 20_000 },
  { signal: 'SIGQUIT', limitMs: 5_000 },
  { signal: 'SIGKILL', limitMs: 5_000 },
] as const;

export async function endOrphan(cluster: string, log: Log): Promise<void> {
  const path = join(cluster, 'postmaster.pid');
  const pid = await recordedPid(path);
  if (pid === null) return;
  if (!isPostgresOf(pid, cluster)) {
    // The id belongs to a stranger now. PostgreSQL sees only that somebody of its user lives, and would refuse to start.
    if (isAlive(pid)) await rm(path, { force: true }).catch(() => {});
    return;
  }
  log.warn('postgres.orphan', { pid, doing: 'stopping it before starting anew' });
  for (const step of STEPS) {
    try {
      process.kill(pid, step.signal);
    } catch (error) {
      if (errorCode(error) === 'ESRCH') return;
      throw embeddedFault(
        'database-still-running',
        `A PostgreSQL from before (process ${pid}) holds ${cluster}, and this user may not stop it. Stop it: kill -INT ${pid}`,
        error,
      );
    }
    if (await waitForEnd(pid, step.limitMs)) return;
  }
  throw embeddedFault(
    'database-still-running',
    `A PostgreSQL from before (process ${pid}) holds ${cluster} and does not end, not even by SIGKILL. Look at its disk.`,
  );
}

async function recordedPid(path: string): Promise<number | null> {
  try {
    const pid = Number.parseInt((await readFile(path, 'utf8')).split('\n')[0] ?? '', 10);
    return Number.isSafeInteger(pid) && pid > 1 ? pid : null;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw fileFault(error, path);
  }
}
