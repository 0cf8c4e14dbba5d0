/**
 * Makes features of any JSON by paths (RFC 9535) that the settings name, each with the type that its value must have.
 *
 * A path that matches nothing is null, one that matches several values is unread: which of them is meant is not ours to
 * guess. Paths come from the inventory, documents from anybody: functions that run patterns over the document are left out,
 * and a path sees no more than `FEATURES_MAX` features.
 */
import { EMPTY_SNAPSHOT, type FeatureReading, type Instant, type Snapshot, unknownFeature } from '@glidepath/core';
import { JSONPathEnvironment, type JSONPathQuery, type JSONValue } from 'json-p3';
import { epochInstant, isCount, type JsonAnswer, jsonAnswer, writtenInstant } from '../api/index.ts';
import { wholeNumber } from '../text/index.ts';

const TEXTS = ['name', 'version', 'pool'] as const;
const COUNTS = ['issued', 'used', 'reserved', 'queued', 'denied', 'overage'] as const;
const INSTANTS = ['expiresAt', 'stopsAt'] as const;
export const PATHS = [...TEXTS, ...COUNTS, ...INSTANTS] as const;
export type PathName = (typeof PATHS)[number];

/** How an API writes instants; never guessed from how large a number is. */
export type InstantStyle = 'text' | 'seconds' | 'milliseconds';

export interface JsonPaths {
  readonly features: JSONPathQuery;
  readonly paths: ReadonlyMap<PathName, JSONPathQuery>;
  /** The name of the feature where no path gives one. */
  readonly feature: string | null;
  readonly instants: InstantStyle;
}

const FEATURES_MAX = 10_000;
const PATH_LENGTH_MAX = 500;

const environment = new JSONPathEnvironment({ maxRecursionDepth: 50 });
for (const name of ['match', 'search']) environment.functionRegister.delete(name);

export type Settings = Readonly<Record<string, unknown>>;

/** Reads the paths of settings; null: there are none, so that the document speaks our own JSON. */
export function jsonPaths(settings: Settings): JsonPaths | null | { readonly problem: string } {
  const paths = new Map<PathName, JSONPathQuery>();
  for (const name of ['features', ...PATHS] as const) {
    const text = settings[name];
    if (text === undefined || text === null) continue;
    const query = compiled(text);
    if (!query) return { problem: `\`${name}\` is no JSONPath; expected one such as $.data.seats` };
    if (name !== 'features') paths.set(name, query);
  }
  const { feature, instants = 'text' } = settings;
  if (instants !== 'text' && instants !== 'seconds' && instants !== 'milliseconds')
    return { problem: '`instants` is `text`, `seconds` or `milliseconds`' };
  if (feature !== undefined && (typeof feature !== 'string' || feature === '')) return { problem: '`feature` is a name' };
  if (paths.size === 0 && settings.features === undefined) return null;
  if (!paths.has('name') && feature === undefined)
    return { problem: '`name` is a path to the name of a feature, or `feature` the name itself' };
  return { features: compiled(settings.features ?? '$') ?? environment.compile('$'), paths, feature: feature ?? null, instants };
}

function compiled(text: unknown): JSONPathQuery | null {
  if (typeof text !== 'string' || text.length > PATH_LENGTH_MAX) return null;
  try {
    return environment.compile(text);
  } catch {
    return null;
  }
}

/** Null where the source is no JSON, or no feature is where the paths look. */
export function readByPaths(source: Uint8Array, paths: JsonPaths, zone: string): Snapshot | null {
  const answer = jsonAnswer(source);
  if (!answer) return null;
  const found = matches(paths.features, answer.tree, FEATURES_MAX + 1);
  if (found === null) return null;
  const features = found.slice(0, FEATURES_MAX).flatMap((tree) => featureOf(answer, tree, paths, zone));
  if (features.length === 0) return null;
  const notes = found.length > FEATURES_MAX ? [`There are more than ${FEATURES_MAX} features; the rest was not read.`] : [];
  return { ...EMPTY_SNAPSHOT, features, notes, unparsed: answer.unparsed.lines, unparsedCount: answer.unparsed.count };
}

function featureOf(answer: JsonAnswer, tree: unknown, paths: JsonPaths, zone: string): readonly FeatureReading[] {
  const values = new Map<PathName, unknown>();
  for (const [name, query] of paths.paths) values.set(name, only(answer, name, matches(query, tree, 2)));
  const name = textOf(answer, 'name', values.get('name')) ?? paths.feature;
  // With a fixed name, something else must have been found: else any document would be a license.
  if (name === null || ![...values.values()].some((value) => value !== null && value !== undefined)) return [];
  const count = (key: PathName) => countOf(answer, key, values.get(key));
  const expiresAt = instantOf(answer, 'expiresAt', values.get('expiresAt'), paths.instants, zone);
  return [
    {
      ...unknownFeature(name),
      ...{ version: textOf(answer, 'version', values.get('version')), pool: textOf(answer, 'pool', values.get('pool')) },
      ...{ issued: count('issued'), used: count('used'), reserved: count('reserved'), queued: count('queued') },
      ...{ denied: count('denied'), overage: count('overage'), expiresAt, ends: expiresAt === null ? 'unstated' : 'dated' },
      stopsAt: instantOf(answer, 'stopsAt', values.get('stopsAt'), paths.instants, zone),
    },
  ];
}

/** At most so many values; null where the document is deeper than a path may go. */
function matches(query: JSONPathQuery, tree: unknown, most: number): readonly unknown[] | null {
  const found: unknown[] = [];
  try {
    for (const node of query.lazyQuery(tree as JSONValue)) {
      found.push(node.value);
      if (found.length >= most) break;
    }
  } catch {
    return null;
  }
  return found;
}

function only(answer: JsonAnswer, name: PathName, found: readonly unknown[] | null): unknown {
  if (found === null || found.length > 1) return answer.unread(name, found ?? 'too deep');
  return found[0];
}

function textOf(answer: JsonAnswer, name: PathName, value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  return typeof value === 'string' ? value : answer.unread(name, value);
}

function countOf(answer: JsonAnswer, name: PathName, value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (isCount(value)) return value;
  return (typeof value === 'string' ? wholeNumber(value) : null) ?? answer.unread(name, value);
}

function instantOf(answer: JsonAnswer, name: PathName, value: unknown, style: InstantStyle, zone: string): Instant | null {
  if (value === undefined || value === null || value === '') return null;
  if (style !== 'text') return epochInstant(value, style) ?? answer.unread(name, value);
  return (typeof value === 'string' ? writtenInstant(value, zone) : null) ?? answer.unread(name, value);
}
