/** What the tests of the embedded database share: folders that go away, children that are really killed, one ready cluster. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { SILENT } from '../../world.ts';
import type { FixtureOptions } from './embedded.fixture.ts';
import { startEmbeddedPostgres } from './index.ts';

export const isRoot = process.getuid?.() === 0;

/** A new folder that only we may enter, as a root user's home is. */
export function privateFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'glidepath-test-'));
  chmodSync(folder, 0o700);
  return folder;
}

export function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Makes a stopped data folder once; `copyOf` gives each test its own. */
export async function madeDataFolder(parent: string): Promise<string> {
  const dataDir = join(parent, 'made');
  const database = await startEmbeddedPostgres({ dataDir, log: SILENT, durability: 'none' });
  await database.stop();
  return dataDir;
}

export function copyOf(made: string, name: string): string {
  const to = join(made, '..', name);
  execFileSync('cp', ['-a', made, to]);
  return to;
}

export async function query(connectionString: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

type Line = Readonly<Record<string, unknown>>;

export interface Child {
  readonly process: ChildProcess;
  /** The next line that has `key`; lines before it are passed over. Rejects when the child ends first. */
  line(key: string): Promise<Line>;
  kill(): Promise<void>;
  /** Ends its input, which stops it in order. */
  finish(): Promise<void>;
}

export function startChild(options: FixtureOptions, wrapper: readonly string[] = []): Child {
  const fixture = fileURLToPath(new URL('./embedded.fixture.ts', import.meta.url));
  const [program, ...args] = [...wrapper, process.execPath, '--no-warnings', fixture, JSON.stringify(options)];
  const child = spawn(program ?? process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    process: child,
    async line(key) {
      for (;;) {
        const next = await lines.next();
        if (next.done) throw new Error(`the child ended before it said ${key}`);
        const line: Line = JSON.parse(next.value);
        if (key in line) return line;
      }
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async finish() {
      child.stdin.end();
      await ended;
    },
  };
}
