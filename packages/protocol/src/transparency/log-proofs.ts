/**
 * Proofs of RFC 6962: that a leaf is in the log, and that a longer log begins with all of a shorter one.
 *
 * A proof is a list of hashes of parts of the log. Which parts is said here as ranges, so that whoever keeps the log reads
 * only those, and the same words serve a list in memory. Verifying follows RFC 9162 (sections 2.1.3.2 and 2.1.4.2): by the
 * bits of positions, never trusting how long a proof says that it is.
 */
import { type Hashing, nodeHash, rootOf, sameHash, splitOf } from './merkle.ts';

/** The leaves `[start, end)`; its hash is the root of a tree of these alone. */
export interface LeafRange {
  readonly start: number;
  readonly end: number;
}

/** The parts whose hashes prove that the leaf at `position` is in a log of `size`, nearest the leaf first. */
export function inclusionRanges(position: number, size: number): readonly LeafRange[] {
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (position < middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  return ranges.reverse();
}

/** The parts whose hashes prove that a log of `to` leaves begins with one of `from`; none where that needs no proof. */
export function consistencyRanges(from: number, to: number): readonly LeafRange[] {
  if (from === 0 || from === to) return [];
  const ranges: LeafRange[] = [];
  let [start, end, isWhole] = [0, to, true];
  while (end > from) {
    const middle = start + splitOf(end - start);
    if (from <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
      isWhole = false;
    }
  }
  // What the shorter log ends with; its own root is known to whoever asks.
  if (!isWhole) ranges.push({ start, end });
  return ranges.reverse();
}

/** Hashes of ranges of a list that is at hand. */
export function hashesOf(ranges: readonly LeafRange[], leaves: readonly Uint8Array[], crypto: Hashing): readonly Uint8Array[] {
  return ranges.map(({ start, end }) => rootOf(leaves.slice(start, end), crypto));
}

export interface Inclusion {
  readonly leaf: Uint8Array;
  readonly position: number;
  readonly size: number;
  readonly root: Uint8Array;
  readonly hashes: readonly Uint8Array[];
}

/** Whether the hashes lead from the leaf to the root, and nowhere else. */
export function isIncluded({ leaf, position, size, root, hashes }: Inclusion, crypto: Hashing): boolean {
  if (!isPlace(position) || !isPlace(size) || position >= size) return false;
  let [node, last, hash] = [position, size - 1, leaf];
  for (const next of hashes) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      hash = nodeHash(next, hash, crypto);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, next, crypto);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && sameHash(hash, root);
}

export interface SizedRoot {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Whether the log of `later` begins with all of the log of `earlier`. */
export function isConsistent(earlier: SizedRoot, later: SizedRoot, hashes: readonly Uint8Array[], crypto: Hashing): boolean {
  if (!isPlace(earlier.size) || !isPlace(later.size) || earlier.size > later.size) return false;
  if (earlier.size === later.size) return hashes.length === 0 && sameHash(earlier.root, later.root);
  if (earlier.size === 0) return hashes.length === 0 && sameHash(earlier.root, rootOf([], crypto));
  const [first, ...rest] = isPowerOfTwo(earlier.size) ? [earlier.root, ...hashes] : hashes;
  if (first === undefined) return false;
  let [node, last] = [earlier.size - 1, later.size - 1];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  let [ofEarlier, ofLater] = [first, first];
  for (const next of rest) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      ofEarlier = nodeHash(next, ofEarlier, crypto);
      ofLater = nodeHash(next, ofLater, crypto);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      ofLater = nodeHash(ofLater, next, crypto);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && sameHash(ofEarlier, earlier.root) && sameHash(ofLater, later.root);
}

/** No bit operators: they end at 2^31, which a log may pass. */
function half(value: number): number {
  return Math.floor(value / 2);
}
function isOdd(value: number): boolean {
  return value % 2 === 1;
}
function isPlace(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value));
}
