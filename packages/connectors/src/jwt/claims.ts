/**
 * What the claims of a licence say, conservatively: a number counts only under a name that can mean nothing else, an end only
 * where it is a date by the standard. Known beside the common names: Grafana (`lexp`, `included_…`), Coder
 * (`license_expires`, whose `exp` is the end of the grace), authentik (`internal_users`).
 */
import { type FeatureReading, formatInstant, type Instant, instant, unknownFeature } from '@glidepath/core';

export type Claims = Readonly<Record<string, unknown>>;

export interface LicenseReading {
  readonly features: readonly FeatureReading[];
  readonly notes: readonly string[];
  readonly issuedAt: Instant | null;
}

/** The end of the year 9999: beyond, somebody wrote milliseconds. */
const SECONDS_MAX = 253_402_300_799;

function dateOf(value: unknown): Instant | null {
  return typeof value === 'number' && value > 0 && value <= SECONDS_MAX ? instant(value * 1_000) : null;
}

const END_CLAIMS = ['license_expires', 'lexp', 'license_expiry', 'licenseExpires', 'licenseExpiry'] as const;
const SEAT_CLAIMS = [
  'seats',
  'max_seats',
  'maxSeats',
  'seat_count',
  'seatCount',
  'user_limit',
  'userLimit',
  'max_users',
  'maxUsers',
  'included_users',
] as const;
/** Numbers of people of one kind, each a row of its own. */
const PEOPLE_CLAIMS = ['included_admins', 'included_viewers', 'internal_users', 'external_users'] as const;
const PRODUCT_CLAIMS = ['product', 'prod', 'product_name', 'productName', 'application', 'sku'] as const;
const FEATURES_MAX = 1_000;

export function readClaims(claims: Claims): LicenseReading {
  const end = endOf(claims);
  const name = productOf(claims);
  const base: FeatureReading = { ...unknownFeature(name), pool: poolOf(claims), ...end.dates };
  const seats = SEAT_CLAIMS.map((claim) => count(claims[claim])).find((value) => value !== null) ?? null;
  const rows = [{ ...base, issued: seats, kind: seats === null ? null : ('named' as const) }];
  for (const claim of PEOPLE_CLAIMS) {
    const people = count(claims[claim]);
    if (people !== null) rows.push({ ...base, name: `${name} ${claim}`, issued: people, kind: 'named' });
  }
  for (const [feature, issued] of grantedFeatures(claims)) rows.push({ ...base, name: feature, pool: name, issued, kind: null });
  return { features: rows, notes: [...end.notes, ...startNotes(claims)], issuedAt: dateOf(claims.iat) };
}

interface End {
  readonly dates: Pick<FeatureReading, 'expiresAt' | 'ends' | 'stopsAt'>;
  readonly notes: readonly string[];
}

/** A licence inside a token has two ends: its own and the token's. The earlier is when something stops being accepted. */
function endOf(claims: Claims): End {
  const token = dateOf(claims.exp);
  const own = END_CLAIMS.map((claim) => dateOf(claims[claim])).find((value) => value !== null) ?? null;
  const notes = 'exp' in claims && token === null ? ['`exp` is no date by the standard (seconds since 1970); the end is unknown'] : [];
  const end = own === null || (token !== null && token < own) ? token : own;
  if (end === null) return { dates: { expiresAt: null, ends: 'unstated', stopsAt: null }, notes };
  if (own === null || token === null || own === token) return { dates: { expiresAt: end, ends: 'dated', stopsAt: null }, notes };
  const both = `the license ends ${formatInstant(own)}, its token ${formatInstant(token)}`;
  // Coder documents `exp` as the end of the grace: what runs stops then.
  const stopsAt = 'license_expires' in claims && token > own ? token : null;
  return { dates: { expiresAt: end, ends: 'dated', stopsAt }, notes: [...notes, `${both}; the earlier counts`] };
}

function startNotes(claims: Claims): readonly string[] {
  const starts = dateOf(claims.nbf);
  return starts === null ? [] : [`valid from ${formatInstant(starts)}`];
}

/** Zero and below mean "unlimited" with one vendor and "none" with another: not a number. */
function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null;
}

function productOf(claims: Claims): string {
  for (const claim of PRODUCT_CLAIMS) {
    const value = [claims[claim]].flat()[0];
    if (typeof value === 'string' && value !== '') return value;
  }
  if (typeof claims.license_expires === 'number' && typeof claims.account_type === 'string') return 'coder';
  const { iss } = claims;
  if (typeof iss !== 'string' || iss === '') return 'license';
  return URL.canParse(iss) ? new URL(iss).hostname || iss : iss;
}

/** The license's own number; the token's id is new with every token. */
function poolOf(claims: Claims): string | null {
  for (const claim of ['lid', 'license_id', 'licenseId', 'jti'] as const) {
    const value = claims[claim];
    if (typeof value === 'string' && value !== '' && value.length <= 64) return value;
  }
  return null;
}

/** A list of names; or a map from names to what is granted, of which only limits are counts. */
function grantedFeatures(claims: Claims): readonly (readonly [string, number | null])[] {
  const granted = claims.features ?? claims.entitlements;
  if (Array.isArray(granted))
    return granted.flatMap((name) => (typeof name === 'string' && name !== '' ? [[name, null] as const] : [])).slice(0, FEATURES_MAX);
  if (typeof granted !== 'object' || granted === null) return [];
  return Object.entries(granted)
    .filter(([name, value]) => name !== '' && value !== false && value !== null && !(typeof value === 'number' && value <= 0))
    .map(([name, value]) => [name, LIMIT.test(name) ? count(value) : null] as const)
    .slice(0, FEATURES_MAX);
}

const LIMIT = /(?:^|_)(?:limit|seats|users)$|Limit$|Seats$|Users$/;
