import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SILENT } from '../../world.ts';
import { systemPlaces } from './binaries.ts';
import { type Child, copyOf, isRoot, madeDataFolder, privateFolder, query, remove, startChild } from './embedded.testkit.ts';
import { startEmbeddedPostgres } from './index.ts';
import { isAlive, waitForEnd } from './processes.ts';

let parent: string;
let made: string;

beforeAll(async () => {
  parent = privateFolder();
  made = await madeDataFolder(parent);
});
afterAll(() => remove(parent));

function postmasterPid(dataDir: string): number {
  return Number.parseInt(readFileSync(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'), 'utf8'), 10);
}

async function note(connectionString: string, text: string): Promise<void> {
  await query(connectionString, 'create table if not exists note (text text)');
  await query(connectionString, `insert into note values ('${text}')`);
}

describe('embedded PostgreSQL > on a fresh folder', () => {
  it('runs durably on loopback only, behind a password, and not as a superuser', async () => {
    const database = await startEmbeddedPostgres({ dataDir: join(parent, 'deep', 'fresh'), log: SILENT });
    try {
      const [facts] = await query(
        database.connectionString,
        `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit, current_setting('full_page_writes') as pages,
           current_setting('listen_addresses') as listens, (select rolsuper from pg_roles where rolname = current_user) as super`,
      );
      expect(facts).toEqual({ fsync: 'on', commit: 'on', pages: 'on', listens: '127.0.0.1', super: false });
      const wrong = database.connectionString.replace(/:[^:@]+@/, ':wrong@');
      await expect(query(wrong, 'select 1')).rejects.toMatchObject({ code: '28P01' });
      expect(statSync(join(parent, 'deep', 'fresh', 'postgres', 'passwords.json')).mode & 0o777).toBe(0o600);
    } finally {
      await database.stop();
    }
  });

  it('runs as a user of its own when we are root, below a folder that only root may enter', async () => {
    const dataDir = copyOf(made, 'own-user');
    const database = await startEmbeddedPostgres({ dataDir, log: SILENT, durability: 'none' });
    try {
      const { uid } = statSync(join(dataDir, 'postgres', 'cluster'));
      expect(uid).toBe(isRoot ? 65_521 : process.getuid?.());
      if (process.platform === 'linux') expect(statSync(`/proc/${database.pid}`).uid).toBe(uid);
    } finally {
      await database.stop();
    }
  });
});

describe('embedded PostgreSQL > stopped and started again', () => {
  it('keeps what was written, ends its process, and may be stopped twice', async () => {
    const dataDir = copyOf(made, 'again');
    const first = await startEmbeddedPostgres({ dataDir, log: SILENT });
    await note(first.connectionString, 'kept');
    const pid = first.pid ?? 0;
    await Promise.all([first.stop(), first.stop()]);
    expect(isAlive(pid)).toBe(false);
    expect(await first.exited).toEqual({ reason: 'stopped' });
    const second = await startEmbeddedPostgres({ dataDir, log: SILENT });
    expect(await query(second.connectionString, 'select text from note')).toEqual([{ text: 'kept' }]);
    await second.stop();
    expect(second.pid).toBeNull();
  });
});

describe('embedded PostgreSQL > after a SIGKILL of the control plane', () => {
  let child: Child;
  let dataDir: string;
  let orphan: number;

  async function killed(name: string): Promise<void> {
    dataDir = copyOf(made, name);
    child = startChild({ dataDir });
    const { ready, pid } = await child.line('ready');
    await note(String(ready), 'acknowledged');
    orphan = Number(pid);
    await child.kill();
  }

  async function startsWithTheNote(): Promise<void> {
    const database = await startEmbeddedPostgres({ dataDir, log: SILENT });
    try {
      expect(await query(database.connectionString, 'select text from note')).toEqual([{ text: 'acknowledged' }]);
      expect(database.pid).not.toBe(orphan);
      expect(isAlive(orphan)).toBe(false);
    } finally {
      await database.stop();
    }
  }

  it('ends the database that it left behind and starts with every acknowledged row', async () => {
    await killed('orphan');
    expect(isAlive(orphan)).toBe(true);
    await startsWithTheNote();
  });

  it('starts when the database was killed at the same moment, while its own processes still hold memory', async () => {
    await killed('both-killed');
    process.kill(orphan, 'SIGKILL');
    await startsWithTheNote();
  });

  it('starts when the id in postmaster.pid belongs to a stranger now', async () => {
    await killed('stale-pid');
    process.kill(orphan, 'SIGKILL');
    await waitForEnd(orphan, 10_000);
    const cluster = join(dataDir, 'postgres', 'cluster');
    const { uid, gid } = statSync(cluster);
    const stranger = spawn('sleep', ['600'], isRoot ? { uid, gid, cwd: '/' } : {});
    const path = join(cluster, 'postmaster.pid');
    writeFileSync(path, readFileSync(path, 'utf8').replace(String(orphan), String(stranger.pid)));
    try {
      await startsWithTheNote();
      expect(isAlive(stranger.pid ?? 0)).toBe(true);
    } finally {
      stranger.kill();
    }
  });

  it('starts when it was killed while it made the cluster', async () => {
    dataDir = join(parent, 'killed-making');
    child = startChild({ dataDir });
    await child.line('cluster');
    await child.kill();
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
    const database = await startEmbeddedPostgres({ dataDir, log: SILENT, durability: 'none' });
    await database.stop();
    expect(readdirSync(dataDir).sort()).toEqual(['glidepath.json', 'postgres']);
  });
});

describe('embedded PostgreSQL > supervised', () => {
  it('starts again under the same address when it dies, and says so', async () => {
    const dataDir = copyOf(made, 'dies');
    const events: string[] = [];
    let restarted: () => void = () => {};
    const again = new Promise<void>((resolve) => {
      restarted = resolve;
    });
    const tell = (event: string) => {
      events.push(event);
      if (event === 'postgres.restarted') restarted();
    };
    const database = await startEmbeddedPostgres({ dataDir, log: { ...SILENT, warn: tell, error: tell } });
    try {
      await note(database.connectionString, 'before');
      const dead = postmasterPid(dataDir);
      process.kill(dead, 'SIGKILL');
      await again;
      expect(events).toContain('postgres.died');
      expect(database.pid).not.toBe(dead);
      expect(await query(database.connectionString, 'select text from note')).toEqual([{ text: 'before' }]);
    } finally {
      await database.stop();
    }
  });
});

describe.runIf(isRoot)('embedded PostgreSQL > on a disk that fills while it runs', () => {
  it('says so, and serves what was acknowledged as soon as there is space again', async () => {
    const disk = join(parent, 'filling-disk');
    mkdirSync(disk);
    const before = `mount -t tmpfs -o size=120m tmpfs ${disk}; cp -a ${made} ${disk}/data`;
    const child = startChild({ dataDir: join(disk, 'data'), before }, ['unshare', '--mount']);
    const inside = (...command: string[]) => spawnSync('nsenter', ['--mount', '--target', String(child.process.pid), ...command]);
    try {
      const url = String((await child.line('ready')).ready);
      await note(url, 'acknowledged');
      inside('sh', '-c', `cat /dev/zero > ${disk}/filler`);
      const flood = async () => {
        for (;;) await query(url, "insert into note select repeat('x', 1000) from generate_series(1, 5000)");
      };
      await expect(flood()).rejects.toThrow();
      await flood().catch(() => {});
      await query(url, 'checkpoint').catch(() => {});
      inside('rm', `${disk}/filler`);
      expect(await query(url, "select text from note where text = 'acknowledged'")).toEqual([{ text: 'acknowledged' }]);
    } finally {
      await child.finish();
    }
  });
});

describe('embedded PostgreSQL > its copy of the binaries', () => {
  function packageCopy(name: string): { native: string; cache: string } {
    const folder = join(parent, name);
    const native = join(folder, 'native');
    mkdirSync(folder);
    cpSync(systemPlaces().native, native, { recursive: true, verbatimSymlinks: true });
    cpSync(join(systemPlaces().native, '..', 'package.json'), join(folder, 'package.json'));
    return { native, cache: join('/var/tmp', `glidepath-test-${process.pid}-${name}`) };
  }

  it('has the library links that a held-back post-install script did not make', async () => {
    const { native, cache } = packageCopy('no-scripts');
    for (const name of readdirSync(join(native, 'lib'))) {
      if (/^lib(?:icu\w+|pq|ecpg\w*|pgtypes)\.(?:so(?:\.\d+)?|\d*\.?dylib)$/.test(name)) rmSync(join(native, 'lib', name));
    }
    try {
      const dataDir = copyOf(made, 'no-scripts-data');
      const database = await startEmbeddedPostgres({ dataDir, log: SILENT, places: { native, caches: [cache] } });
      await database.stop();
    } finally {
      remove(cache);
    }
  });

  it.each([
    ['changed', (file: string) => writeFileSync(file, 'something else')],
    ['missing', (file: string) => rmSync(file)],
  ])('is replaced when a file of it is %s', async (what, spoil) => {
    const { native, cache } = packageCopy(`copy-${what}`);
    const dataDir = copyOf(made, `copy-${what}-data`);
    const places = { native, caches: [cache] };
    try {
      await (await startEmbeddedPostgres({ dataDir, log: SILENT, places })).stop();
      const [copy = ''] = readdirSync(cache);
      const file = join(cache, copy, 'share', 'postgresql', 'postgresql.conf.sample');
      spoil(file);
      await (await startEmbeddedPostgres({ dataDir, log: SILENT, places })).stop();
      expect(readFileSync(file)).toEqual(readFileSync(join(native, 'share', 'postgresql', 'postgresql.conf.sample')));
      expect(readdirSync(cache)).toEqual([copy]);
    } finally {
      remove(cache);
    }
  });

  it('goes to the next folder when others may write in the first', async () => {
    const { native, cache } = packageCopy('open-cache');
    const open = `${cache}-open`;
    mkdirSync(open, { mode: 0o777 });
    chmodSync(open, 0o777);
    try {
      const dataDir = copyOf(made, 'open-cache-data');
      await (await startEmbeddedPostgres({ dataDir, log: SILENT, places: { native, caches: [open, cache] } })).stop();
      expect(readdirSync(open)).toEqual([]);
      expect(readdirSync(cache)).toHaveLength(1);
    } finally {
      remove(cache);
      remove(open);
    }
  });
});
