/**
 * What is true of every snapshot, whatever the source was: the oracle of the contract suite and of the long fuzzing.
 *
 * Each rule returns sentences, none when all is well, so that the fuzzing can say all that is wrong with an input at once.
 */
import { type FeatureReading, type Instant, type Snapshot, UNPARSED_MAX, UNPARSED_TEXT_MAX } from '@glidepath/core';
import { readText } from '../text/index.ts';

const COUNTS = ['issued', 'used', 'reserved', 'queued', 'lingering', 'denied', 'overage'] as const;
/** The last instant that ECMAScript can write. */
const INSTANT_MAX = 8_640_000_000_000_000;

/** Numbers are counts, instants are instants, ends agree with dates, and what is kept of unread lines is bounded. */
export function malformed(snapshot: Snapshot): string[] {
  const found = [...snapshot.features.flatMap(malformedFeature), ...malformedUnparsed(snapshot)];
  if (!isInstant(snapshot.takenAt)) found.push(`takenAt is ${snapshot.takenAt}`);
  for (const { name, state, reason } of snapshot.servers)
    if ((state === 'up') !== (reason === null)) found.push(`server ${name} is ${state} with the reason ${reason}`);
  for (const { from, reason } of snapshot.latent)
    if (!isInstant(from) || reason === '') found.push(`a latent risk says ${reason} from ${from}`);
  return found;
}

function malformedFeature(feature: FeatureReading): string[] {
  const found = COUNTS.filter((count) => !isCount(feature[count])).map((count) => `${feature.name}: ${count} is ${feature[count]}`);
  if (feature.name === '') found.push('a feature without a name');
  if (!isInstant(feature.expiresAt) || !isInstant(feature.stopsAt)) found.push(`${feature.name}: ends at ${feature.expiresAt}`);
  if ((feature.ends === 'dated') !== (feature.expiresAt !== null)) found.push(`${feature.name}: ${feature.ends}, at ${feature.expiresAt}`);
  if (feature.kind === 'uncounted' && feature.issued !== null) found.push(`${feature.name}: uncounted, and ${feature.issued} issued`);
  for (const { count, since, user } of feature.holders)
    if (!isCount(count) || !isInstant(since) || user === '') found.push(`${feature.name}: ${user} holds ${count} since ${since}`);
  return found;
}

function malformedUnparsed({ unparsed, unparsedCount }: Snapshot): string[] {
  const found: string[] = [];
  if (unparsed.length !== Math.min(unparsedCount, UNPARSED_MAX)) found.push(`${unparsed.length} of ${unparsedCount} unread lines kept`);
  for (const { line, text } of unparsed)
    if (!Number.isSafeInteger(line) || line < 1 || text.length > UNPARSED_TEXT_MAX) found.push(`an unread line ${line} of ${text.length}`);
  return found;
}

function isCount(value: number | null): boolean {
  return value === null || (Number.isSafeInteger(value) && value >= 0);
}

function isInstant(value: Instant | null): boolean {
  return value === null || (Number.isSafeInteger(value) && Math.abs(value) <= INSTANT_MAX);
}

/**
 * Numbers that a snapshot states and its source does not. Sums over listed lines (reserved, queued, lingering, denied, and
 * used where it is what the first of the listed hold) are left out, and so are 0 used and 1 held: formats say these by saying nothing.
 */
export function invented(source: Uint8Array, snapshot: Snapshot): string[] {
  const said = new Set((readText(source).match(/[0-9]+/g) ?? []).map(Number));
  const found: string[] = [];
  for (const { name, issued, used, holders } of snapshot.features) {
    if (issued !== null && !said.has(issued)) found.push(`${name}: ${issued} issued is nowhere in the source`);
    if (used !== null && used !== 0 && !said.has(used) && !runningSums(holders).includes(used))
      found.push(`${name}: ${used} used is nowhere in the source`);
    for (const { count } of holders)
      if (count > 1 && !said.has(count)) found.push(`${name}: a holder of ${count} is nowhere in the source`);
  }
  return found;
}

/** Of the first holder, the first two, and so on: a damaged source may list more after its total. */
function runningSums(holders: FeatureReading['holders']): readonly number[] {
  let sum = 0;
  return holders.map(({ count }) => {
    sum += count;
    return sum;
  });
}

/**
 * What a cut source states otherwise than the whole one: a number may be missing (null), a list and what is summed over its
 * lines may be shorter, nothing may be different.
 */
export function differentWhenCut(whole: Snapshot, cut: Snapshot): string[] {
  const found: string[] = [];
  cut.features.forEach((feature, index) => {
    const full = whole.features[index];
    if (!full || full.name !== feature.name) {
      found.push(`feature ${index} is ${feature.name}, and ${full?.name} in the whole`);
      return;
    }
    for (const count of ['issued', 'used', 'overage'] as const)
      if (feature[count] !== null && feature[count] !== full[count])
        found.push(`${feature.name}: ${count} ${feature[count]}, not ${full[count]}`);
    for (const sum of ['reserved', 'queued', 'lingering', 'denied'] as const)
      if ((feature[sum] ?? 0) > (full[sum] ?? 0)) found.push(`${feature.name}: ${sum} ${feature[sum]}, not ${full[sum]}`);
    feature.holders.forEach((holder, place) => {
      if (holder.count !== full.holders[place]?.count) found.push(`${feature.name}: holder ${place} has ${holder.count}`);
    });
  });
  return found;
}
