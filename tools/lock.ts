/**
 * Completes the lock file: an entry for each optional platform package that a locked package names.
 *
 * npm leaves out those that a registry did not serve on the day of `npm install`, and then `npm ci` refuses the whole
 * lock file, on every platform. The added entries carry the version that their parent pins, and what it runs on by the
 * package's name; npm asks for them only where they fit. Usage: `npm run lock` after `npm install`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}
export type LockPackages = Readonly<Record<string, LockEntry>>;

/** Optional dependencies that a locked package names and that have no entry, by name, with the version asked for. */
export function missingPlatforms(
  packages: LockPackages,
): readonly { readonly name: string; readonly version: string; readonly dev: boolean }[] {
  return Object.values(packages).flatMap(({ optionalDependencies = {}, dev = false }) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => packages[`node_modules/${name}`] === undefined)
      .map(([name, version]) => ({ name, version: version.replace(/^[\^~]/, ''), dev })),
  );
}

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'aix', 'win32', 'windows', 'wasm32'];
const PROCESSORS = ['arm64', 'x64', 'ia32', 'arm', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el'];

function entryOf({ name, version, dev }: ReturnType<typeof missingPlatforms>[number]): LockEntry {
  const words = name.split(/[/-]/);
  const system = SYSTEMS.find((candidate) => words.includes(candidate));
  const processor = PROCESSORS.find((candidate) => words.includes(candidate));
  return {
    version,
    ...(processor === undefined ? {} : { cpu: [processor] }),
    ...(dev ? { dev } : {}),
    optional: true,
    os: [system === undefined ? 'none' : system === 'windows' ? 'win32' : system],
  };
}

if (import.meta.main) {
  const file = join(import.meta.dirname, '..', 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockEntry> };
  const missing = missingPlatforms(lock.packages);
  for (const platform of missing) lock.packages[`node_modules/${platform.name}`] = entryOf(platform);
  const [root, ...rest] = Object.entries(lock.packages);
  lock.packages = Object.fromEntries([...(root === undefined ? [] : [root]), ...rest.sort(([a], [b]) => a.localeCompare(b, 'en'))]);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: ${missing.length} platform packages added`);
}
