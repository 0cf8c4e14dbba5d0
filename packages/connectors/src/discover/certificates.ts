/**
 * Puts certificates of many files together: the same one in ten places is one row, a folder full of them is one row, and a
 * trust store is none. What counts of a chain is the end that comes first.
 */
import { dirname } from 'node:path';
import type { Certificate } from '../x509/certificate.ts';
import { type ChainEnd, chainEnds, chainNote } from '../x509/chains.ts';
import { decodeCertificates } from '../x509/decode.ts';
import type { Found, Skipped } from './found.ts';

/** More leaves than this in one folder are watched as a folder. */
const FOLDER_LEAVES = 10;
/** More roots than this in one file or folder are a trust store, not somebody's own. */
const TRUST_STORE_ROOTS = 20;

interface Placed {
  readonly end: ChainEnd;
  readonly place: string;
  readonly file: string;
  readonly isFile: boolean;
  readonly notes: readonly string[];
}

export interface CertificatePile {
  /** Says what was wrong with the file; null: its certificates are on the pile. */
  add(bytes: Uint8Array, file: string, isFile: boolean): Skipped | null;
  /** The rows, and what was left out of them. */
  rows(): { readonly found: readonly Found[]; readonly skipped: readonly Skipped[] };
}

export function createCertificatePile(): CertificatePile {
  const placed: Placed[] = [];
  const stores: Skipped[] = [];
  return {
    add(bytes, file, isFile) {
      const { certificates, isClosed, notes, broken } = decodeCertificates(bytes, null);
      if (isClosed) return { place: file, reason: 'closed', message: notes[0] ?? null };
      if (certificates.length === 0) return { place: file, reason: broken.length > 0 ? 'not-understood' : 'nothing-in-it', message: null };
      const all = certificates.map(({ certificate }) => certificate);
      if (all.filter(isRoot).length > TRUST_STORE_ROOTS) {
        stores.push({ place: file, reason: 'trust-store', message: `${all.length} certificates of authorities` });
        return null;
      }
      const lines = new Map(certificates.map(({ certificate, line }) => [certificate, line]));
      for (const end of chainEnds(all)) {
        const line = lines.get(end.leaf) ?? null;
        placed.push({ end, place: line === null || !isFile ? file : `${file}:${line}`, file, isFile, notes: notes.slice(0, 1) });
      }
      return null;
    },
    rows() {
      const { kept, skipped } = withoutStores(placed);
      return { found: grouped(kept), skipped: [...stores, ...skipped] };
    },
  };
}

function isRoot({ isAuthority, isSelfSigned }: Certificate): boolean {
  return isAuthority && isSelfSigned;
}

/** `/etc/ssl/certs` holds a file per root. */
function withoutStores(placed: readonly Placed[]): { readonly kept: readonly Placed[]; readonly skipped: readonly Skipped[] } {
  const roots = new Map<string, number>();
  for (const { end, file } of placed) if (isRoot(end.leaf)) roots.set(dirname(file), (roots.get(dirname(file)) ?? 0) + 1);
  const stores = [...roots].filter(([, count]) => count > TRUST_STORE_ROOTS);
  const folders = new Set(stores.map(([folder]) => folder));
  return {
    kept: placed.filter(({ end, file }) => !isRoot(end.leaf) || !folders.has(dirname(file))),
    skipped: stores.map(([folder, count]) => ({ place: folder, reason: 'trust-store', message: `${count} certificates of authorities` })),
  };
}

function grouped(placed: readonly Placed[]): readonly Found[] {
  const same = [...Map.groupBy(placed, ({ end }) => end.leaf.fingerprint).values()];
  const folders = Map.groupBy(same, ([first]) => (first?.isFile ? dirname(first.file) : null));
  return [...folders].flatMap(([folder, groups]) =>
    folder !== null && groups.length > FOLDER_LEAVES ? [folderRow(folder, groups)] : groups.map(rowOf),
  );
}

function rowOf(group: readonly Placed[]): Found {
  const worst = group.reduce((least, one) => (endOf(one) < endOf(least) ? one : least));
  const { leaf, endsAt } = worst.end;
  const note = chainNote(worst.end);
  return {
    ...{ kind: 'x509', name: leaf.name, product: `certificate of ${leaf.name}`, vendor: leaf.issuer },
    places: [worst, ...group.filter((one) => one !== worst)].map(({ place }) => place),
    source: worst.file,
    ...{
      expiresAt: endsAt,
      ends: endsAt === null ? 'permanent' : 'dated',
      stopsAt: null,
      issued: null,
      count: 1,
      custody: null,
      runsOn: [],
    },
    notes: [...(note === null ? [] : [note]), ...worst.notes],
    probe: worst.isFile ? { kind: 'x509', settings: { file: worst.file } } : null,
  };
}

function folderRow(folder: string, groups: readonly (readonly Placed[])[]): Found {
  const all = groups.flat();
  const worst = all.reduce((least, one) => (endOf(one) < endOf(least) ? one : least));
  const { leaf, endsAt } = worst.end;
  const issuers = new Set(all.map(({ end }) => end.leaf.issuer));
  return {
    ...{ kind: 'x509', name: `${groups.length} certificates, first ${leaf.name}`, product: `certificates in ${folder}` },
    vendor: issuers.size === 1 ? leaf.issuer : `${issuers.size} issuers`,
    ...{ places: [worst.place], source: folder, custody: null, runsOn: [], stopsAt: null, issued: null, count: groups.length },
    ...{ expiresAt: endsAt, ends: endsAt === null ? 'permanent' : 'dated' },
    notes: [`${groups.length} different certificates lie in ${folder}; this is the first to end`],
    probe: { kind: 'x509', settings: { folder } },
  };
}

function endOf({ end }: Placed): number {
  return end.endsAt ?? Number.POSITIVE_INFINITY;
}
