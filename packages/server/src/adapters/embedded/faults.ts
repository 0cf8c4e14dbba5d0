/**
 * Turns what the operating system and PostgreSQL say into faults that name the cause and what to do about it.
 *
 * Decides only on error numbers and on the stable English of PostgreSQL's own messages (the server runs with
 * `lc_messages=C`). What is not recognised stays a fault with the last lines that PostgreSQL printed, never a guess.
 */
import { Fault } from '@glidepath/core';

export type EmbeddedFaultCode =
  | 'data-folder-in-use'
  | 'data-folder-not-ours'
  | 'data-folder-version'
  | 'data-folder-damaged'
  | 'data-folder-permission'
  | 'data-folder-unreachable'
  | 'disk-full'
  | 'disk-read-only'
  | 'database-port-occupied'
  | 'database-platform-unsupported'
  | 'database-user-missing'
  | 'database-still-running'
  | 'database-shared-memory'
  | 'database-did-not-start';

/** Whether the same start can succeed later without anybody changing the command. */
const RETRYABLE: ReadonlySet<EmbeddedFaultCode> = new Set([
  'data-folder-in-use',
  'disk-full',
  'disk-read-only',
  'database-port-occupied',
  'database-still-running',
  'database-shared-memory',
  'database-did-not-start',
]);

export function embeddedFault(code: EmbeddedFaultCode, message: string, cause?: unknown): Fault {
  return new Fault(code, message, { retryable: RETRYABLE.has(code), ...(cause === undefined ? {} : { cause }) });
}

export function errorCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

const OTHER_DATABASE = 'or keep the data in a PostgreSQL of your own: glidepath up --database-url postgresql://…';

/** A failed file operation under `path` as a fault; faults pass unchanged. */
export function fileFault(error: unknown, path: string): Fault {
  if (error instanceof Fault) return error;
  const code = errorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(path, error);
  if (code === 'EROFS') return diskReadOnly(path, error);
  if (code === 'EACCES' || code === 'EPERM') {
    const message = `This user may not write in ${path}. Give it that folder (chown), choose another one with --data, ${OTHER_DATABASE}`;
    return embeddedFault('data-folder-permission', message, error);
  }
  if (code === 'ENOTDIR' || code === 'EEXIST') {
    return embeddedFault('data-folder-not-ours', `${path} is a file where a folder is needed. Choose another folder with --data.`, error);
  }
  const words = error instanceof Error ? error.message : String(error);
  return embeddedFault('database-did-not-start', `The data folder ${path} cannot be used: ${words}`, error);
}

export function diskFull(path: string, cause?: unknown): Fault {
  return embeddedFault(
    'disk-full',
    `The disk that holds ${path} is full. Free some space there, or choose another disk with --data.`,
    cause,
  );
}

export function diskReadOnly(path: string, cause?: unknown): Fault {
  return embeddedFault(
    'disk-read-only',
    `The disk that holds ${path} is mounted read-only. Mount it writable, choose another one with --data, ${OTHER_DATABASE}`,
    cause,
  );
}

export function portOccupied(port: number, cause?: unknown): Fault {
  return embeddedFault(
    'database-port-occupied',
    `Port ${port} on 127.0.0.1, which the embedded database should use, is occupied. Stop what listens there (find it with: lsof -i :${port}), or let Glidepath choose a free one.`,
    cause,
  );
}

export function platformUnsupported(platform: string, why: string, cause?: unknown): Fault {
  return embeddedFault(
    'database-platform-unsupported',
    `The embedded PostgreSQL does not run here (${platform}): ${why}. Use a PostgreSQL of your own: glidepath up --database-url postgresql://…`,
    cause,
  );
}

export function versionMismatch(cluster: string, found: string, ours: string): Fault {
  return embeddedFault(
    'data-folder-version',
    `The data in ${cluster} was made by PostgreSQL ${found}; this Glidepath brings ${ours}. Start the Glidepath release that made it, or serve that data with a PostgreSQL ${found} of your own and --database-url, or choose a new folder with --data.`,
  );
}

/** What PostgreSQL printed before it ended, as a fault. `output` is its standard error, newest last. */
export function outputFault(what: string, printed: string, context: { path: string; port: number | null; ours: string }): Fault {
  const { path, port, ours } = context;
  const output = printed.replaceAll('/proc/self/cwd', path);
  const version = /initialized by PostgreSQL version (\S+?),/.exec(output)?.[1];
  if (version !== undefined) return versionMismatch(path, version, ours);
  if (/could not (?:bind|create any TCP)/.test(output) && port !== null) return portOccupied(port);
  if (/pre-existing shared memory block|lock file "postmaster\.pid" already exists/.test(output)) {
    return embeddedFault(
      'database-still-running',
      `Processes of an earlier PostgreSQL still use ${path} and have not ended. Wait a moment and start again; if it stays so, end them (find them with: ps -ef | grep postgres).`,
    );
  }
  if (/could not create shared memory segment|could not resize shared memory segment|could not map anonymous shared memory/.test(output)) {
    return embeddedFault(
      'database-shared-memory',
      `The machine gives PostgreSQL no shared memory. In a container, raise its memory limit and /dev/shm.\n${tail(output)}`,
    );
  }
  if (/No space left on device|Disk quota exceeded/.test(output)) return diskFull(path);
  if (/Read-only file system/.test(output)) return diskReadOnly(path);
  if (
    /could not find the database system|could not locate a valid checkpoint record|invalid checkpoint record|database files are incompatible|invalid data in control file/.test(
      output,
    )
  ) {
    return embeddedFault(
      'data-folder-damaged',
      `The database in ${path} is damaged and does not start. Restore it from a backup, or choose a new folder with --data.\n${tail(output)}`,
    );
  }
  if (/Permission denied|invalid permissions|has wrong ownership/.test(output)) {
    const message = `PostgreSQL may not read or write ${path}. The folder must belong to the user that runs it and be closed to others (mode 700).\n${tail(output)}`;
    return embeddedFault('data-folder-permission', message);
  }
  return embeddedFault('database-did-not-start', `${what} failed.\n${tail(output)}`);
}

/** The last lines of an output, for a message. */
function tail(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines.length === 0 ? 'It printed nothing.' : lines.slice(-6).join('\n');
}
