/**
 * What `lmstat -a` says below one "Users of": its totals, the license lines behind it, and who holds, waits or is reserved.
 *
 * One block is one reading: with several license lines it ends at the earliest of their ends. The server's own totals count,
 * never the sum of the lines; the sum only tells whether all lines have been seen.
 */
import { type FeatureKind, type FeatureReading, type HolderReading, unknownFeature } from '@glidepath/core';
import { type Ending, type TextLine, type Unparsed, wholeNumber } from '../text/index.ts';

/** Grows line by line. */
export interface FeatureBlock {
  readonly name: string;
  readonly server: string | null;
  readonly issued: number | null;
  readonly used: number | null;
  kind: FeatureKind | null;
  readonly versions: Set<string>;
  readonly endings: Ending[];
  readonly holders: HolderReading[];
  /** How many the lines account for: holders and reservations. */
  listed: number;
  reserved: number;
  queued: number;
  lingering: number;
  /** A line of the block could not be read, or was left out by whoever kept the capture. */
  isPatchy: boolean;
  /** The source ends in the middle of this holder's line perhaps: how many it holds is not sure. */
  doubtful: { readonly line: TextLine; readonly holder: HolderReading; readonly isLingering: boolean } | null;
}

const COUNTED = /^\(Total of ([0-9]+) licenses? (?:issued|available)\b(?:; +Total of ([0-9]+) licenses? in use\b)?/;
const UNCOUNTED = /^\(Uncounted\b/i;

/** A block from what follows `Users of NAME:`; null where nothing of it can be read. */
export function openBlock(name: string, totals: string, server: string | null): FeatureBlock | null {
  const counted = COUNTED.exec(totals);
  const isUncounted = UNCOUNTED.test(totals);
  if (!counted && !isUncounted && !isUnserved(totals)) return null;
  return {
    ...{ name, server, issued: wholeNumber(counted?.[1]), used: wholeNumber(counted?.[2]), kind: isUncounted ? 'uncounted' : null },
    ...{ versions: new Set(), endings: [], holders: [], listed: 0, reserved: 0, queued: 0, lingering: 0, isPatchy: false, doubtful: null },
  };
}

/** The license file has it, the server does not serve it: `(Error: 1 licenses, unsupported by licensed server)`. */
export function isUnserved(totals: string): boolean {
  return /^\(Error: |^Cannot get users of /.test(totals);
}

/** `"NAME" vVERSION, vendor: DAEMON, expiry: 24-nov-2028`, the last part only in newer versions. */
const DEFINITION = /^"[^"]*" v([^\s,]+), vendor: ([^\s,]+)(?:, expiry: (.*))?$/;

export interface Definition {
  readonly version: string;
  /** Null where the line has none. */
  readonly expiry: string | null;
}

export function definitionLine(text: string): Definition | null {
  const [, version, , expiry] = DEFINITION.exec(text) ?? [];
  return version === undefined ? null : { version, expiry: expiry ?? null };
}

/** What kind of license a line below the definition names; null: it names none. */
export function kindLine(text: string): FeatureKind | null {
  if (/^floating license/i.test(text)) return 'floating';
  if (/^uncounted /i.test(text)) return 'uncounted';
  return /^node-?locked /i.test(text) ? 'node-locked' : null;
}

const RESERVATION = /^([0-9]+) RESERVATIONs? for \S+ \S.*\([^()\s/]+\/[^()\s/]+\)$/;

/** `8 RESERVATIONs for GROUP eda (lic-1/27000)`; false where the line is none. */
export function addReservation(block: FeatureBlock, text: string): boolean {
  const count = wholeNumber(RESERVATION.exec(text)?.[1]);
  if (count === null) return false;
  block.reserved += count;
  block.listed += count;
  return true;
}

/** `doubtful`: the holder's line if it may be cut before it says how many. */
export function addHolder(block: FeatureBlock, holder: HolderReading, isLingering: boolean, doubtful: TextLine | null): void {
  if (doubtful) {
    block.doubtful = { line: doubtful, holder, isLingering };
    return;
  }
  block.holders.push(holder);
  block.listed += holder.count;
  if (isLingering) block.lingering += holder.count;
}

/** Decides about the doubtful last line: one license if that makes up the total, else nobody knows how many. */
export function closeBlock(block: FeatureBlock, unparsed: Unparsed): void {
  if (!block.doubtful) return;
  const { line, holder, isLingering } = block.doubtful;
  if (block.listed + holder.count === block.used) {
    addHolder(block, holder, isLingering, null);
    return;
  }
  block.isPatchy = true;
  unparsed.add(line);
}

/** What `lmstat -i` says of a feature. */
export type Installed = Pick<FeatureReading, 'version' | 'expiresAt' | 'ends'>;

export function installedOf(rows: readonly FeatureReading[]): Installed {
  return { version: rows[0]?.version ?? null, ...earliest(rows) };
}

/**
 * The reading of a block, with what `lmstat -i` says of its feature if it was asked too. `isLast`: nothing follows it, so that its lines may
 * be cut off; then "none is reserved" is known only if the lines make up the total.
 */
export function readingOf(block: FeatureBlock, installed: Installed | undefined, isLast: boolean): FeatureReading {
  const { name, issued, used, kind, holders, reserved, queued, lingering } = block;
  const isComplete = used !== null && (block.listed >= used || !(isLast || block.isPatchy));
  return {
    ...unknownFeature(name),
    ...{ version: [...block.versions][0] ?? installed?.version ?? null, issued, used, kind, holders },
    ...(isComplete ? { reserved, queued, lingering } : {}),
    overage: issued !== null && used !== null && used > issued ? used - issued : null,
    ...(block.endings.length === 0 && installed ? { expiresAt: installed.expiresAt, ends: installed.ends } : earliest(block.endings)),
  };
}

type Ends = Pick<FeatureReading, 'expiresAt' | 'ends'>;

function earliest(endings: readonly Ends[]): Ends {
  const [first] = endings.flatMap(({ expiresAt }) => expiresAt ?? []).sort((left, right) => left - right);
  if (first !== undefined) return { expiresAt: first, ends: 'dated' };
  return { expiresAt: null, ends: endings.length > 0 ? 'permanent' : 'unstated' };
}
