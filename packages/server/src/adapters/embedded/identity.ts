/**
 * Decides as whom PostgreSQL runs. It refuses to run as root, so under root it gets a user id of its own.
 *
 * - Not root: PostgreSQL runs as we do.
 * - Root: the *server* runs as a user id that nobody else has (65521 to 65531, a range that neither Debian nor systemd
 *   gives to anybody). Not `nobody`: other services share that one, and each could read and stop the database. Data
 *   that already belong to another ordinary user keep that owner.
 * - Root, making a new cluster: `initdb` insists on a user that has a name, so that one step runs as `nobody` (or the
 *   first ordinary user of /etc/passwd), and its result is handed over before the first start.
 *
 * A data folder of root often lies below a folder that no other user may enter. Linux lets a process keep a working
 * directory that it could not reach by name, so there the server is started inside its data and told `/proc/self/cwd`.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { embeddedFault } from './faults.ts';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface Identity {
  /** As whom the server runs; null: as we do. */
  readonly server: Account | null;
  /** As whom `initdb` runs; null: as we do. */
  readonly maker: Account | null;
}

const OWN_IDS = { from: 65_521, to: 65_531 };

/** `cluster` is the folder of an existing cluster, or null when one is to be made. */
export function chooseIdentity(cluster: string | null): Identity {
  if (process.platform === 'win32' || process.getuid?.() !== 0) return { server: null, maker: null };
  const named = namedUsers();
  const maker = named.find((user) => user.name === 'nobody') ?? named.find((user) => user.uid !== 0) ?? null;
  if (cluster !== null) {
    const owner = statSync(cluster);
    if (owner.uid !== 0) return { server: { uid: owner.uid, gid: owner.gid }, maker };
  }
  const taken = new Set(named.map((user) => user.uid));
  for (let uid = OWN_IDS.from; uid <= OWN_IDS.to; uid += 1) {
    if (!taken.has(uid)) return { server: { uid, gid: uid }, maker };
  }
  throw embeddedFault(
    'database-user-missing',
    `Each user id from ${OWN_IDS.from} to ${OWN_IDS.to} belongs to a user of this machine. Run glidepath as an ordinary user, or use --database-url.`,
  );
}

/**
 * How a program that runs as `account` is told where the cluster is, when it is started inside it.
 *
 * Where there is no /proc (macOS), every folder above must let others pass; else a fault says which one does not.
 */
export function clusterPath(cluster: string, account: Account | null): string {
  if (account === null) return cluster;
  if (existsSync('/proc/self/cwd')) return '/proc/self/cwd';
  for (let folder = dirname(cluster); folder !== dirname(folder); folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) {
      throw embeddedFault(
        'data-folder-unreachable',
        `PostgreSQL does not run as root, and no other user may pass through ${folder}. Choose a folder elsewhere with --data, run glidepath as an ordinary user, or use --database-url.`,
      );
    }
  }
  return cluster;
}

interface NamedUser extends Account {
  readonly name: string;
}

function namedUsers(): readonly NamedUser[] {
  let text: string;
  try {
    text = readFileSync('/etc/passwd', 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    if (name === undefined || uid === undefined || gid === undefined || !/^-?\d+$/.test(uid)) return [];
    return [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}
