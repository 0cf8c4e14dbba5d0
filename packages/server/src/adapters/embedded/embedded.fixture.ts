/**
 * A control plane's database in a process of its own, for tests that kill that process or run it as somebody else.
 *
 * Argument: JSON. Prints one JSON line per log event and, when it runs, `{ "ready": connectionString, "pid": … }`; a
 * fault is printed as `{ "fault": code, "message": … }`. Lives until its standard input ends, then stops the database.
 */
import { execFileSync } from 'node:child_process';
import { Fault } from '@glidepath/core';
import type { BinaryPlaces } from './binaries.ts';
import { startEmbeddedPostgres } from './index.ts';

export interface FixtureOptions {
  readonly dataDir: string;
  readonly port?: number;
  readonly places?: BinaryPlaces;
  /** Becomes this user after everything is loaded: the source may lie where that user cannot read. */
  readonly uid?: number;
  /** Shell commands run before the start, by the first user; mounts end with the process when it is in its own namespace. */
  readonly before?: string;
}

function print(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function main(options: FixtureOptions): Promise<void> {
  if (options.before !== undefined) execFileSync('sh', ['-ec', options.before]);
  if (options.uid !== undefined) {
    process.setgroups?.([]);
    process.setgid?.(options.uid);
    process.setuid?.(options.uid);
  }
  const tell = (event: string, facts?: Readonly<Record<string, unknown>>) => print({ event, ...facts });
  const log = { debug() {}, info: tell, warn: tell, error: tell };
  try {
    const database = await startEmbeddedPostgres({ ...options, log });
    print({ ready: database.connectionString, pid: database.pid });
    process.stdin.resume().once('end', () => database.stop());
    await database.exited;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    print({ fault: error.code, message: error.message });
    process.stdin.destroy();
  }
}

await main(JSON.parse(process.argv[2] ?? '{}'));
