/**
 * Where events wait, as a port: segments of lines that outlive the process. A segment belongs to one process at a time and
 * goes as a whole, when nothing in it waits any more; an event that is sent twice is counted once.
 */
export interface UsageStore {
  /** Appends a line and gives the name of its segment; null where it could not be written. Does not throw. */
  append(line: string): string | null;
  /** Nothing in the segment waits any more. Does not throw. */
  drop(segment: string): void;
  /** Takes over a segment that another process left behind, if there is one of at most so many bytes. */
  takeOver(bytesMax: number): { readonly segment: string; readonly lines: readonly string[] } | null;
  /** Shows other processes that the segments have an owner, and makes what was appended outlive a power cut. */
  keep(): Promise<void>;
  /** Lays an event aside that will never count, with the reason; false where that could not be written. */
  layAside(line: string): boolean;
  /** Gives the segments to whoever comes next. */
  close(): Promise<void>;
}
