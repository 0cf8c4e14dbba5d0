/** The peak of each day per watched feature: what forecasts are made from. One record a day, however often it is asked. */

import { DAY, type Instant, instant, type UsageSample } from '@glidepath/core';
import { type Crypto, encodeBase64Url } from '@glidepath/protocol';
import { sumOf, type WatchedFeature } from './watching.ts';

/** A license, a feature and a day fit one id. */
const FEATURE_MAX = 180;

/** The feature's name as ids and indexes can hold it: others choose names, of any length. */
export function sampleName(name: string, crypto: Pick<Crypto, 'sha256'>): string {
  if (name.length <= FEATURE_MAX) return name;
  const hash = encodeBase64Url(crypto.sha256(new TextEncoder().encode(name))).slice(0, 16);
  return `${name.slice(0, FEATURE_MAX - 17).toWellFormed()}…${hash}`;
}

export function dayOf(at: Instant): Instant {
  return instant(Math.floor(at / DAY) * DAY);
}

export function sampleId(license: string, feature: string, day: Instant): string {
  return `${license}/${feature}/${day}`;
}

/** A reading as part of its day; null: it says nothing of use. */
export function sampleOf(license: string, watched: WatchedFeature, at: Instant, crypto: Pick<Crypto, 'sha256'>): UsageSample | null {
  const peak = sumOf(watched.rows, 'used');
  if (peak === null) return null;
  const feature = sampleName(watched.name, crypto);
  const day = dayOf(at);
  const [issued, denied] = [sumOf(watched.rows, 'issued'), sumOf(watched.rows, 'denied')];
  return { id: sampleId(license, feature, day), license, feature, day, peak, issued, denied, revision: 0 };
}

/** The day with one more reading in it; `issued` is the latest, as a limit may be raised. */
export function mergedSample(known: UsageSample | null, next: UsageSample): UsageSample {
  if (known === null) return next;
  const denied = known.denied === null || next.denied === null ? (next.denied ?? known.denied) : Math.max(known.denied, next.denied);
  return { ...known, peak: Math.max(known.peak, next.peak), issued: next.issued, denied };
}
