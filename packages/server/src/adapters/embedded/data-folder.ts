/**
 * The data folder: what makes it ours, and the note that only one control plane works in it.
 *
 *     DIR/glidepath.json   the mark: this folder is Glidepath's
 *     DIR/up.lock          who works here now; its modification time is a heartbeat
 *     DIR/postgres/        the cluster and its passwords, belonging to the user that PostgreSQL runs as
 *
 * A note is judged by the process it names: alive, and started when the note says. A note from where we cannot look
 * (another container or machine that shares the disk) counts as alive while its heartbeat moves: PostgreSQL itself has
 * no defence against two servers on one shared folder. PostgreSQL's own lock (`postmaster.pid`) stays the last guard.
 */
import { randomBytes } from 'node:crypto';
import { link, lstat, mkdir, readdir, readFile, rename, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { embeddedFault, errorCode, fileFault } from './faults.ts';
import { isAlive, processRoom, startMark } from './processes.ts';

const MARK = 'glidepath.json';
const LOCK = 'up.lock';
/** What file systems and desktops leave in an empty folder, and what discovery and the operator put there before the first start. */
const NOTHING = new Set(['lost+found', '.DS_Store', MARK, LOCK, 'inventory', 'agent.yaml']);
const HEARTBEAT_MS = 3_000;
/** So many heartbeats without a sign, and a note from where we cannot look is nobody's. */
const HEARTBEATS_MISSED = 3;
const LOOKS_PER_HEARTBEAT = 12;

export interface FolderLock {
  release(): Promise<void>;
}

/** Makes the folder, or checks that it is ours; a folder with other things in it is never touched. */
export async function claimDataFolder(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const entries = await readdir(dataDir);
    if (entries.includes(MARK)) return;
    const foreign = entries.filter((entry) => !NOTHING.has(entry));
    if (foreign.length > 0) throw notOurs(dataDir, foreign);
    await writeFile(join(dataDir, MARK), `${JSON.stringify({ kind: 'glidepath-data', version: 1 })}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && (await lstat(join(dataDir, MARK)).catch(() => null)) !== null) return;
    throw fileFault(error, dataDir);
  }
}

function notOurs(dataDir: string, entries: readonly string[]): Error {
  const what = entries.includes('PG_VERSION')
    ? 'It is the data folder of another PostgreSQL'
    : `It holds ${entries.slice(0, 3).join(', ')}`;
  return embeddedFault(
    'data-folder-not-ours',
    `${dataDir} is not empty and was not made by Glidepath. ${what}. Choose an empty or new folder with --data.`,
  );
}

interface Note {
  readonly pid: number;
  readonly startMark: string | null;
  readonly boot: string | null;
  readonly namespace: string | null;
  readonly host: string;
}

/** Takes the folder for this process, or throws a fault that names who has it. */
export async function lockDataFolder(dataDir: string, heartbeatMs = HEARTBEAT_MS): Promise<FolderLock> {
  const path = join(dataDir, LOCK);
  const note = `${JSON.stringify({ pid: process.pid, startMark: startMark(process.pid), ...processRoom(), host: hostname() } satisfies Note)}\n`;
  const mine = join(dataDir, `.lock-${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(mine, note, { mode: 0o600, flag: 'wx' });
    while (!(await linked(mine, path))) await removeStale(path, dataDir, heartbeatMs);
    // `link` refuses when the name exists, which makes it the atomic step; the inode under both names is one.
  } catch (error) {
    throw fileFault(error, dataDir);
  } finally {
    await rm(mine, { force: true }).catch(() => {});
  }
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, heartbeatMs);
  beat.unref();
  return {
    async release() {
      clearInterval(beat);
      if ((await readFile(path, 'utf8').catch(() => '')) === note) await unlink(path).catch(() => {});
    },
  };
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the note at `path` when nobody stands behind it; throws when somebody does. */
async function removeStale(path: string, dataDir: string, heartbeatMs: number): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return;
  const note = parseNote(text);
  if (note !== null && (await isHeld(note, path, heartbeatMs))) {
    const who = note.host === hostname() ? `process ${note.pid}` : `process ${note.pid} on ${note.host}`;
    throw embeddedFault(
      'data-folder-in-use',
      `Another glidepath works in ${dataDir}: ${who}. Stop it first (kill ${note.pid}), or choose another folder with --data.`,
    );
  }
  // Moved aside before it goes, so that a note that appeared meanwhile is seen and put back.
  const aside = `${path}.stale-${randomBytes(6).toString('hex')}`;
  await rename(path, aside).catch(() => {});
  const moved = await readFile(aside, 'utf8').catch(() => text);
  if (moved !== text) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

async function isHeld(note: Note, path: string, heartbeatMs: number): Promise<boolean> {
  const room = processRoom();
  if (note.boot === room.boot && note.namespace === room.namespace && note.host === hostname()) {
    return isAlive(note.pid) && (note.startMark === null || startMark(note.pid) === note.startMark);
  }
  if (note.host === hostname() && note.boot !== room.boot) return false;
  const first = await beatOf(path);
  for (let look = 0; look < HEARTBEATS_MISSED * LOOKS_PER_HEARTBEAT; look += 1) {
    await sleep(heartbeatMs / LOOKS_PER_HEARTBEAT);
    if ((await beatOf(path)) !== first) return true;
  }
  return false;
}

async function beatOf(path: string): Promise<number | null> {
  return stat(path).then(
    (facts) => facts.mtimeMs,
    () => null,
  );
}

function parseNote(text: string): Note | null {
  try {
    const note: Partial<Note> = JSON.parse(text);
    if (typeof note.pid !== 'number' || typeof note.host !== 'string') return null;
    return {
      pid: note.pid,
      host: note.host,
      startMark: note.startMark ?? null,
      boot: note.boot ?? null,
      namespace: note.namespace ?? null,
    };
  } catch {
    return null;
  }
}
