/**
 * Where the use of our own quotas leads: samples of each day within a window, and when the window's limit is used up.
 *
 * A quota that is used up takes something away only where its path has a rung with a lower tier; that share is then what runs
 * out, else the limit itself. A window that resets before begins anew: a forecast beyond its end is none.
 */
import {
  type Forecast,
  forecastExhaustion,
  type LicenseSituation,
  type LicenseTerms,
  type Plan,
  type Policy,
  type QuotaClaim,
  quotaClaims,
  type UsageSample,
  type UseFacts,
} from '@glidepath/core';
import { dayOf, mergedSample, sampleId } from '../probes/usage-samples.ts';
import type { Recomputing } from './recomputing.ts';
import { SAMPLES_MAX, type SampledUse, sampleWrites } from './sampled-use.ts';

export async function quotaUses(
  context: Recomputing,
  { license, meters, terms: history }: LicenseSituation,
  rules: { readonly policy: Policy; readonly plan: Plan; readonly terms: LicenseTerms },
): Promise<readonly SampledUse[]> {
  const claims = quotaClaims({ ...rules, history, meters }, context.now);
  return Promise.all(claims.map((claim) => quotaUse(context, license.id, claim, lossAt(rules, claim))));
}

/** One name per window, so that a reset is no fall. */
const nameOf = ({ meter, resetsAt }: QuotaClaim): string => `quota/${meter}/${resetsAt}`;

async function quotaUse({ store, now }: Recomputing, license: string, claim: QuotaClaim, limit: number): Promise<SampledUse> {
  const feature = nameOf(claim);
  const kept = await store.find('usageSample', { license, feature }, { limit: SAMPLES_MAX, newestFirst: true });
  if (claim.used === 0 && kept.length === 0) return { uses: [], writes: [] };
  const day = dayOf(now);
  const id = sampleId(license, feature, day);
  const next: UsageSample = { id, license, feature, day, peak: claim.used, issued: limit, denied: null, revision: 0 };
  const known = kept.find((sample) => sample.id === id) ?? null;
  const today = mergedSample(known, next);
  const samples = [...kept.filter((sample) => sample.id !== id), today].map(({ day: at, peak }) => ({ day: at, peak }));
  const forecast = withinWindow(forecastExhaustion(samples, limit, now), claim);
  const use: UseFacts = { of: 'quota', name: claim.meter, limit, peak: claim.used, asOf: claim.asOf, kind: null, forecast };
  return { uses: [use], writes: sampleWrites(known, today) };
}

function withinWindow(forecast: Forecast | null, { resetsAt }: QuotaClaim): Forecast | null {
  if (forecast === null || forecast.at >= resetsAt) return null;
  return forecast.late === null || forecast.late < resetsAt ? forecast : { ...forecast, late: null };
}

function lossAt({ policy, plan }: { readonly policy: Policy; readonly plan: Plan }, { meter, limit }: QuotaClaim): number {
  const rung = policy.glidePath.quota[meter]?.find(({ tier }) => tier !== undefined && tier > plan.tier);
  return rung === undefined ? limit : Math.ceil((limit * rung.percent) / 100);
}
