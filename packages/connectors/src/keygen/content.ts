/**
 * What a Keygen file says about a license: a JSON:API document of the license or machine, with `meta` about the file itself.
 *
 * A file and its license end apart: the file is a snapshot with a time to live, to be checked out again; the license may end
 * sooner. Whichever comes first is when the product stops accepting it offline. The license key is in there too, and is
 * never taken.
 */
import { type FeatureReading, formatInstant, type Instant, instant, unknownFeature } from '@glidepath/core';
import type { Content } from './license-file.ts';

export interface ContentReading {
  readonly features: readonly FeatureReading[];
  readonly notes: readonly string[];
  readonly issuedAt: Instant | null;
  /** Null: nothing in it is a license. */
  readonly isUnderstood: boolean;
}

const ENTITLEMENTS_MAX = 1_000;

export function readContent(content: Content): ContentReading {
  const included = Array.isArray(content.included) ? content.included.map(objectOf) : [];
  const data = objectOf(content.data);
  const license = data.type === 'licenses' ? data : included.find(({ type }) => type === 'licenses');
  const meta = objectOf(content.meta);
  const [fileEndsAt, issuedAt] = [dateOf(meta.expiry), dateOf(meta.issued)];
  const attributes = objectOf(license?.attributes);
  const end = endOf(fileEndsAt, license === undefined ? undefined : attributes.expiry);
  if (license === undefined && fileEndsAt === null) return { features: [], notes: [], issuedAt, isUnderstood: false };
  const name = textOf(attributes.name) ?? textOf(objectOf(data.attributes).name) ?? 'Keygen license';
  const base: FeatureReading = { ...unknownFeature(name), pool: textOf(license?.id) ?? textOf(data.id), ...end.dates };
  const relations = objectOf(license?.relationships);
  const features = [
    machinesRow(base, attributes, relations),
    ...limitRow(base, 'users', attributes.maxUsers, countOf(relations.users)),
    ...limitRow(base, 'uses', attributes.maxUses, wholeOf(attributes.uses)),
    ...included
      .filter(({ type }) => type === 'entitlements')
      .slice(0, ENTITLEMENTS_MAX)
      .map((one) => ({ ...base, name: textOf(objectOf(one.attributes).code) ?? textOf(one.id) ?? 'entitlement', pool: name, kind: null })),
  ];
  return { features, notes: [...end.notes, ...statusNotes(attributes)], issuedAt, isUnderstood: true };
}

interface End {
  readonly dates: Pick<FeatureReading, 'expiresAt' | 'ends'>;
  readonly notes: readonly string[];
}

function endOf(file: Instant | null, expiry: unknown): End {
  const license = dateOf(expiry);
  const notes =
    file !== null && license !== null && file !== license
      ? [`the file ends ${formatInstant(file)}, its license ${formatInstant(license)}; the earlier counts`]
      : [];
  if (file !== null && license === null)
    notes.push(`the file ends ${formatInstant(file)} and has to be checked out again${expiry === null ? '; its license has no end' : ''}`);
  const end = file === null || (license !== null && license < file) ? license : file;
  if (end !== null) return { dates: { expiresAt: end, ends: 'dated' }, notes };
  return { dates: { expiresAt: null, ends: expiry === null ? 'permanent' : 'unstated' }, notes };
}

/** Machines are what a license counts, unless it says otherwise; without a limit a floating one is uncounted. */
function machinesRow(base: FeatureReading, { maxMachines, floating }: Content, { machines }: Content): FeatureReading {
  const issued = wholeOf(maxMachines);
  const used = countOf(machines);
  if (issued !== null) return { ...base, issued, used, kind: floating === true ? 'floating' : 'node-locked' };
  return { ...base, used, kind: floating === true && maxMachines === null ? 'uncounted' : null };
}

function limitRow(base: FeatureReading, what: 'users' | 'uses', limit: unknown, used: number | null): readonly FeatureReading[] {
  const issued = wholeOf(limit);
  return issued === null ? [] : [{ ...base, name: `${base.name} ${what}`, issued, used, kind: what === 'users' ? 'named' : 'token' }];
}

function statusNotes({ status, suspended }: Content): readonly string[] {
  const isQuiet = status === undefined || status === 'ACTIVE' || status === 'INACTIVE';
  return [
    ...(suspended === true ? ['the license was suspended when the file was made'] : []),
    ...(isQuiet || typeof status !== 'string' || suspended === true
      ? []
      : [`the license was ${status.slice(0, 40)} when the file was made`]),
  ];
}

function objectOf(value: unknown): Content {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Content) : {};
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function wholeOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function countOf(relation: unknown): number | null {
  return wholeOf(objectOf(objectOf(relation).meta).count);
}

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

function dateOf(value: unknown): Instant | null {
  const ms = typeof value === 'string' && ISO.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isFinite(ms) ? instant(ms) : null;
}
