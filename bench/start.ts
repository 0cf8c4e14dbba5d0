/**
 * From the command on the shell to the first signed lease in the hands of a real client, on a fresh folder and again.
 *
 * Wall-clock time, because most of it is waiting for processes and disks: on a machine with other work it says what that
 * machine gives. Fresh and later starts take turns. The package's copied binaries are taken away before the very first run
 * only when nobody ever started it here; what a fresh folder costs is what is measured.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi } from '../packages/cli/src/api/client.ts';
import type { Shell } from '../packages/cli/src/shell.ts';
import { isReadyMessage, type ReadyMessage } from '../packages/cli/src/up/ready-message.ts';
import { createClient } from '../packages/client/src/index.ts';
import { atMost, type Bench, rowNamed, rowOf } from './report.ts';

const RUNS = 5;
const LAUNCHER = join(import.meta.dirname, '..', 'packages', 'cli', 'bin', 'glidepath.mjs');
const POLICY = join(import.meta.dirname, '..', 'examples', 'policies', 'build-server.yaml');
const LEASE_LIMIT_MS = 60_000;

const FRESH = 'up on a fresh folder to the first lease';
const LATER = 'a later start to the first lease';

interface License {
  readonly key: string;
  readonly roots: readonly string[];
}

export const bench: Bench = {
  about: 'seconds from the command to the first signed lease of a client, with an embedded PostgreSQL that syncs',
  async run() {
    const fresh: number[] = [];
    const later: number[] = [];
    const serves: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const folder = mkdtempSync(join(tmpdir(), 'glidepath-bench-'));
      try {
        const first = await start(folder, null);
        fresh.push(first.leaseMs / 1_000);
        const second = await start(folder, first.license);
        later.push(second.leaseMs / 1_000);
        serves.push(second.servesMs / 1_000);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
    const rows = [
      rowOf(FRESH, 'Node, PostgreSQL made and started, schema, keys and roots, sign-in, policy, license, client, acquire', 's', fresh),
      rowOf(LATER, 'Node, PostgreSQL started, client without a cache, acquire', 's', later),
      rowOf('a later start until it serves', 'Node, PostgreSQL started, HTTP', 's', serves),
    ];
    const median = (name: string): number => rowNamed({ rows }, name).value;
    return { rows, goals: [atMost(`${FRESH}, s`, median(FRESH), 5), atMost(`${LATER}, s`, median(LATER), 1.5)] };
  },
};

interface Started {
  readonly servesMs: number;
  readonly leaseMs: number;
  readonly license: License;
}

async function start(folder: string, known: License | null): Promise<Started> {
  const began = performance.now();
  const child = spawn(process.execPath, [LAUNCHER, 'up', '--data', join(folder, 'data'), '--port', '0', '--log', 'json'], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    const ready = await new Promise<ReadyMessage>((resolve, reject) => {
      child.on('message', (message) => isReadyMessage(message) && resolve(message));
      child.once('exit', (code) => reject(new Error(`up ended with ${code}`)));
    });
    const servesMs = performance.now() - began;
    const license = known ?? (await issue(ready));
    await firstLease(ready, license, mkdtempSync(join(folder, 'cache-')));
    return { servesMs, leaseMs: performance.now() - began, license };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

/** As a user would, over HTTP. */
async function issue({ address, signInCode, roots }: ReadyMessage): Promise<License> {
  const shell = { fetch } as Shell;
  const anonymous = createApi(shell, { server: address, token: null, environment: null });
  const { token } = await anonymous.post<{ token: string }>('/v1/sign-in', { code: signInCode });
  const api = createApi(shell, { server: address, token, environment: null });
  const { name } = await api.postText<{ name: string }>('/v1/policies', readFileSync(POLICY, 'utf8'));
  const request = { product: 'bench', customer: 'bench', policy: name, create: true };
  const { key } = await api.post<{ key: string }>('/v1/licenses', request);
  return { key, roots };
}

/** Ready is not enough: the answer has to stand on a lease of this server, and to give what the plan gives. */
async function firstLease({ address }: ReadyMessage, { key, roots }: License, cacheDir: string): Promise<void> {
  const client = createClient({ server: address, licenseKey: key, roots, cacheDir, whenNothingSigned: 'deny' });
  try {
    await client.ready({ timeoutMs: LEASE_LIMIT_MS });
    const { allowed, source, tier } = client.check('parallel');
    if (!allowed || source !== 'lease' || tier !== 'full') throw new Error(`no lease: ${source}, tier ${tier}, ${client.status}`);
  } finally {
    await client.close({ release: true });
  }
}
