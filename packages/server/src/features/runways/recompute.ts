/** Computes runways anew, of held licenses and of our own, from what is recorded now and what is about to be. */
import { type License, type ProbeReading, runwayOf, type UsageSample, type Write } from '@glidepath/core';
import type { Happening } from '../../command.ts';
import { createProbeReader } from '../probes/watching.ts';
import { type FactsContext, heldFacts } from './held-facts.ts';
import { heldRunwayOf, inTurns } from './held-runway.ts';
import type { Recomputing } from './recomputing.ts';
import { runwayHappening, runwayWrite } from './runway-row.ts';
import { selfFacts, selfRunwayOf } from './self-facts.ts';

export interface Fresh {
  /** By id. */
  readonly readings: ReadonlyMap<string, ProbeReading>;
  readonly samples: ReadonlyMap<string, UsageSample>;
}

export interface Recomputed {
  readonly writes: readonly Write[];
  readonly happened: readonly Happening[];
}

const NOTHING: Recomputed = { writes: [], happened: [] };

/** Of those licenses of the list that are there; a license that is gone has none. */
export async function recomputed(context: Recomputing, licenses: readonly string[], fresh?: Fresh): Promise<Recomputed> {
  const { store, now, world } = context;
  const facts: FactsContext = {
    ...{ store, now, crypto: world.crypto, probes: createProbeReader(store, fresh?.readings) },
    ...(fresh === undefined ? {} : { fresh: fresh.samples }),
  };
  const found = await inTurns(licenses, (id) => recomputedOne(context, facts, id));
  return { writes: found.flatMap(({ writes }) => writes), happened: found.flatMap(({ happened }) => happened) };
}

async function recomputedOne(context: Recomputing, facts: FactsContext, id: string): Promise<Recomputed> {
  const license = await context.store.get('license', id);
  if (license === null) return NOTHING;
  return license.issuer === 'self' ? await ofSelf(context, license) : await ofHeld(context, facts, license);
}

async function ofHeld({ store, now }: Recomputing, facts: FactsContext, license: License): Promise<Recomputed> {
  const [held, terms, product, before] = await Promise.all([
    store.get('heldLicense', license.id),
    store.find('licenseTerms', { license: license.id }, { limit: 1_000 }),
    store.get('product', license.product),
    store.get('runway', license.id),
  ]);
  if (held === null) return NOTHING;
  const of = heldRunwayOf({ license, held, product: product?.title ?? license.product });
  const runway = runwayOf(await heldFacts(facts, held, terms), now);
  return { writes: [runwayWrite(of, runway, before, now)], happened: runwayHappening(of, runway, before) };
}

async function ofSelf(context: Recomputing, license: License): Promise<Recomputed> {
  const [known, before] = await Promise.all([selfFacts(context, license), context.store.get('runway', license.id)]);
  if (known === null) return NOTHING;
  const of = await selfRunwayOf(context, license);
  const runway = runwayOf(known.facts, context.now);
  return {
    writes: [...known.writes, runwayWrite(of, runway, before, context.now)],
    happened: runwayHappening(of, runway, before),
  };
}
