/**
 * The license of a HashiCorp product, as its API and its command `license get` or `license inspect` show it.
 *
 * Two ends, told apart by all of them: after *expiration* binaries that were built later do not start; after *termination*
 * none does, while those that run go on. So the outage waits for the next upgrade or restart.
 */
import { EMPTY_SNAPSHOT, formatInstant, type Instant, type LatentAt, type Snapshot, unknownFeature } from '@glidepath/core';
import { createUnparsed, readLines, shownText, type TextLine } from '../text/index.ts';
import { fieldOf, instantIn, type JsonAnswer, type JsonRecord } from './json-answer.ts';
import { writtenInstant } from './written-instant.ts';

export interface HashicorpEnds {
  readonly expiresAt: Instant | null;
  readonly terminatesAt: Instant | null;
}

/** A license as JSON, with the keys of Vault and Consul (`expiration_time`) or of Nomad (`ExpirationTime`). */
export function hashicorpEnds(answer: JsonAnswer, license: JsonRecord, zone: string): HashicorpEnds | null {
  const end = (snake: string, camel: string) => instantIn(answer, license, fieldOf(license, snake) === undefined ? camel : snake, zone);
  const isLicense = ['expiration_time', 'ExpirationTime'].some((key) => typeof fieldOf(license, key) === 'string');
  if (!isLicense) return null;
  return { expiresAt: end('expiration_time', 'ExpirationTime'), terminatesAt: end('termination_time', 'TerminationTime') };
}

export function hashicorpSnapshot(product: string, ends: HashicorpEnds, rest: Partial<Snapshot>): Snapshot {
  const { expiresAt, terminatesAt } = ends;
  const feature = {
    ...unknownFeature(product),
    ...{
      expiresAt,
      ends: expiresAt === null ? ('unstated' as const) : ('dated' as const),
      stopsAt: terminatesAt,
      kind: 'subscription' as const,
    },
  };
  return { ...EMPTY_SNAPSHOT, ...rest, features: [feature] };
}

const EXPIRES = new Set(['expiration_time', 'expires_at']);
const TERMINATES = new Set(['termination_time', 'terminates_at']);
/** `expiration_time   2027-05-17T…`, `Expires At: …`, `Expiration Time = …`. */
const ROW = /^\s*([A-Za-z][A-Za-z_ ]{0,40}?)(?:\s*[:=]\s+|\t+| {2,})(\S.*)$/;

/** An instant is whole only with its offset, which comes last: a capture may be cut in the middle of one. */
const WHOLE = /[0-9](?:Z| ?UTC| ?[+-][0-9]{2}:?[0-9]{2}(?: [A-Z]{3,5})?)$/;

/** The table that the product's command prints; null where it shows no end of a license. */
export function hashicorpText(product: string, source: Uint8Array, zone: string): Snapshot | null {
  const unparsed = createUnparsed();
  const notes: string[] = [];
  let expiresAt: Instant | null | undefined;
  let terminatesAt: Instant | null = null;
  const read = (line: TextLine, value: string): Instant | null => {
    const at = WHOLE.test(value) ? writtenInstant(value, zone) : null;
    if (at === null) unparsed.add(line);
    return at;
  };
  for (const line of readLines(source)) {
    if (/^\s*WARNING/i.test(line.text)) notes.push(shownText(line.text));
    const [, key = '', value = ''] = ROW.exec(line.text.slice(0, ROW_MAX)) ?? [];
    const word = key.trim().toLowerCase().replaceAll(' ', '_');
    if (EXPIRES.has(word)) expiresAt = read(line, value.trim());
    if (TERMINATES.has(word)) terminatesAt = read(line, value.trim());
  }
  if (expiresAt === undefined) return null;
  return hashicorpSnapshot(product, { expiresAt, terminatesAt }, { unparsed: unparsed.lines, unparsedCount: unparsed.count, notes });
}

/** No row that matters is longer, and longer ones are no reason to look long. */
const ROW_MAX = 400;

/** What would fail at `at`, as each product's documentation says it. */
export function hashicorpLatentAt(product: string, node: string): LatentAt {
  return ({ features }, at) =>
    features.flatMap(({ name, expiresAt, stopsAt }) => {
      if (name !== product) return [];
      const isExpired = expiresAt !== null && at > expiresAt;
      const isTerminated = stopsAt !== null && at > stopsAt;
      return [
        ...(isTerminated
          ? [
              {
                act: 'restart' as const,
                reason: `${product}'s license terminated on ${formatInstant(stopsAt)}: ${node} that restarts does not start again.`,
              },
              {
                act: 'scale-out' as const,
                reason: `${product}'s license terminated on ${formatInstant(stopsAt)}: a new node does not start.`,
              },
            ]
          : []),
        ...(isExpired
          ? [
              {
                act: 'upgrade' as const,
                reason: `${product}'s license expired on ${formatInstant(expiresAt)}: binaries built after that do not start.`,
              },
            ]
          : []),
      ];
    });
}
