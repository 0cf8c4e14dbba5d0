/**
 * What an installation remembers beside its signed words: when it received what, and what time it was.
 *
 * Nothing in it can take anything away by itself. Receipts only say from when a *signed* word counts, so that a sidecar
 * that is lost, torn or forged costs at most a dwell that begins again; SECURITY.md says what that is worth.
 */
import type { Counter, Instant } from '@glidepath/core';
import { hashSecret } from '@glidepath/protocol/ids';
import type { Crypto } from '@glidepath/protocol/words';
import { parseJson } from './key-ring.ts';
import type { SavedTime } from './trusted-time.ts';

/** Facts about one license on this installation; the time is kept apart. */
export interface Memory {
  /** The license that the words are about, and hashes of the license keys under which they came. */
  readonly license: string | null;
  readonly keys: readonly string[];
  /** The highest `seq` seen. */
  readonly seq: Counter | null;
  /** `iatMs` of the last word that answered this installation, and how many it has heard, over all its processes. */
  readonly wordAt: Instant | null;
  readonly heard: number;
  /** First verified receipt of what goes on now: `suspended`, `revoked`, `trust`, a rung by `rungName`, a lowering by its id. */
  readonly receipts: Readonly<Record<string, Instant>>;
  /** Name of the tier in force; null before any. */
  readonly tier: string | null;
  /** Until when no further tier is taken, in trusted time. */
  readonly stepAt: Instant | null;
  /** Since when the wall clock has been behind, and the machine another one. */
  readonly clockBehindAt: Instant | null;
  readonly identityChangedAt: Instant | null;
  /** The machine to which the lease was given. */
  readonly fingerprint: Readonly<Record<string, string>>;
  /** When this installation ran first: from then on a bootstrap lease counts. */
  readonly firstRunAt: Instant | null;
  /** The seat was given back: the next start asks as a new holder. */
  readonly released: boolean;
  /** Break-glass grants used here, and those of them that a server has heard of. */
  readonly grantsUsed: readonly string[];
  readonly grantsReported: readonly string[];
}

export interface Sidecar {
  readonly memory: Memory;
  readonly time: SavedTime | null;
}

export const BLANK: Memory = {
  license: null,
  keys: [],
  seq: null,
  wordAt: null,
  heard: 0,
  receipts: {},
  tier: null,
  stepAt: null,
  clockBehindAt: null,
  identityChangedAt: null,
  fingerprint: {},
  firstRunAt: null,
  released: false,
  grantsUsed: [],
  grantsReported: [],
};

const FORMAT = 1;

/** With the hash of what it says, so that a text which rotted on its disk is not half believed. */
export function sidecarText({ memory, time }: Sidecar, crypto: Hasher): string {
  return JSON.stringify({ format: FORMAT, memory, time, sum: sumOf({ memory, time }, crypto) });
}

/** The sidecar in a text, or null for anything that is not whole and of this format. */
export function parseSidecar(text: string, crypto: Hasher): Sidecar | null {
  const { format, memory, time, sum } = (parseJson(text) ?? {}) as Partial<Sidecar> & { readonly format?: unknown; readonly sum?: unknown };
  if (format !== FORMAT || memory === undefined || time === undefined || sum !== sumOf({ memory, time }, crypto)) return null;
  return { memory, time };
}

type Hasher = Pick<Crypto, 'sha256'>;

function sumOf(sidecar: Sidecar, crypto: Hasher): string {
  return hashSecret(JSON.stringify(sidecar), crypto);
}

/**
 * Joins what another process of the installation remembers with what this one does. The one that heard a later word is
 * right about what goes on; a receipt that both have is the earlier of the two; a grant used by either is used.
 */
export function mergeMemories(own: Memory, other: Memory): Memory {
  if (other.license !== null && own.license !== null && other.license !== own.license) return own;
  const [newer, older] = hasHeardLater(other, own) ? [other, own] : [own, other];
  const receipts: Record<string, Instant> = { ...newer.receipts };
  for (const [name, at] of Object.entries(older.receipts)) {
    const known = receipts[name];
    if (known === undefined ? newer.heard === older.heard : at < known) receipts[name] = at;
  }
  return {
    ...newer,
    license: own.license ?? other.license,
    keys: union(own.keys, other.keys),
    receipts,
    grantsUsed: union(own.grantsUsed, other.grantsUsed),
    grantsReported: union(own.grantsReported, other.grantsReported),
  };
}

/**
 * True when `a` has heard a later word than `b`. Counted rather than timed: a server whose clock was ahead for a while
 * must not make the words of that while the latest for ever.
 */
export function hasHeardLater(a: Memory, b: Memory): boolean {
  return a.heard > b.heard;
}

export function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])];
}
