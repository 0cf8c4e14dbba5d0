/**
 * Things in an order, each once. Most come in their order (ids ascend in time), so that adding one is nearly always
 * appending it. Kept in blocks, because taking one out of an array moves everything behind it.
 */

const BLOCK_MAX = 512;

export class SortedList<T> {
  /** None is empty. */
  readonly #blocks: T[][] = [];
  readonly #compare: (a: T, b: T) => number;
  #size = 0;

  /** The order is total: two things that compare as equal are the same one. */
  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#size;
  }

  add(item: T): void {
    const at = Math.min(this.#blockOf(item), this.#blocks.length - 1);
    const block = this.#blocks[at];
    if (block === undefined) {
      this.#blocks.push([item]);
      this.#size += 1;
      return;
    }
    const index = this.#indexIn(block, item);
    if (this.#isAt(block, index, item)) return;
    this.#size += 1;
    if (index === block.length) block.push(item);
    else block.splice(index, 0, item);
    if (block.length > BLOCK_MAX) this.#split(at, block, index);
  }

  remove(item: T): void {
    const at = this.#blockOf(item);
    const block = this.#blocks[at];
    if (block === undefined) return;
    const index = this.#indexIn(block, item);
    if (!this.#isAt(block, index, item)) return;
    this.#size -= 1;
    block.splice(index, 1);
    if (block.length === 0) this.#blocks.splice(at, 1);
  }

  /** The first ones, up to `limit`, while they satisfy a condition. */
  head(limit: number, isWanted: (item: T) => boolean = () => true): readonly T[] {
    const found: T[] = [];
    for (const item of this.walk()) {
      if (found.length === limit || !isWanted(item)) break;
      found.push(item);
    }
    return found;
  }

  /** What lies beyond `after`, from either end. */
  *walk(after?: T, backwards = false): Generator<T> {
    const step = backwards ? -1 : 1;
    let at = after === undefined ? (backwards ? this.#blocks.length - 1 : 0) : Math.min(this.#blockOf(after), this.#blocks.length - 1);
    let block = this.#blocks[at];
    if (block === undefined) return;
    let index = after === undefined ? (backwards ? block.length - 1 : 0) : this.#indexIn(block, after);
    if (after !== undefined && (backwards || this.#isAt(block, index, after))) index += step;
    while (block !== undefined) {
      for (; index >= 0 && index < block.length; index += step) yield block[index] as T;
      at += step;
      block = this.#blocks[at];
      index = backwards && block !== undefined ? block.length - 1 : 0;
    }
  }

  /** Appending leaves full blocks behind; anything else halves them. */
  #split(at: number, block: T[], index: number): void {
    const from = index === block.length - 1 ? index : block.length >>> 1;
    this.#blocks.splice(at + 1, 0, block.splice(from));
  }

  #isAt(block: readonly T[], index: number, item: T): boolean {
    return index < block.length && this.#compare(block[index] as T, item) === 0;
  }

  /** The first block that ends at or behind `item`; one past the last when all end before it. */
  #blockOf(item: T): number {
    const last = this.#blocks.at(-1);
    if (last === undefined || this.#compare(last.at(-1) as T, item) < 0) return this.#blocks.length;
    return firstWhere(this.#blocks.length, (at) => this.#compare(this.#blocks[at]?.at(-1) as T, item) >= 0);
  }

  #indexIn(block: readonly T[], item: T): number {
    return firstWhere(block.length, (index) => this.#compare(block[index] as T, item) >= 0);
  }
}

/** The first of `count` numbers from 0 for which something holds that holds for all behind it. */
function firstWhere(count: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
