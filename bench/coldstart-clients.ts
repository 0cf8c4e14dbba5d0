/**
 * Some of the installations of `coldstart.ts`, in a process of their own: real clients, each with an empty folder.
 *
 * Says when it is ready to begin, begins at a line, and prints after how long each client stood on what was awaited. Standings
 * are looked at every 5 ms, which the times include.
 */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClient } from '../packages/client/src/index.ts';
import type { KeySetBundle } from '../packages/protocol/src/keys/index.ts';

export interface ColdOrder {
  /** Each client has an address of its own below this one: `/c/17`. */
  readonly address: string;
  readonly licenseKey: string;
  readonly roots: readonly string[];
  readonly folder: string;
  readonly from: number;
  readonly count: number;
  readonly bootstrap: { readonly word: string; readonly keySet: KeySetBundle } | null;
  readonly awaited: 'lease' | 'bootstrap';
  /** From the beginning until the clients are closed. */
  readonly lastsMs: number;
}

export interface ColdReport {
  /** Ms until each client; null: it never did. */
  readonly stoodAfterMs: readonly (number | null)[];
}

const order = JSON.parse(process.argv[2] ?? '{}') as ColdOrder;
const LOOK_MS = 5;
const quiet = { info() {}, warn() {} };

function makeClient(_: unknown, at: number): ReturnType<typeof createClient> {
  const name = `c/${order.from + at}`;
  return createClient({
    ...{ server: `${order.address}/${name}`, licenseKey: order.licenseKey, roots: order.roots, whenNothingSigned: 'deny' },
    ...{ cacheDir: join(order.folder, name), platform: { log: quiet } },
    ...(order.bootstrap === null ? {} : { bootstrap: order.bootstrap }),
  });
}

process.stdout.write('ready\n');
for await (const _ of createInterface({ input: process.stdin })) break;
const began = performance.now();
const clients = Array.from({ length: order.count }, makeClient);
const stoodAfterMs: (number | null)[] = clients.map(() => null);
while (performance.now() - began < order.lastsMs) {
  for (const [at, client] of clients.entries()) {
    if (stoodAfterMs[at] !== null) continue;
    const { allowed, source } = client.check('build');
    if (allowed && source === order.awaited) stoodAfterMs[at] = performance.now() - began;
  }
  await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
const report: ColdReport = { stoodAfterMs };
process.stdout.write(`${JSON.stringify(report)}\n`);
await Promise.all(clients.map((client) => client.close({ release: false })));
process.exit(0);
