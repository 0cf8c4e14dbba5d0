/**
 * The files of an installation: signed words as they came, and what is remembered beside them.
 *
 * Each word is kept with the one before it, so that one torn file costs nothing. Nothing here believes anything: words
 * are verified by whoever reads them. A disk that fails is counted and otherwise ignored: the client goes on in memory.
 */
import type { Count } from './counters.ts';
import type { FileStore } from './platform.ts';
import { parseSidecar, type Sidecar, sidecarText } from './sidecar.ts';

export const FILES = {
  lease: 'lease.jwt',
  verdicts: 'verdicts.jwt',
  keySet: 'keyset.json',
  sidecar: 'sidecar.json',
  key: 'installation.key',
} as const;

/** A text that is kept with the one before it. */
export type Kept = typeof FILES.lease | typeof FILES.keySet;

export interface Cache {
  /** Both texts, newest first; those that are not there or cannot be read are left out. */
  pair(name: Kept): Promise<readonly string[]>;
  /** Writes a text; `previous` is the one that was known to be good. */
  keep(name: Kept, text: string, previous: string | null): Promise<void>;
  verdicts(): Promise<readonly string[]>;
  keepVerdicts(words: readonly string[]): Promise<void>;
  sidecar(): Promise<Sidecar | null>;
  /** The sidecar where another process has written it since this one last read or wrote it; else null. */
  othersSidecar(): Promise<Sidecar | null>;
  keepSidecar(sidecar: Sidecar): Promise<void>;
  /** The text of the installation's key; of two processes that start at once, both get the same. */
  key(make: () => string, isWhole: (text: string) => boolean): Promise<string>;
}

export function openCache(files: FileStore, count: Count): Cache {
  const read = async (name: string): Promise<string | null> => {
    try {
      return await files.read(name);
    } catch {
      count('cache.unreadable');
      return null;
    }
  };
  let lastText: string | null = null;
  const parsed = (text: string): Sidecar | null => {
    lastText = text;
    const sidecar = parseSidecar(text);
    if (sidecar === null) count('cache.sidecar-malformed');
    return sidecar;
  };
  const write = async (name: string, text: string): Promise<void> => {
    try {
      await files.write(name, text);
    } catch {
      count('cache.unwritable');
    }
  };
  return {
    async pair(name) {
      const texts = [await read(name), await read(`${name}.prev`)];
      return texts.filter((text): text is string => text !== null);
    },
    async keep(name, text, previous) {
      if (previous !== null && previous !== text) await write(`${name}.prev`, previous);
      await write(name, text);
    },
    async verdicts() {
      return ((await read(FILES.verdicts)) ?? '').split('\n').filter((line) => line !== '');
    },
    async keepVerdicts(words) {
      await write(FILES.verdicts, words.map((word) => `${word}\n`).join(''));
    },
    async sidecar() {
      const text = await read(FILES.sidecar);
      return text === null ? null : parsed(text);
    },
    async othersSidecar() {
      const text = await read(FILES.sidecar);
      return text === null || text === lastText ? null : parsed(text);
    },
    async keepSidecar(sidecar) {
      lastText = sidecarText(sidecar);
      await write(FILES.sidecar, lastText);
    },
    async key(make, isWhole) {
      const held = await read(FILES.key);
      if (held !== null && isWhole(held)) return held;
      const made = make();
      if (held !== null) {
        count('cache.key-malformed');
        await write(FILES.key, made);
        return made;
      }
      try {
        if (await files.create(FILES.key, made)) return made;
      } catch {
        count('cache.unwritable');
        return made;
      }
      const other = await read(FILES.key);
      return other !== null && isWhole(other) ? other : made;
    },
  };
}
