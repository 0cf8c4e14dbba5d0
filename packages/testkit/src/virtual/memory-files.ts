/** A disk in memory that keeps the client's promises about files, and breaks them when it is told to. */
import type { FileStore } from '@glidepath/client';

export interface MemoryFiles extends FileStore {
  /** What lies there, by name; a test may tear it, empty it, copy it. */
  readonly texts: Map<string, string>;
  /** From now on every call of this kind is refused, as on a full or read-only disk; null: none. */
  refuse(what: 'write' | 'read' | null): void;
}

export function memoryFiles(texts: Iterable<readonly [string, string]> = []): MemoryFiles {
  const held = new Map(texts);
  let refused: 'write' | 'read' | null = null;
  const check = (what: 'write' | 'read'): void => {
    if (refused === what) throw new Error(`the disk refuses to ${what}`);
  };
  return {
    texts: held,
    refuse(what) {
      refused = what;
    },
    async read(name) {
      check('read');
      return held.get(name) ?? null;
    },
    async write(name, text) {
      check('write');
      held.set(name, text);
    },
    async create(name, text) {
      check('write');
      if (held.has(name)) return false;
      held.set(name, text);
      return true;
    },
  };
}
