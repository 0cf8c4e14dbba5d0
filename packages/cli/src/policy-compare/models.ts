/** The four ways to license that `glidepath policy new` begins with: each a whole policy with promises and tests. */
import { CONSUMPTION } from './models/consumption.ts';
import { FEATURE } from './models/feature.ts';
import { HYBRID } from './models/hybrid.ts';
import { PER_SEAT } from './models/per-seat.ts';

export type Model = 'per-seat' | 'consumption' | 'feature' | 'hybrid';
export const MODELS: readonly Model[] = ['per-seat', 'consumption', 'feature', 'hybrid'];

const SOURCES: Readonly<Record<Model, string>> = { 'per-seat': PER_SEAT, consumption: CONSUMPTION, feature: FEATURE, hybrid: HYBRID };

/** The source of a model under another name: a name as policies allow it. */
export function modelSource(model: Model, name: string): string {
  return SOURCES[model].replace(`metadata: { name: ${model},`, `metadata: { name: ${name},`);
}
