/** Use of our own licenses as it is sampled: what a runway is told of it, and the day's record. */
import { DAY, FORECAST_WINDOW_MS, type UsageSample, type UseFacts, type Write } from '@glidepath/core';

export interface SampledUse {
  readonly uses: readonly UseFacts[];
  /** The day's peak, where it rose. */
  readonly writes: readonly Write[];
}

/** The days that a forecast looks at, and some for gaps. */
export const SAMPLES_MAX = FORECAST_WINDOW_MS / DAY + 2;

export function sampleWrites(known: UsageSample | null, { peak, issued, ...today }: UsageSample): readonly Write[] {
  if (known === null) return [{ op: 'insert', table: 'usageSample', row: { ...today, peak, issued } }];
  if (known.peak === peak && known.issued === issued) return [];
  return [{ op: 'update', table: 'usageSample', id: known.id, revision: known.revision, set: { peak, issued } }];
}
