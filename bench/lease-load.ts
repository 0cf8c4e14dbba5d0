/**
 * The load of `leases.ts`, in a process of its own: installations that each ask for a seat once, from so many connections.
 *
 * Keys and proofs are made before the clock runs: they are the clients' work, and a real fleet does it on other machines.
 * Prints one line of JSON when it has made what it sends, waits for a line, runs, and prints what it saw.
 */
import { createInterface } from 'node:readline';
import { hashSecret, signProof } from '@glidepath/protocol';
import { nodeCrypto } from '@glidepath/protocol/node';
import { type RawConnection, rawConnection, rawRequest } from './raw-http.ts';

export interface LoadOrder {
  readonly address: string;
  readonly licenseKey: string;
  readonly kind: 'acquire' | 'batch' | 'echo';
  readonly connections: number;
  /** Installations that ask; the run ends with them, or with its time. */
  readonly installations: number;
  readonly perBatch: number;
  readonly runMs: number;
  /** Requests a second, evenly; null: as many as are answered. */
  readonly rate: number | null;
  /** Makes the installations of this run others than those of the last. */
  readonly name: string;
}

export interface LoadReport {
  /** Items answered with 200, and all. */
  readonly granted: number;
  readonly answered: number;
  readonly elapsedMs: number;
  /** Of single requests, ms. */
  readonly p50: number;
  readonly p99: number;
  /** Some answers, for whoever verifies them. */
  readonly samples: readonly string[];
}

const order = JSON.parse(process.argv[2] ?? '{}') as LoadOrder;
const SAMPLES = 20;

function requests(): readonly Buffer[] {
  const address = new URL(order.address);
  const headers = { authorization: `Bearer ${order.licenseKey}` };
  const proofs = Array.from({ length: order.installations }, (_, at) => proofOf(at));
  if (order.kind !== 'batch') return proofs.map((proof) => rawRequest(address, '/v1/leases', headers, JSON.stringify({ proof })));
  const bodies: Buffer[] = [];
  for (let at = 0; at < proofs.length; at += order.perBatch) {
    const items = proofs.slice(at, at + order.perBatch).map((proof) => ({ op: 'acquire', proof }));
    bodies.push(rawRequest(address, '/v1/leases:batch', headers, JSON.stringify({ items })));
  }
  return bodies;
}

const keyHash = hashSecret(order.licenseKey, nodeCrypto);
function proofOf(at: number): string {
  const key = nodeCrypto.signerFromSeed(nodeCrypto.sha256(Buffer.from(`${order.name}-${at}`)));
  return signProof({ aud: 'glidepath-server', op: 'acquire', nonce: `${order.name}-${at}`.padEnd(12, '.'), key: keyHash }, key);
}

interface Seen {
  granted: number;
  answered: number;
  readonly latencies: number[];
  readonly samples: string[];
}

async function drive(connection: RawConnection, next: () => Buffer | null, seen: Seen): Promise<void> {
  for (let request = next(); request !== null; request = next()) {
    const began = performance.now();
    await count(connection, request, began, seen);
  }
}

async function count(connection: RawConnection, request: Buffer, began: number, seen: Seen): Promise<void> {
  const { status, body } = await connection.send(request);
  seen.latencies.push(performance.now() - began);
  if (order.kind === 'batch') {
    const { items = [] } = JSON.parse(body.toString()) as { items?: { status: number; word?: string }[] };
    seen.answered += items.length;
    seen.granted += items.filter((item) => item.status === 200).length;
    if (seen.samples.length < SAMPLES) seen.samples.push(...items.slice(0, 2).map(({ word }) => word ?? ''));
    return;
  }
  seen.answered += 1;
  if (status === 200) seen.granted += 1;
  if (order.kind === 'acquire' && seen.samples.length < SAMPLES)
    seen.samples.push((JSON.parse(body.toString()) as { word?: string }).word ?? '');
}

/** Evenly in time, whatever the answers take: what is late began when it should have. */
async function pace(connections: readonly RawConnection[], all: readonly Buffer[], rate: number, seen: Seen): Promise<void> {
  const began = performance.now();
  const free = [...connections];
  const due: { readonly request: Buffer; readonly at: number }[] = [];
  const running = new Set<Promise<void>>();
  const serve = () => {
    while (free.length > 0 && due.length > 0) {
      const connection = free.pop();
      const job = due.shift();
      if (connection === undefined || job === undefined) return;
      const run = count(connection, job.request, job.at, seen).then(() => {
        free.push(connection);
        running.delete(run);
        serve();
      });
      running.add(run);
    }
  };
  let sent = 0;
  while (performance.now() - began < order.runMs && sent < all.length) {
    const at = performance.now();
    const wanted = Math.min(all.length, Math.floor(((at - began) / 1_000) * rate));
    for (; sent < wanted; sent++) due.push({ request: all[sent] as Buffer, at: began + (sent / rate) * 1_000 });
    serve();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  while (running.size > 0 || due.length > 0) await Promise.race([...running, new Promise((resolve) => setTimeout(resolve, 5))]);
}

const all = requests();
const connections = await Promise.all(Array.from({ length: order.connections }, () => rawConnection(new URL(order.address))));
process.stdout.write(`${JSON.stringify({ ready: all.length })}\n`);
for await (const _ of createInterface({ input: process.stdin })) break;
const seen: Seen = { granted: 0, answered: 0, latencies: [], samples: [] };
const began = performance.now();
let taken = 0;
const next = () =>
  performance.now() - began > order.runMs || taken >= all.length
    ? order.kind === 'echo' && performance.now() - began <= order.runMs
      ? (all[taken++ % all.length] ?? null)
      : null
    : (all[taken++] ?? null);
if (order.rate === null) await Promise.all(connections.map((connection) => drive(connection, next, seen)));
else await pace(connections, all, order.rate, seen);
const elapsedMs = performance.now() - began;
for (const connection of connections) connection.close();
const sorted = seen.latencies.sort((a, b) => a - b);
const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
const report: LoadReport = { ...seen, elapsedMs, p50: at(0.5), p99: at(0.99) };
process.stdout.write(`${JSON.stringify({ ...report, latencies: undefined })}\n`, () => process.exit(0));
