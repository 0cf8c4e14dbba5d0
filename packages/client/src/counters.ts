/** Counts by name. Names come from closed lists (reasons, codes, kinds), so that nobody outside can make them grow. */

export type Count = (name: string) => void;

export interface Counters {
  readonly count: Count;
  snapshot(): Readonly<Record<string, number>>;
}

export function createCounters(): Counters {
  const counts = new Map<string, number>();
  return {
    count: (name) => void counts.set(name, (counts.get(name) ?? 0) + 1),
    snapshot: () => Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
