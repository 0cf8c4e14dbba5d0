/**
 * The Merkle tree of RFC 6962 (section 2.1): hashes of leaves and nodes, and the root of a list of leaves.
 *
 * A leaf and a node begin with different bytes, so that no list of leaves has the root of another. Pure; the tree is never
 * built: what is kept of it, and where, is the business of whoever keeps it.
 */
import type { Crypto } from '../crypto.ts';

export type Hashing = Pick<Crypto, 'sha256'>;

const LEAF = 0;
const NODE = 1;
export const HASH_BYTES = 32;

/** The root of no leaves at all: the hash of nothing. */
export function emptyRoot(crypto: Hashing): Uint8Array {
  return crypto.sha256(new Uint8Array(0));
}

export function leafHash(data: Uint8Array, crypto: Hashing): Uint8Array {
  const bytes = new Uint8Array(1 + data.length);
  bytes[0] = LEAF;
  bytes.set(data, 1);
  return crypto.sha256(bytes);
}

export function nodeHash(left: Uint8Array, right: Uint8Array, crypto: Hashing): Uint8Array {
  const bytes = new Uint8Array(1 + left.length + right.length);
  bytes[0] = NODE;
  bytes.set(left, 1);
  bytes.set(right, 1 + left.length);
  return crypto.sha256(bytes);
}

/** The largest power of two below a size of at least two: where RFC 6962 splits a list. */
export function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** The root of the leaves whose hashes are given; of none, the empty root. */
export function rootOf(leaves: readonly Uint8Array[], crypto: Hashing): Uint8Array {
  const frontier = new Frontier(crypto);
  for (const leaf of leaves) frontier.append(leaf);
  return frontier.root();
}

/** Whole subtrees of a growing list, largest first: all that appending needs, and all that a root is made of. */
export class Frontier {
  readonly #crypto: Hashing;
  readonly #peaks: { readonly size: number; readonly hash: Uint8Array }[] = [];
  #size = 0;

  constructor(crypto: Hashing) {
    this.#crypto = crypto;
  }

  get size(): number {
    return this.#size;
  }

  append(leaf: Uint8Array): void {
    let next = { size: 1, hash: leaf };
    for (let last = this.#peaks.at(-1); last?.size === next.size; last = this.#peaks.at(-1)) {
      this.#peaks.pop();
      next = { size: next.size * 2, hash: nodeHash(last.hash, next.hash, this.#crypto) };
    }
    this.#peaks.push(next);
    this.#size += 1;
  }

  root(): Uint8Array {
    const last = this.#peaks.at(-1);
    if (last === undefined) return emptyRoot(this.#crypto);
    let { hash } = last;
    for (let at = this.#peaks.length - 2; at >= 0; at--) hash = nodeHash(this.#peaks[at]?.hash ?? hash, hash, this.#crypto);
    return hash;
  }
}

export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
