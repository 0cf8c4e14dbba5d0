/** A set of ids in their order. Ids ascend in time, so that adding one is nearly always appending it. */
import { compareIds } from '../records/order.ts';

export class SortedIds {
  readonly #ids: string[] = [];

  get size(): number {
    return this.#ids.length;
  }

  add(id: string): void {
    const last = this.#ids.at(-1);
    if (last === undefined || compareIds(last, id) < 0) this.#ids.push(id);
    else {
      const at = this.#firstFrom(id);
      if (this.#ids[at] !== id) this.#ids.splice(at, 0, id);
    }
  }

  remove(id: string): void {
    const at = this.#firstFrom(id);
    if (this.#ids[at] === id) this.#ids.splice(at, 1);
  }

  /** Ids beyond `after` in the order asked for. */
  *walk(after: string | undefined, newestFirst: boolean): Generator<string> {
    const ids = this.#ids;
    if (newestFirst) {
      for (let index = (after === undefined ? ids.length : this.#firstFrom(after)) - 1; index >= 0; index--) yield ids[index] as string;
      return;
    }
    let index = after === undefined ? 0 : this.#firstFrom(after);
    if (after !== undefined && ids[index] === after) index += 1;
    for (; index < ids.length; index++) yield ids[index] as string;
  }

  /** Index of the first id that is not before `id`. */
  #firstFrom(id: string): number {
    let low = 0;
    let high = this.#ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareIds(this.#ids[middle] as string, id) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
