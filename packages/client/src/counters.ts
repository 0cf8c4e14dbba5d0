/** Counts an event by name. Names come from closed lists (reasons, codes, kinds), so that nobody outside can make them grow. */
export type Count = (name: string) => void;
