/** The runway of each thing found, worst first, by the same rule as everywhere. */
import type { Found } from '@glidepath/connectors/discover';
import { compareRunways, type Instant, type Runway, runwayOf } from '@glidepath/core';

export interface Row {
  readonly found: Found;
  readonly runway: Runway;
}

export function rowsOf(found: readonly Found[], now: Instant): readonly Row[] {
  return found
    .map((one): Row => ({ found: one, runway: runwayOf(factsOf(one, now), now) }))
    .toSorted((a, b) => compareRunways({ id: idOf(a.found), ...a.runway }, { id: idOf(b.found), ...b.runway }));
}

function factsOf({ name, ends, expiresAt, stopsAt, places }: Found, now: Instant): Parameters<typeof runwayOf>[0] {
  const observed = [{ source: places[0] ?? '', observedAt: now, feature: { name, ends, expiresAt, stopsAt } }];
  return { kind: 'held', contract: null, observed, uses: [], latent: [], parts: [] };
}

function idOf({ product, name, places }: Found): string {
  return `${product}\n${name}\n${places[0]}`;
}
