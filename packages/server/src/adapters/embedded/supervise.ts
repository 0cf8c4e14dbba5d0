/**
 * Keeps the database running: started again when it dies, slower each time, until somebody stops it.
 *
 * A control plane whose database is away stays up and says so (`/readyz`): clients go on by their signed paths. It is
 * given up only for a fault that trying again cannot mend, such as a damaged data folder.
 */
import { Fault } from '@glidepath/core';
import { endFault, type ServerProcess, type ServerSettings } from './server-process.ts';

export type Ended = { readonly reason: 'stopped' } | { readonly reason: 'gave-up'; readonly fault: Fault };

export interface Supervised {
  pid(): number | null;
  stop(): Promise<void>;
  readonly exited: Promise<Ended>;
}

const FIRST_DELAY_MS = 100;
const DELAY_MAX_MS = 15_000;
/** A server that ran this long is healthy: its next death starts from the first delay. */
const HEALTHY_MS = 60_000;
const STOP_STEPS = [
  { signal: 'SIGINT', limitMs: 30_000 },
  { signal: 'SIGQUIT', limitMs: 5_000 },
  { signal: 'SIGKILL', limitMs: 5_000 },
] as const;

export function supervise(first: ServerProcess, settings: ServerSettings, port: number, again: () => Promise<ServerProcess>): Supervised {
  const { log } = settings;
  let server: ServerProcess | null = first;
  let stopping = false;
  let wake: () => void = () => {};
  let finish: (ended: Ended) => void = () => {};
  const exited = new Promise<Ended>((resolve) => {
    finish = resolve;
  });

  async function watch(): Promise<Ended> {
    let failures = 0;
    for (;;) {
      if (server !== null) {
        const since = performance.now();
        const end = await server.ended;
        server = null;
        if (stopping) return { reason: 'stopped' };
        if (performance.now() - since > HEALTHY_MS) failures = 0;
        log.error('postgres.died', { code: end.code, signal: end.signal, why: endFault(end, settings, port).message });
      }
      const delayMs = Math.min(FIRST_DELAY_MS * 2 ** failures, DELAY_MAX_MS);
      failures += 1;
      await pause(delayMs);
      if (stopping) return { reason: 'stopped' };
      try {
        server = await again();
        log.warn('postgres.restarted', { pid: server.pid, failures });
      } catch (error) {
        if (error instanceof Fault && !error.retryable) {
          log.error('postgres.gave-up', { code: error.code, why: error.message });
          return { reason: 'gave-up', fault: error };
        }
        log.error('postgres.restart-failed', { failures, why: error instanceof Error ? error.message : String(error) });
      }
      if (stopping && server !== null) await halt(server);
    }
  }

  function pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  watch().then(finish);
  return {
    pid: () => server?.pid ?? null,
    exited,
    async stop() {
      stopping = true;
      wake();
      if (server !== null) await halt(server);
      await exited;
    },
  };
}

/** Fast shutdown; firmer when it takes too long. PostgreSQL recovers from each of them, the later ones only more slowly. */
async function halt(server: ServerProcess): Promise<void> {
  for (const step of STOP_STEPS) {
    server.signal(step.signal);
    if (await settlesWithin(server.ended, step.limitMs)) return;
  }
}

function settlesWithin(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), limitMs);
    promise.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
