/**
 * Makes features of samples: which metric says what is the settings' business, or known from exporters that many run.
 *
 * Two series for one feature are never added up: whether they are parts or copies (three servers of one quorum) is not in
 * them. The number is then null, and a note says which label would tell them apart.
 */
import { EMPTY_SNAPSHOT, type FeatureReading, type Instant, type Snapshot, unknownFeature } from '@glidepath/core';
import { epochInstant, type InstantUnit, isCount } from '../api/index.ts';
import { shownText } from '../text/index.ts';
import { type Exposition, readExposition, type Sample } from './exposition.ts';

export interface MetricNames {
  readonly issued: string | null;
  readonly used: string | null;
  readonly expires: string | null;
  /** The label that names the feature; where a series lacks it, `feature` does. */
  readonly label: string;
  readonly pool: string | null;
  readonly feature: string | null;
  readonly unit: InstantUnit;
}

const named = (parts: Partial<MetricNames>): MetricNames => ({
  ...{ issued: null, used: null, expires: null, label: 'feature', pool: null, feature: null, unit: 'seconds' as const },
  ...parts,
});

/** Exporters whose names are public; what a saved page is read by, and a probe without settings. */
export const KNOWN_METRICS: readonly MetricNames[] = [
  named({
    ...{ issued: 'flexlm_feature_issued', used: 'flexlm_feature_used', expires: 'flexlm_feature_expiration_seconds' },
    ...{ label: 'name', pool: 'app' },
  }),
  named({ expires: 'vault_core_license_expiration_time_epoch', feature: 'Vault' }),
  named({ expires: 'nomad_license_expiration_time_epoch', feature: 'Nomad' }),
];

/** Null where none of the metrics is there. */
export function readMetrics(source: Uint8Array, names: readonly MetricNames[]): Snapshot | null {
  const wanted = new Set(names.flatMap(({ issued, used, expires }) => [issued, used, expires]).filter((name) => name !== null));
  const exposition = readExposition(source, (metric) => wanted.has(metric));
  if (exposition.samples.length === 0) return null;
  const notes = new Set<string>();
  const features = names.flatMap((one) => featuresOf(exposition, one, notes));
  const { unparsed } = exposition;
  return { ...EMPTY_SNAPSHOT, features, unparsed: unparsed.lines, unparsedCount: unparsed.count, notes: [...notes].slice(0, NOTES_MAX) };
}

const NOTES_MAX = 20;

interface Row {
  readonly name: string;
  readonly pool: string | null;
  readonly issued: Sample[];
  readonly used: Sample[];
  readonly expires: Sample[];
}

function featuresOf({ samples, unparsed }: Exposition, names: MetricNames, notes: Set<string>): readonly FeatureReading[] {
  const rows = new Map<string, Row>();
  for (const sample of samples) {
    const place = (['issued', 'used', 'expires'] as const).find((key) => names[key] === sample.metric);
    if (place === undefined) continue;
    const name = sample.labels.get(names.label) || names.feature;
    if (!name) {
      unparsed.add({ number: sample.line, text: `${sample.metric} without the label ${names.label}` });
      continue;
    }
    const pool = (names.pool === null ? null : sample.labels.get(names.pool)) || null;
    const key = JSON.stringify([name, pool]);
    const row = rows.get(key) ?? { name, pool, issued: [], used: [], expires: [] };
    row[place].push(sample);
    rows.set(key, row);
  }
  return [...rows.values()].map((row) => featureOf(row, names, unparsed, notes));
}

function featureOf(row: Row, names: MetricNames, unparsed: Exposition['unparsed'], notes: Set<string>): FeatureReading {
  const count = (series: readonly Sample[]): number | null => {
    const [only, another] = series;
    if (!only) return null;
    if (another) {
      notes.add(`${only.metric} has several series for ${shownText(row.name)}; name the label that tells them apart as \`pool\`.`);
      return null;
    }
    if (isCount(only.value)) return only.value;
    unparsed.add({ number: only.line, text: `${only.metric} ${only.value}` });
    return null;
  };
  return {
    ...unknownFeature(row.name),
    ...{ pool: row.pool, issued: count(row.issued), used: count(row.used) },
    ...endOf(row.expires, names.unit, notes),
  };
}

/** Of several, the earliest. Infinity says never; 0, -1 and NaN say different things in the wild, and so nothing here. */
function endOf(series: readonly Sample[], unit: InstantUnit, notes: Set<string>): Pick<FeatureReading, 'expiresAt' | 'ends'> {
  const ends: Instant[] = [];
  for (const { metric, value } of series) {
    const at = epochInstant(value, unit);
    if (at !== null) ends.push(at);
    else if (value !== Number.POSITIVE_INFINITY) notes.add(`${metric} says ${value}, which is no instant.`);
  }
  const [first] = ends.sort((a, b) => a - b);
  if (first !== undefined) return { expiresAt: first, ends: 'dated' };
  const isPermanent = series.length > 0 && series.every(({ value }) => value === Number.POSITIVE_INFINITY);
  return { expiresAt: null, ends: isPermanent ? 'permanent' : 'unstated' };
}

/** The names that settings choose; null: they choose none, so that the known ones count. The denial says what is wrong. */
export function metricNames(settings: Readonly<Record<string, unknown>>): MetricNames | 'known' | { readonly problem: string } {
  const text = (key: string): string | null | undefined => {
    const value = settings[key];
    return value === undefined || value === null ? null : typeof value === 'string' && value !== '' ? value : undefined;
  };
  const given = { issued: text('issued'), used: text('used'), expires: text('expires'), label: text('label') };
  const more = { pool: text('pool'), feature: text('feature'), unit: text('unit') };
  const wrong = Object.entries({ ...given, ...more }).find(([, value]) => value === undefined);
  if (wrong) return { problem: `\`${wrong[0]}\` is a text that is not empty` };
  const { unit } = more;
  if (unit !== null && unit !== 'seconds' && unit !== 'milliseconds') return { problem: '`unit` is `seconds` or `milliseconds`' };
  const { issued = null, used = null, expires = null } = given;
  if (issued === null && used === null && expires === null) return 'known';
  return {
    ...{ issued, used, expires, label: given.label ?? 'feature', pool: more.pool ?? null, feature: more.feature ?? null },
    unit: unit ?? 'seconds',
  };
}
