/**
 * One at a time on each license within this process: callers that change the same seats would otherwise gather together,
 * and all but one of them in vain. Other nodes are kept apart by the revision that guards each seat; this only saves work.
 */

export interface Turns {
  /** Runs the task when all earlier ones of this license are done; null: too many wait, and this one was not taken in. */
  run<T>(license: string, task: () => Promise<T>): Promise<T | null>;
}

/** Longer queues would answer nobody in time. */
const WAITING_MAX = 2_000;

interface Line {
  waiting: number;
  last: Promise<unknown>;
}

const turnsOfStore = new WeakMap<object, Turns>();

/** The turns of the process that has this store open. */
export function turnsOf(store: object): Turns {
  const known = turnsOfStore.get(store);
  if (known !== undefined) return known;
  const turns = createTurns();
  turnsOfStore.set(store, turns);
  return turns;
}

export function createTurns(waitingMax = WAITING_MAX): Turns {
  const lines = new Map<string, Line>();
  return {
    async run(license, task) {
      const line = lines.get(license) ?? { waiting: 0, last: Promise.resolve() };
      if (line.waiting >= waitingMax) return null;
      lines.set(license, line);
      line.waiting++;
      const turn = line.last.then(task);
      // The next in line does not care how this one went.
      line.last = turn.catch(() => undefined);
      try {
        return await turn;
      } finally {
        line.waiting--;
        if (line.waiting === 0) lines.delete(license);
      }
    },
  };
}
