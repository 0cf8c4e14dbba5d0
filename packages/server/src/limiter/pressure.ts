/**
 * What is turned away while a node cannot keep up, so that what keeps leases alive goes on: lists first, then acquires and
 * other work, renewals and releases last.
 *
 * A node is pressed by what it has in flight (each is memory and a place in a queue) and by how late its event loop is (then
 * everybody waits). Pure: both are told, nothing is measured here.
 */
import type { Milliseconds, Random } from '@glidepath/core';
import type { Command } from '../command.ts';

/** `keep`: a holder keeps or gives back what it has. `work`: everything that clients and operators do. `look`: people and reports. */
export type Urgency = 'keep' | 'work' | 'look';

export interface Pressure {
  /** Requests that are being answered. */
  readonly inFlight: number;
  /** How late the event loop runs what is due. */
  readonly delayMs: Milliseconds;
}

/** From where on each is turned away. */
export const SHED_AT: Readonly<Record<Urgency, Pressure>> = {
  look: { inFlight: 1_000, delayMs: 500 },
  work: { inFlight: 2_500, delayMs: 1_500 },
  keep: { inFlight: 4_000, delayMs: 5_000 },
};

/** Holders come first, and whoever has to see that the node is pressed. */
const KEEP: ReadonlySet<string> = new Set(['lease.renew', 'lease.release', 'metrics.read']);

export function urgencyOf(command: Pick<Command, 'name' | 'method' | 'auth' | 'admitsLicenseKey'>): Urgency {
  if (KEEP.has(command.name)) return 'keep';
  const isForClients = command.auth === 'license-key' || command.admitsLicenseKey === true || command.auth === 'none';
  return command.method === 'GET' && !isForClients ? 'look' : 'work';
}

export function isShed(urgency: Urgency, { inFlight, delayMs }: Pressure): boolean {
  const from = SHED_AT[urgency];
  return inFlight >= from.inFlight || delayMs >= from.delayMs;
}

const RETRY_MS: Readonly<Record<Urgency, Milliseconds>> = { keep: 1_000, work: 3_000, look: 10_000 };

/** Spread over as long again, so that those who were turned away together do not come back together. */
export function retryAfterMs(urgency: Urgency, random: Random): Milliseconds {
  return Math.round(RETRY_MS[urgency] * (1 + random.next()));
}
