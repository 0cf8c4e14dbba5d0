/**
 * Finds licences: in folders, in the environment, in Kubernetes. Read-only, without a server, and within bounds that are told
 * when they are reached. It never throws for what it finds, never keeps a secret, and sends nothing unless it is asked to.
 */
import { basename } from 'node:path';
import type { Egress, Instant, InventoryDocument } from '@glidepath/core';
import { askAddresses, isAskable } from './ask.ts';
import { type CertificatePile, createCertificatePile } from './certificates.ts';
import { draftInventory } from './drafts.ts';
import { type Environment, readEnvironment } from './environment.ts';
import type { Found, Skipped } from './found.ts';
import { type Run, readCluster } from './kubernetes.ts';
import { readLicense } from './license-files.ts';
import { HEAD_BYTES, readBounded, WHOLE_BYTES_MAX } from './read-bounded.ts';
import { kindOfContent, kindOfName } from './recognise.ts';
import { type Progress, type WalkedFile, walk } from './walk.ts';

export interface DiscoverInput {
  /** Folders and files, absolute. */
  readonly paths: readonly string[];
  readonly env: Environment;
  /** Days end there. */
  readonly zone: string;
  readonly now: Instant;
  /** Milliseconds from any start. */
  readonly monotonic: () => number;
  /** Null: Kubernetes is not looked at. */
  readonly run: Run | null;
  /** Null: nothing is asked. */
  readonly egress: Egress | null;
  readonly progress: (seen: Progress) => void;
  readonly filesMax?: number;
  readonly walkMaxMs?: number;
}

export interface Discovery {
  readonly found: readonly Found[];
  readonly skipped: readonly Skipped[];
  readonly documents: readonly InventoryDocument[];
  /** Found, and not fit for an inventory. */
  readonly refused: readonly { readonly source: string; readonly why: string }[];
  readonly searched: Progress;
}

const FILES_MAX = 50_000;
/** Asking and Kubernetes take their own time beside it; all together stays under ten seconds. */
const WALK_MAX_MS = 7_000;

export async function discover(input: DiscoverInput): Promise<Discovery> {
  const { env, zone, now, run, egress } = input;
  const pile = createCertificatePile();
  const environment = await readEnvironment(env, zone);
  const [cluster, files] = await Promise.all([
    run === null ? { found: [], skipped: [] } : readCluster(run, pile, zone),
    readFiles(input, [...environment.paths, ...input.paths], pile),
  ]);
  const certificates = pile.rows();
  const askable = environment.found.filter(isAskable);
  const asked =
    egress === null
      ? {
          found: askable,
          skipped: askable.map((row): Skipped => ({ place: row.places[0] ?? row.source, reason: 'not-asked', message: null })),
        }
      : await askAddresses(askable, egress, now, zone);
  const found = [
    ...environment.found.filter((row) => !isAskable(row)),
    ...asked.found,
    ...cluster.found,
    ...files.found,
    ...certificates.found,
  ];
  return {
    found,
    skipped: [...environment.skipped, ...asked.skipped, ...cluster.skipped, ...files.skipped, ...certificates.skipped],
    ...draftInventory(found, zone),
    searched: files.searched,
  };
}

interface FilesReading {
  readonly found: readonly Found[];
  readonly skipped: readonly Skipped[];
  readonly searched: Progress;
}

async function readFiles(input: DiscoverInput, roots: readonly string[], pile: CertificatePile): Promise<FilesReading> {
  const { zone, monotonic, filesMax = FILES_MAX, walkMaxMs = WALK_MAX_MS } = input;
  const endsAt = monotonic() + walkMaxMs;
  const found: Found[] = [];
  const skipped: Skipped[] = [];
  let searched: Progress = { folders: 0, files: 0 };
  const walked = walk({
    ...{ roots, filesMax, isWanted: (name) => kindOfName(name) !== null, isOutOfTime: () => monotonic() > endsAt },
    skip: (one) => void skipped.push(one),
    progress: (seen) => {
      searched = seen;
      input.progress(seen);
    },
  });
  for await (const file of walked) {
    const reading = await readOne(file, roots.includes(file.path), pile, zone);
    found.push(...reading.found);
    skipped.push(...reading.skipped);
  }
  return { found, skipped, searched };
}

interface FileOutcome {
  readonly found: readonly Found[];
  readonly skipped: readonly Skipped[];
}

const NOTHING: FileOutcome = { found: [], skipped: [] };

/** `isNamed`: somebody named this very file, so that it is reported whatever it holds. */
async function readOne({ path, size }: WalkedFile, isNamed: boolean, pile: CertificatePile, zone: string): Promise<FileOutcome> {
  const name = basename(path);
  const nameKind = kindOfName(name);
  const head = await readBounded(path, HEAD_BYTES);
  if (head === null) return { found: [], skipped: [{ place: path, reason: 'unreadable', message: null }] };
  const kind = kindOfContent(head, name);
  const isLarge = size > WHOLE_BYTES_MAX;
  const large: readonly Skipped[] =
    isLarge && (kind !== null || nameKind !== 'text') ? [{ place: path, reason: 'too-large', message: null }] : [];
  if (kind === null) {
    const isSilent = isLarge || head.length === 0 || (nameKind === 'text' && !isNamed);
    return isSilent ? { found: [], skipped: large } : { found: [], skipped: [{ place: path, reason: 'nothing-in-it', message: null }] };
  }
  const bytes = isLarge || head.length < HEAD_BYTES ? head : await readBounded(path, WHOLE_BYTES_MAX);
  if (bytes === null) return NOTHING;
  if (kind !== 'x509') {
    const reading = await readLicense(kind, bytes, { place: path, isFile: true, zone });
    return { found: reading.found, skipped: [...large, ...reading.skipped] };
  }
  const refused = pile.add(bytes, path, true);
  return { found: [], skipped: refused === null ? large : [...large, refused] };
}
