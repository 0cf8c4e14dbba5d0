/**
 * The load of `usage.ts`, in a process of its own: events of use that each are sent once, alone or many to a request, from so
 * many connections.
 *
 * What is sent is made before the clock runs: a real fleet does it on other machines. Prints one line of JSON when it has made
 * it, waits for a line, runs, and prints what it saw. Every answer is read whole: an event counts where its own item says so.
 */
import { createInterface } from 'node:readline';
import { type RawAnswer, type RawConnection, rawConnection, rawRequest } from './raw-http.ts';

export interface UsageOrder {
  readonly address: string;
  readonly licenseKey: string;
  readonly connections: number;
  /** Events of one request; 1: sent as a single event. */
  readonly perRequest: number;
  /** Requests that are made; a run that sends them all fails, since it measured less than it should. */
  readonly requests: number;
  readonly runMs: number;
  /** Makes the events of this run others than those of the last. */
  readonly name: string;
}

export interface UsageReport {
  /** Events whose own item of the answer says that they were counted, and all that were sent. */
  readonly counted: number;
  readonly sent: number;
  readonly elapsedMs: number;
  readonly isExhausted: boolean;
}

interface Sent {
  readonly request: Buffer;
  readonly ids: readonly string[];
}

interface Answer {
  readonly accepted?: number;
  readonly items?: readonly { readonly id: string; readonly outcome: string }[];
}

const order = JSON.parse(process.argv[2] ?? '{}') as UsageOrder;

function made(): readonly Sent[] {
  const { perRequest } = order;
  const media = perRequest === 1 ? 'application/cloudevents+json' : 'application/cloudevents-batch+json';
  const headers = { authorization: `Bearer ${order.licenseKey}`, 'content-type': media };
  const time = new Date().toISOString();
  return Array.from({ length: order.requests }, (_, at) => {
    const ids = Array.from({ length: perRequest }, (_, place) => `${order.name}-${at * perRequest + place}`);
    const events = ids.map((id) => ({
      ...{ specversion: '1.0', id, source: 'bench', type: 'dev.glidepath.usage.v1', subject: 'build-minutes', time },
      data: { amount: 1 },
    }));
    const body = JSON.stringify(perRequest === 1 ? events[0] : events);
    return { request: rawRequest(new URL(order.address), '/v1/usage', headers, body), ids };
  });
}

/** How many of the events the answer says were counted, each by its own item. */
function countedIn({ status, body }: RawAnswer, ids: readonly string[]): number {
  if (status !== 200) return 0;
  const { accepted, items = [] } = JSON.parse(body.toString()) as Answer;
  const counted = ids.filter((id, at) => items[at]?.id === id && items[at]?.outcome === 'counted').length;
  return accepted === counted && items.length === ids.length ? counted : 0;
}

const all = made();
const seen = { counted: 0, sent: 0 };
let taken = 0;

async function drive(connection: RawConnection, endAt: number): Promise<void> {
  while (performance.now() < endAt) {
    const next = all[taken++];
    if (next === undefined) return;
    const answer = await connection.send(next.request);
    seen.sent += next.ids.length;
    seen.counted += countedIn(answer, next.ids);
  }
}

const connections = await Promise.all(Array.from({ length: order.connections }, () => rawConnection(new URL(order.address))));
process.stdout.write(`${JSON.stringify({ ready: all.length })}\n`);
for await (const _ of createInterface({ input: process.stdin })) break;
const began = performance.now();
await Promise.all(connections.map((connection) => drive(connection, began + order.runMs)));
const report: UsageReport = { ...seen, elapsedMs: performance.now() - began, isExhausted: taken > all.length };
for (const connection of connections) connection.close();
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
