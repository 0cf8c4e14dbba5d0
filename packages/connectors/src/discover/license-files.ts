/**
 * What a file of a known kind says: rows for the table. Certificates are another matter (`certificates.ts`).
 *
 * FlexLM and RLM features that end together are one row, because nobody renews them apart. Nothing is verified or opened:
 * that takes keys, which discovery never asks for.
 */
import { basename } from 'node:path';
import { EMPTY_SNAPSHOT, type FeatureReading, type ReadContext, type Snapshot, unknownFeature } from '@glidepath/core';
import { flexlmConnector } from '../flexlm/flexlm-connector.ts';
import { findTokens } from '../jwt/compact.ts';
import { readTokens } from '../jwt/jwt-connector.ts';
import { kindOfToken } from '../jwt/token-kind.ts';
import { read as readKeygen } from '../keygen/keygen-connector.ts';
import { readLines, readText, vendorDate, wholeNumber } from '../text/index.ts';
import type { Found, Skipped } from './found.ts';
import type { ContentKind } from './recognise.ts';
import { vendorOf, vendorOfIssuer } from './vendors.ts';

/** Where bytes came from, when they came from no file of their own. */
export interface Origin {
  /** A path, `$NAME`, or a secret's name. */
  readonly place: string;
  readonly isFile: boolean;
  readonly zone: string;
}

export interface FileReading {
  readonly found: readonly Found[];
  readonly skipped: readonly Skipped[];
}

export async function readLicense(kind: Exclude<ContentKind, 'x509'>, bytes: Uint8Array, origin: Origin): Promise<FileReading> {
  if (kind === 'flexlm') return readFlexlm(bytes, origin);
  if (kind === 'rlm-file') return readRlm(bytes, origin);
  if (kind === 'keygen') return readKeygenFile(bytes, origin);
  if (kind === 'hashicorp') return { found: [hashicorpRow(origin)], skipped: [] };
  return readTokenFile(bytes, origin);
}

function contextOf({ zone }: Origin): ReadContext {
  return { zone, now: null, verifyWith: null, openWith: null };
}

const DAEMON = /^[ \t]*(?:INCREMENT|FEATURE)[ \t]+\S+[ \t]+(\S+)/m;
const SERVER = /^[ \t]*SERVER[ \t]+(\S+)/gm;

async function readFlexlm(bytes: Uint8Array, origin: Origin): Promise<FileReading> {
  const text = readText(bytes);
  const snapshot = await flexlmConnector.read(bytes, contextOf(origin));
  const daemon = DAEMON.exec(text)?.[1] ?? 'unknown';
  const hosts = [...text.matchAll(SERVER)].map(([, host]) => host ?? '').filter((host) => !/^(?:this_host|any)$/i.test(host));
  const lineOf = firstLines(text, /^[ \t]*(?:INCREMENT|FEATURE)[ \t]+(\S+)/);
  return rowsByEnd(snapshot, origin, { kind: 'flexlm', vendor: vendorOf(daemon), product: daemon, hosts, lineOf, watchable: true });
}

const RLM_LINE = /^[ \t]*LICENSE[ \t]+(\S+)[ \t]+(\S+)[ \t]+(\S+)[ \t]+(\S+)[ \t]+(\S+)/;

/** `LICENSE isv product version end count`: read here, because a server of RLM is asked, and its file is only found. */
function readRlm(bytes: Uint8Array, origin: Origin): FileReading {
  const features: FeatureReading[] = [];
  let isv = 'unknown';
  const lines = new Map<string, number>();
  for (const { number, text } of readLines(bytes)) {
    const [, vendor, product, version, end, count] = RLM_LINE.exec(text) ?? [];
    if (vendor === undefined || product === undefined || end === undefined) continue;
    const dated = vendorDate(end, origin.zone);
    isv = vendor;
    if (!lines.has(product)) lines.set(product, number);
    features.push({ ...unknownFeature(product), version: version ?? null, issued: wholeNumber(count), ...(dated ?? {}) });
  }
  const snapshot = { ...EMPTY_SNAPSHOT, features };
  return rowsByEnd(snapshot, origin, { kind: 'rlm-file', vendor: vendorOf(isv), product: isv, hosts: [], lineOf: lines, watchable: false });
}

interface Rows {
  readonly kind: string;
  readonly vendor: string;
  readonly product: string;
  readonly hosts: readonly string[];
  readonly lineOf: ReadonlyMap<string, number>;
  readonly watchable: boolean;
}

function rowsByEnd({ features, unparsedCount }: Snapshot, origin: Origin, rows: Rows): FileReading {
  const byEnd = Map.groupBy(features, ({ ends, expiresAt }) => `${ends}/${expiresAt}`);
  const found = [...byEnd.values()].map((together): Found => {
    const [first] = together;
    const line = rows.lineOf.get(first?.name ?? '');
    return {
      ...rowAt(origin, line ?? null),
      ...{ kind: rows.kind, name: namesOf(together), product: rows.product, vendor: rows.vendor, runsOn: rows.hosts },
      ...{ expiresAt: first?.expiresAt ?? null, ends: first?.ends ?? 'unstated', issued: sumOf(together), count: together.length },
      notes: unparsedCount > 0 ? [`${unparsedCount} lines of it were not understood`] : [],
      probe: rows.watchable && origin.isFile ? { kind: rows.kind, settings: { file: origin.place } } : null,
    };
  });
  return found.length > 0 ? { found, skipped: [] } : { found, skipped: [{ place: origin.place, reason: 'not-understood', message: null }] };
}

function rowAt(origin: Origin, line: number | null): Pick<Found, 'places' | 'source' | 'custody' | 'stopsAt'> {
  const place = line === null ? origin.place : `${origin.place}:${line}`;
  return { places: [place], source: origin.place, custody: origin.isFile ? `file:${origin.place}` : null, stopsAt: null };
}

const NAMES_SHOWN = 3;

function namesOf(features: readonly FeatureReading[]): string {
  const names = [...new Set(features.map(({ name }) => name))];
  const shown = names.slice(0, NAMES_SHOWN).join(', ');
  return names.length > NAMES_SHOWN ? `${shown} and ${names.length - NAMES_SHOWN} more` : shown;
}

/** Of one feature it is a number of seats; of several it would be a sum of different things. */
function sumOf(features: readonly FeatureReading[]): number | null {
  const [first] = features;
  if (first === undefined || features.some(({ name, issued }) => name !== first.name || issued === null)) return null;
  return features.reduce((sum, { issued }) => sum + (issued ?? 0), 0);
}

function firstLines(text: string, pattern: RegExp): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  text.split('\n').forEach((line, index) => {
    const name = pattern.exec(line)?.[1];
    if (name !== undefined && !lines.has(name)) lines.set(name, index + 1);
  });
  return lines;
}

function readKeygenFile(bytes: Uint8Array, origin: Origin): FileReading {
  const snapshot = readKeygen(bytes, { verifyWith: null, openWith: null });
  const [first] = snapshot.features;
  if (first === undefined && snapshot.unparsedCount > 0)
    return { found: [], skipped: [{ place: origin.place, reason: 'not-understood', message: null }] };
  const row: Found = {
    ...rowAt(origin, null),
    ...{
      kind: 'keygen',
      name: first?.name ?? basename(origin.place),
      product: first?.name ?? 'an encrypted licence file',
      vendor: 'unknown (by Keygen)',
    },
    ...{ expiresAt: first?.expiresAt ?? null, ends: first?.ends ?? 'unstated', issued: first?.issued ?? null, count: 1, runsOn: [] },
    notes: snapshot.notes,
    probe: origin.isFile ? { kind: 'keygen', settings: { file: origin.place } } : null,
  };
  return { found: [row], skipped: [] };
}

async function readTokenFile(bytes: Uint8Array, origin: Origin): Promise<FileReading> {
  const { tokens } = findTokens(readText(bytes));
  const found: Found[] = [];
  const skipped: Skipped[] = [];
  for (const token of tokens) {
    const kind = kindOfToken(token);
    const place = `${origin.place}${origin.isFile ? `:${token.line}` : ''}`;
    if (!kind.isLicense) {
      skipped.push({ place, reason: 'no-license-token', message: `it is ${kind.what}` });
      continue;
    }
    const { features, notes } = await readTokens(Buffer.from(token.token), contextOf(origin));
    const [first] = features;
    if (first === undefined) continue;
    found.push({
      ...rowAt(origin, origin.isFile ? token.line : null),
      ...{ kind: 'jwt', name: first.name, product: first.name, vendor: vendorOfIssuer(token.claims.iss) ?? 'unknown' },
      ...{ expiresAt: first.expiresAt, ends: first.ends, stopsAt: first.stopsAt, issued: first.issued, count: 1, runsOn: [] },
      notes: notes.map((note) => note.replace(/^line 1: /, '')),
      probe: origin.isFile ? { kind: 'jwt', settings: { file: origin.place } } : null,
    });
  }
  return { found, skipped };
}

function hashicorpRow(origin: Origin): Found {
  return {
    ...rowAt(origin, null),
    ...{ kind: 'hashicorp', name: basename(origin.place), product: 'a HashiCorp licence', vendor: 'HashiCorp', runsOn: [] },
    ...{ expiresAt: null, ends: 'unstated', issued: null, count: 1, probe: null },
    notes: ['only its product reads it: `vault license inspect`, or a probe of the server, says when it ends'],
  };
}
