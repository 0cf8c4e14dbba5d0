/**
 * One installation that reports use: event ids minted once, batches sent again after a fault until they are acknowledged or
 * given up, and now and then once more although they were, as a client does whose disk forgot that.
 */
import type { Random } from '../packages/core/src/index.ts';
import type { Ask, Told } from './ask.ts';
import type { EventOutcome, EventSent, UsageCall } from './history.ts';
import { METERS } from './licenses.ts';

export interface UsageClientOptions {
  readonly name: string;
  readonly license: string;
  readonly licenseKey: string;
  readonly ports: readonly number[];
  readonly ask: Ask;
  readonly random: Random;
  readonly record: (call: UsageCall) => void;
  readonly pause: (ms: number) => Promise<void>;
  readonly isOver: () => boolean;
}

const TRIES_MAX = 6;
const EVENTS_MAX = 20;
const PEOPLE = 500;
const BATCH = 'application/cloudevents-batch+json';

/** Reports until the run is over. */
export async function reportUse(options: UsageClientOptions): Promise<void> {
  const { random, pause, isOver, name } = options;
  let count = 0;
  const mint = (): EventSent => {
    const { name: meter, aggregate } = METERS[Math.floor(random.next() * METERS.length)] ?? METERS[0];
    const isUnique = aggregate === 'unique';
    const amount = isUnique ? 0 : Math.floor(random.next() * 1_000_000) / 1_000;
    const value = isUnique ? `person-${Math.floor(random.next() * PEOPLE)}` : null;
    return { id: `${name}-event-${++count}`, meter, at: Date.now() - Math.floor(random.next() * 60_000), amount, value };
  };
  while (!isOver()) {
    const events = Array.from({ length: 1 + Math.floor(random.next() * EVENTS_MAX) }, mint);
    const isKnown = await report(options, events);
    if (isKnown && random.next() < 0.1) await report(options, events);
    await pause(200 + random.next() * 1_000);
  }
}

/** False: given up, and nobody knows. */
async function report(options: UsageClientOptions, events: readonly EventSent[]): Promise<boolean> {
  const { random, pause } = options;
  for (let tries = 1; tries <= TRIES_MAX; tries++) {
    if (await once(options, events)) return true;
    await pause(random.next() * 100 * 2 ** tries);
  }
  return false;
}

async function once(
  { name, license, licenseKey, ports, ask, random, record }: UsageClientOptions,
  events: readonly EventSent[],
): Promise<boolean> {
  const node = Math.floor(random.next() * ports.length);
  const body = JSON.stringify(events.map((event) => cloudEvent(name, event)));
  const sentAt = Date.now();
  const told = await ask(ports[node] ?? 0, '/v1/usage', { bearer: licenseKey, type: BATCH, body });
  const outcomes = outcomesOf(told, events.length);
  record({ license, client: name, node, sentAt, doneAt: Date.now(), events, outcomes });
  return outcomes !== null;
}

function cloudEvent(client: string, { id, meter, at, amount, value }: EventSent): object {
  const data = value === null ? { amount } : { value };
  const time = new Date(at).toISOString();
  return { specversion: '1.0', type: 'dev.glidepath.usage.v1', source: `histories/${client}`, id, subject: meter, time, data };
}

/** A limiter counts as nobody knows: what it turns away is sent again. */
function outcomesOf(told: Told | null, count: number): readonly EventOutcome[] | null {
  const items = told?.status === 200 ? told.body.items : null;
  if (!Array.isArray(items) || items.length !== count) return null;
  return items.map(({ outcome }: { readonly outcome: EventOutcome }) => outcome);
}
