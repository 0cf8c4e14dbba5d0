/** Runways of held licenses, computed from what is recorded of them, as writes for whichever change they belong to. */
import { type HeldLicense, type License, type LicenseTerms, type RunwayRecord, runwayOf, type Write } from '@glidepath/core';
import type { Context } from '../../command.ts';
import { createProbeReader } from '../probes/watching.ts';
import { contractFacts, type FactsContext, heldFacts } from './held-facts.ts';
import { type RunwayOf, runwayWrite } from './runway-row.ts';

export interface HeldHouse {
  readonly license: License;
  readonly held: HeldLicense;
  readonly terms: readonly LicenseTerms[];
  /** Its title. */
  readonly product: string;
}

export interface WrittenHouse extends HeldHouse {
  /** Null: it has no runway yet. */
  readonly before: RunwayRecord | null;
}

export function heldRunwayOf({ license, held, product }: Omit<HeldHouse, 'terms'>): RunwayOf {
  return { id: held.id, environment: held.environment, name: held.name, product, vendor: held.vendor, ownerTeam: license.ownerTeam };
}

/** With more of them in one change, what was computed before stays until the sweep, which takes up what changed at once. */
const LOOKED_AT_MAX = 500;

/** Of licenses that are being written down: by their contracts, and by what probes have seen already. */
export async function runwayWrites(
  context: Pick<Context, 'store' | 'now' | 'world'>,
  houses: readonly WrittenHouse[],
): Promise<readonly Write[]> {
  const { store, now, world } = context;
  const facts: FactsContext = { store, now, probes: createProbeReader(store), crypto: world.crypto };
  const isFew = houses.length <= LOOKED_AT_MAX;
  const chosen = isFew ? houses : houses.filter(({ before }) => before === null);
  return await inTurns(chosen, async (house) => {
    const { held, terms, before } = house;
    const known = isFew && held.watches.length > 0 ? await heldFacts(facts, held, terms) : contractFacts(held, terms, now);
    return runwayWrite(heldRunwayOf(house), runwayOf(known, now), before, now);
  });
}

const AT_ONCE = 16;

/** Some at a time: thousands of reads at once would take every connection from everybody else. */
export async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(work))));
  }
  return results;
}
