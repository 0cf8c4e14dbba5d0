import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SILENT } from '../../world.ts';
import { systemPlaces } from './binaries.ts';
import type { FixtureOptions } from './embedded.fixture.ts';
import { copyOf, isRoot, madeDataFolder, privateFolder, query, remove, startChild } from './embedded.testkit.ts';
import { startEmbeddedPostgres } from './index.ts';

/** `nobody`: a user with a name and without any right. */
const ORDINARY = 65_534;
let parent: string;
let made: string;

beforeAll(async () => {
  parent = privateFolder();
  made = await madeDataFolder(parent);
});
afterAll(() => remove(parent));

function cluster(dataDir: string, ...path: string[]): string {
  return join(dataDir, 'postgres', 'cluster', ...path);
}

interface Refusal {
  readonly given: string;
  readonly spoil: (dataDir: string) => void;
  readonly code: string;
  readonly says: RegExp;
}

const REFUSALS: readonly Refusal[] = [
  {
    given: 'data of another major version',
    spoil: (dataDir) => writeFileSync(cluster(dataDir, 'PG_VERSION'), '17\n'),
    code: 'data-folder-version',
    says: /made by PostgreSQL 17; this Glidepath brings 18/,
  },
  {
    given: 'a folder with things of somebody else',
    spoil: (dataDir) => rmSync(join(dataDir, 'glidepath.json')),
    code: 'data-folder-not-ours',
    says: /is not empty .* It holds postgres/,
  },
  {
    given: 'the data folder of another PostgreSQL',
    spoil: (dataDir) => {
      rmSync(join(dataDir, 'glidepath.json'));
      writeFileSync(join(dataDir, 'PG_VERSION'), '18\n');
    },
    code: 'data-folder-not-ours',
    says: /data folder of another PostgreSQL/,
  },
  {
    given: 'a file where the folder should be',
    spoil: (dataDir) => {
      remove(dataDir);
      writeFileSync(dataDir, '');
    },
    code: 'data-folder-not-ours',
    says: /is a file where a folder is needed/,
  },
  {
    given: 'a cluster that others may enter',
    spoil: (dataDir) => chmodSync(cluster(dataDir), 0o755),
    code: 'data-folder-permission',
    says: /mode 700/,
  },
  {
    given: 'a cluster without its control file',
    spoil: (dataDir) => rmSync(cluster(dataDir, 'global', 'pg_control')),
    code: 'data-folder-damaged',
    says: /Restore it from a backup/,
  },
  {
    given: 'a cluster without its version',
    spoil: (dataDir) => rmSync(cluster(dataDir, 'PG_VERSION')),
    code: 'data-folder-damaged',
    says: /PG_VERSION is missing/,
  },
  {
    given: 'no passwords',
    spoil: (dataDir) => rmSync(join(dataDir, 'postgres', 'passwords.json')),
    code: 'data-folder-damaged',
    says: /passwords\.json is missing or torn/,
  },
  {
    given: 'torn passwords',
    spoil: (dataDir) => writeFileSync(join(dataDir, 'postgres', 'passwords.json'), '{"owner":"x'),
    code: 'data-folder-damaged',
    says: /passwords\.json is missing or torn/,
  },
];

describe('embedded PostgreSQL > refuses to start, names the cause and what to do', () => {
  it.each(REFUSALS)('given $given', async ({ given, spoil, code, says }) => {
    const dataDir = copyOf(made, given.replaceAll(' ', '-'));
    spoil(dataDir);
    await expect(startEmbeddedPostgres({ dataDir, log: SILENT })).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
  });

  it('given an occupied port', async () => {
    const dataDir = copyOf(made, 'occupied');
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const message = expect.stringContaining(`Port ${port} on 127.0.0.1`);
    await expect(startEmbeddedPostgres({ dataDir, port, log: SILENT })).rejects.toMatchObject({ code: 'database-port-occupied', message });
    await new Promise((resolve) => other.close(resolve));
    const database = await startEmbeddedPostgres({ dataDir, port, log: SILENT });
    expect(database.port).toBe(port);
    await database.stop();
  });

  it('given a platform without a package', async () => {
    const dataDir = copyOf(made, 'platform');
    const places = { native: join(parent, 'nothing'), caches: [join(parent, 'cache')] };
    const message = expect.stringContaining('--database-url');
    await expect(startEmbeddedPostgres({ dataDir, places, log: SILENT })).rejects.toMatchObject({
      code: 'database-platform-unsupported',
      message,
    });
  });

  it('given binaries that do not run here', async () => {
    const native = join(parent, 'broken', 'native');
    mkdirSync(join(native, 'bin'), { recursive: true });
    writeFileSync(join(parent, 'broken', 'package.json'), '{"version":"1"}');
    writeFileSync(join(native, 'bin', 'postgres'), '#!/nowhere/interpreter\n', { mode: 0o755 });
    const places = { native, caches: [join(parent, 'broken-cache')] };
    const dataDir = copyOf(made, 'does-not-run');
    await expect(startEmbeddedPostgres({ dataDir, places, log: SILENT })).rejects.toMatchObject({ code: 'database-platform-unsupported' });
  });
});

describe('embedded PostgreSQL > a second start on one data folder', () => {
  it('names the process that has it, and gets it once that one stops', async () => {
    const dataDir = copyOf(made, 'two');
    const child = startChild({ dataDir });
    await child.line('ready');
    const message = expect.stringContaining(`process ${child.process.pid}`);
    await expect(startEmbeddedPostgres({ dataDir, log: SILENT })).rejects.toMatchObject({ code: 'data-folder-in-use', message });
    await child.finish();
    const database = await startEmbeddedPostgres({ dataDir, log: SILENT });
    await expect(startEmbeddedPostgres({ dataDir, log: SILENT })).rejects.toMatchObject({ code: 'data-folder-in-use' });
    await database.stop();
  });

  it('lets exactly one of two have a folder that neither had before', async () => {
    const dataDir = join(parent, 'race');
    const children = [startChild({ dataDir }), startChild({ dataDir })];
    const answers = await Promise.allSettled(children.map((child) => child.line('ready')));
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await Promise.all(children.map((child) => child.finish()));
  });
});

/** Runs the fixture in mounts of its own, which end with it. */
const OWN_MOUNTS = ['unshare', '--mount'];

async function answer(options: FixtureOptions, wrapper: readonly string[] = []): Promise<Record<string, unknown>> {
  const child = startChild(options, wrapper);
  const line = await child.line('fault');
  await child.finish();
  return line;
}

describe.runIf(isRoot)('embedded PostgreSQL > seen by others than root, on disks of their own', () => {
  it('runs as an ordinary user', async () => {
    const dataDir = join('/var/tmp', `glidepath-ordinary-${process.pid}`);
    mkdirSync(dataDir);
    chownSync(dataDir, ORDINARY, ORDINARY);
    const places = { ...systemPlaces(), caches: [join(dataDir, '..', `glidepath-ordinary-cache-${process.pid}`)] };
    const [cache = ''] = places.caches;
    mkdirSync(cache);
    chownSync(cache, ORDINARY, ORDINARY);
    try {
      const child = startChild({ dataDir, places, uid: ORDINARY });
      const { ready } = await child.line('ready');
      expect(await query(String(ready), 'select 1 as one')).toEqual([{ one: 1 }]);
      await child.finish();
    } finally {
      remove(dataDir);
      remove(cache);
    }
  });

  it.each([
    ['a folder where it may not write', 'data-folder-permission', ORDINARY, (dataDir: string) => mkdirSync(dataDir, { mode: 0o755 })],
    ['data of root', 'data-folder-permission', ORDINARY, (dataDir: string) => execFileSync('cp', ['-a', made, dataDir])],
    [
      'a user without a name',
      'database-user-missing',
      54_321,
      (dataDir: string) => {
        mkdirSync(dataDir);
        chownSync(dataDir, 54_321, 54_321);
      },
    ],
  ])('says so given %s', async (_, fault, uid, prepare) => {
    const dataDir = join('/var/tmp', `glidepath-other-${process.pid}-${fault}`);
    const cache = `${dataDir}-cache`;
    mkdirSync(cache);
    chownSync(cache, uid, uid);
    prepare(dataDir);
    try {
      const places = { ...systemPlaces(), caches: [cache] };
      expect(await answer({ dataDir, places, uid })).toMatchObject({ fault });
    } finally {
      remove(dataDir);
      remove(cache);
    }
  });

  it('says that the disk is full', async () => {
    const disk = join(parent, 'small-disk');
    mkdirSync(disk);
    const before = `mount -t tmpfs -o size=24m tmpfs ${disk}`;
    expect(await answer({ dataDir: join(disk, 'data'), before }, OWN_MOUNTS)).toMatchObject({ fault: 'disk-full' });
  });

  it('says that the disk became full after the data were made', async () => {
    const disk = join(parent, 'filled-disk');
    mkdirSync(disk);
    const fill = `head -c 100m /dev/zero > ${disk}/filler 2>/dev/null || true`;
    const before = `mount -t tmpfs -o size=72m tmpfs ${disk}; cp -a ${made} ${disk}/data; ${fill}`;
    expect(await answer({ dataDir: join(disk, 'data'), before }, OWN_MOUNTS)).toMatchObject({ fault: 'disk-full' });
  });

  it('says that the disk is read-only', async () => {
    const disk = join(parent, 'read-only-disk');
    mkdirSync(disk);
    const before = `mount -t tmpfs tmpfs ${disk}; cp -a ${made} ${disk}/data; mount -o remount,ro ${disk}`;
    expect(await answer({ dataDir: join(disk, 'data'), before }, OWN_MOUNTS)).toMatchObject({ fault: 'disk-read-only' });
  });
});
