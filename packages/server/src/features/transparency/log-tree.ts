/**
 * Hashes of any part of the log, read from a handful of records however long it is.
 *
 * Every 32 whole subtrees side by side are kept in one tile, at the levels 0, 5, 10 and so on; leaves that fill no tile yet are in
 * the batches that added them. Tiles never change, so that what was read once is kept in mind, up to a bound.
 */
import { invariant, type LogBatch, type LogTile, type Store } from '@glidepath/core';
import { emptyRoot, type Hashing, type LeafRange, nodeHash, rootOf, splitOf } from '@glidepath/protocol';

/** Hashes in a tile, and levels from one row of tiles to the next. */
const WIDTH = 32;
const LEVELS = 5;
/** A hash in base64url. */
export const HASH_CHARS = 43;
const TILES_MAX = 4_096;
const LEAVES_MAX = 100_000;
const PAGE = 64;

/** As wide as any position that is counted exactly. */
export function batchId(first: number): string {
  return `lgb_${String(first).padStart(16, '0')}`;
}

export async function lastBatch(store: Pick<Store, 'find'>): Promise<LogBatch | null> {
  return (await store.find('logBatch', {}, { limit: 1, newestFirst: true }))[0] ?? null;
}

/** The batch that holds the leaf at a position of a log that has it. */
export async function batchAt(store: Pick<Store, 'find'>, position: number): Promise<LogBatch | null> {
  return (await store.find('logBatch', {}, { after: batchId(position + 1), limit: 1, newestFirst: true }))[0] ?? null;
}

export function leavesOf({ leaves }: Pick<LogBatch, 'leaves'>): readonly string[] {
  return Array.from({ length: leaves.length / HASH_CHARS }, (_, at) => leaves.slice(at * HASH_CHARS, (at + 1) * HASH_CHARS));
}

export class LogTree {
  readonly #store: Pick<Store, 'get' | 'find'>;
  readonly #crypto: Hashing;
  readonly #tiles = new Map<string, readonly string[]>();
  readonly #leaves = new Map<number, string>();
  /** Leaves of the log as it is stored: what is whole below here has its tile. */
  #stored = 0;

  constructor(store: Pick<Store, 'get' | 'find'>, crypto: Hashing) {
    this.#store = store;
    this.#crypto = crypto;
  }

  /** Tells how long the stored log is; hashes are given of parts of that, and of leaves that were added in mind. */
  knows(stored: number): void {
    this.#stored = Math.max(this.#stored, stored);
  }

  /** Leaves that are about to be stored. */
  add(first: number, leaves: readonly string[]): void {
    if (this.#leaves.size > LEAVES_MAX) this.#leaves.clear();
    for (const [at, leaf] of leaves.entries()) this.#leaves.set(first + at, leaf);
  }

  async hashOf({ start, end }: LeafRange): Promise<Uint8Array> {
    const size = end - start;
    if (size === 0) return emptyRoot(this.#crypto);
    const level = Math.log2(size);
    if (Number.isInteger(level) && start % size === 0) return bytesOf(await this.#subtree(level, start / size));
    const middle = start + splitOf(size);
    const [left, right] = [await this.hashOf({ start, end: middle }), await this.hashOf({ start: middle, end })];
    return nodeHash(left, right, this.#crypto);
  }

  /** Tiles that are whole in a log of `size` leaves and were not in one of `before`. */
  async newTiles(before: number, size: number): Promise<readonly LogTile[]> {
    const tiles: LogTile[] = [];
    for (let level = 0; WIDTH * 2 ** level <= size; level += LEVELS) {
      const span = WIDTH * 2 ** level;
      for (let tile = Math.floor(before / span); (tile + 1) * span <= size; tile++) {
        const hashes: string[] = [];
        for (let at = 0; at < WIDTH; at++) hashes.push(await this.#subtree(level, tile * WIDTH + at));
        tiles.push({ id: tileId(level, tile), hashes: hashes.join('') });
        this.#remember(tileId(level, tile), hashes);
      }
    }
    return tiles;
  }

  /** The hash of the whole subtree of 2^level leaves, the `index`th of its level. */
  async #subtree(level: number, index: number): Promise<string> {
    const base = level - (level % LEVELS);
    if (level === base) {
      const tile = Math.floor(index / WIDTH);
      const known = this.#tiles.get(tileId(base, tile));
      if (known !== undefined) return at(known, index % WIDTH);
      if ((tile + 1) * WIDTH * 2 ** base <= this.#stored) return at(await this.#tile(base, tile), index % WIDTH);
      if (level === 0) return this.#leaf(index);
      const below = this.#tiles.get(tileId(base - LEVELS, index));
      if (below !== undefined || (index + 1) * 2 ** level <= this.#stored) {
        const hashes = below ?? (await this.#tile(base - LEVELS, index));
        return textOf(rootOf(hashes.map(bytesOf), this.#crypto));
      }
    }
    const [left, right] = [await this.#subtree(level - 1, index * 2), await this.#subtree(level - 1, index * 2 + 1)];
    return textOf(nodeHash(bytesOf(left), bytesOf(right), this.#crypto));
  }

  async #tile(level: number, index: number): Promise<readonly string[]> {
    const id = tileId(level, index);
    const tile = await this.#store.get('logTile', id);
    invariant(tile !== null, `the log has its tile ${id}`);
    const hashes = leavesOf({ leaves: tile.hashes });
    this.#remember(id, hashes);
    return hashes;
  }

  #remember(id: string, hashes: readonly string[]): void {
    if (this.#tiles.size >= TILES_MAX) this.#tiles.clear();
    this.#tiles.set(id, hashes);
  }

  async #leaf(position: number): Promise<string> {
    const known = this.#leaves.get(position);
    if (known !== undefined) return known;
    // All leaves that are in no tile yet: in the batches from the one that holds the first of them.
    const first = Math.floor(position / WIDTH) * WIDTH;
    for (let before = batchId(this.#stored + 1), reached = this.#stored; reached > first; ) {
      const batches = await this.#store.find('logBatch', {}, { after: before, limit: PAGE, newestFirst: true });
      for (const batch of batches) this.add(batch.first, leavesOf(batch));
      const oldest = batches.at(-1);
      if (oldest === undefined) break;
      [before, reached] = [oldest.id, oldest.first];
    }
    const found = this.#leaves.get(position);
    invariant(found !== undefined, `the log has the leaf ${position}`);
    return found;
  }
}

const trees = new WeakMap<object, LogTree>();

/** One tree for all that read a store, as of its last batch. */
export function logTreeOf(store: Pick<Store, 'get' | 'find'>, crypto: Hashing, last: LogBatch | null): LogTree {
  const tree = trees.get(store) ?? new LogTree(store, crypto);
  trees.set(store, tree);
  tree.knows(last?.size ?? 0);
  return tree;
}

/** What was added in mind was not stored: whoever reads next begins anew. */
export function forgetLogTree(store: Pick<Store, 'get' | 'find'>): void {
  trees.delete(store);
}

function tileId(level: number, index: number): string {
  return `${level}.${String(index).padStart(16, '0')}`;
}

function at(hashes: readonly string[], index: number): string {
  const hash = hashes[index];
  invariant(hash !== undefined, 'a tile is whole');
  return hash;
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}

export function textOf(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64url');
}
