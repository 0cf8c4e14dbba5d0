/** Turns of a license in memory: one after the other, in the order in which they were asked for. */

export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  async take<R>(license: string, work: () => Promise<R>): Promise<R> {
    const before = this.#last.get(license) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#last.set(license, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(license) === turn) this.#last.delete(license);
    }
  }
}
