/**
 * A control plane as users start it, in a process of its own, with one license whose seats a bench may take: an embedded
 * PostgreSQL that syncs, or the one of `GLIDEPATH_BENCH_DATABASE_URL`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Api, createApi } from '../packages/cli/src/api/client.ts';
import type { Shell } from '../packages/cli/src/shell.ts';
import { isReadyMessage, type ReadyMessage } from '../packages/cli/src/up/ready-message.ts';
import { runningDatabaseUrl } from '../packages/server/src/adapters/embedded/index.ts';

const LAUNCHER = join(import.meta.dirname, '..', 'packages', 'cli', 'bin', 'glidepath.mjs');
const POLICY = join(import.meta.dirname, '..', 'examples', 'policies', 'build-server.yaml');

export interface Licensed {
  readonly id: string;
  readonly key: string;
}

export interface BenchedControlPlane {
  readonly address: string;
  readonly roots: readonly string[];
  readonly databaseUrl: string;
  readonly api: Api;
  readonly pid: number;
  /** A license with so many seats. */
  issue(seats: number): Promise<Licensed>;
  stop(): Promise<void>;
}

/** `nodeOptions` for a profile: `--cpu-prof`. */
export async function startControlPlane(nodeOptions: readonly string[] = []): Promise<BenchedControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'glidepath-bench-'));
  const given = process.env.GLIDEPATH_BENCH_DATABASE_URL;
  const data = join(folder, 'data');
  const database = given === undefined ? [] : ['--database-url', given];
  const args = ['up', '--data', data, '--port', '0', '--log', 'json', '--rate-limit', 'off', ...database];
  const child = spawn(process.execPath, [...nodeOptions, LAUNCHER, ...args], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const ready = await new Promise<ReadyMessage>((resolve, reject) => {
      child.on('message', (message) => isReadyMessage(message) && resolve(message));
      child.once('exit', (code) => reject(new Error(`up ended with ${code}`)));
    });
    const api = await signIn(ready);
    const { name } = await api.postText<{ name: string }>('/v1/policies', readFileSync(POLICY, 'utf8'));
    const databaseUrl = given ?? (await runningDatabaseUrl(data));
    if (databaseUrl === null) throw new Error('no database runs');
    return {
      ...{ address: ready.address, roots: ready.roots, databaseUrl, api, pid: child.pid ?? 0, stop },
      async issue(seats) {
        const request = { product: 'bench', customer: 'bench', policy: name, create: true, overrides: { seats } };
        const { license, key } = await api.post<{ license: { id: string }; key: string }>('/v1/licenses', request);
        return { id: license.id, key };
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function signIn({ address, signInCode }: ReadyMessage): Promise<Api> {
  const shell = { fetch } as Shell;
  const anonymous = createApi(shell, { server: address, token: null, environment: null });
  const { token } = await anonymous.post<{ token: string }>('/v1/sign-in', { code: signInCode });
  return createApi(shell, { server: address, token, environment: null });
}
