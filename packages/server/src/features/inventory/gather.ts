/** What an environment's inventory holds now, by name. Pages of records, however many there are. */
import type { Channel, HeldLicense, Probe, Store } from '@glidepath/core';
import { everyRecord } from '../lists.ts';

export interface Inventory {
  readonly licenses: ReadonlyMap<string, HeldLicense>;
  readonly probes: ReadonlyMap<string, Probe>;
  readonly channels: ReadonlyMap<string, Channel>;
}

export async function gatherInventory(store: Store, environment: string): Promise<Inventory> {
  const [licenses, probes, channels] = await Promise.all([
    byName(everyRecord(store, 'heldLicense', { environment })),
    byName(everyRecord(store, 'probe', { environment })),
    byName(everyRecord(store, 'channel', { environment })),
  ]);
  return { licenses, probes, channels };
}

async function byName<R extends { readonly name: string }>(records: AsyncIterable<R>): Promise<ReadonlyMap<string, R>> {
  const found = new Map<string, R>();
  for await (const record of records) found.set(record.name, record);
  return found;
}
