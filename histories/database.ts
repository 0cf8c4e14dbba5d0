/**
 * A PostgreSQL that syncs, as the embedded one of a control plane, and that dies as a machine does: all of its processes at
 * once, between any two instructions, and nobody waits for its recovery.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { Fault } from '../packages/core/src/index.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../packages/server/src/adapters/embedded/index.ts';
import { SILENT } from '../packages/server/src/world.ts';

export interface Database {
  readonly connectionString: string;
  /** Kills it; resolves when it is being started again, which is not waited for. */
  kill(): void;
  /** Until it answers. */
  up(): Promise<void>;
  stop(): Promise<void>;
}

const CONNECTIONS = 90;

export async function openDatabase(dataDir: string): Promise<Database> {
  let isStopping = false;
  const start = (port: number) => startEmbeddedPostgres({ dataDir, port, log: SILENT, connectionsMax: CONNECTIONS });
  const first = await start(0);
  const { port, connectionString } = first;
  let running: Promise<EmbeddedPostgres> = Promise.resolve(first);

  async function again(dead: EmbeddedPostgres): Promise<EmbeddedPostgres> {
    await dead.stop();
    for (;;) {
      try {
        return await start(port);
      } catch (error) {
        if (!(error instanceof Fault) || isStopping) throw error;
      }
    }
  }

  return {
    connectionString,
    kill() {
      running = running.then((postgres) => {
        const { pid } = postgres;
        if (pid === null || isStopping) return postgres;
        for (const one of [...childrenOf(pid), pid]) killOne(one);
        return again(postgres);
      });
      running.catch(() => {});
    },
    async up() {
      await running;
    },
    async stop() {
      isStopping = true;
      await (await running).stop();
    },
  };
}

/** Each backend leads a process group of its own, so that no one signal reaches all. */
function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [, parentId] = text.slice(text.lastIndexOf(')') + 2).split(' ');
      return Number(parentId) === parent ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was faster.
  }
}
