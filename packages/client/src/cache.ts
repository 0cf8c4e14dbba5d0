/**
 * The files of an installation: signed words as they came, and what is remembered beside them.
 *
 * Each word is kept with the one before it, so that one torn file costs nothing. Nothing here believes anything: words
 * are verified by whoever reads them. A disk that fails is counted and otherwise ignored: the client goes on in memory.
 */
import type { Crypto } from '@glidepath/protocol/words';
import type { Count } from './counters.ts';
import type { FileStore, Platform } from './platform.ts';
import { parseSidecar, type Sidecar, sidecarText } from './sidecar.ts';

export const LEASE = 'lease.jwt';
export const KEY_SET = 'keyset.json';
const VERDICTS = 'verdicts.jwt';
const SIDECAR = 'sidecar.json';
const KEY = 'installation.key';

/** A text that is kept with the one before it. */
type Kept = typeof LEASE | typeof KEY_SET;

export class Cache {
  readonly #files: FileStore;
  readonly #crypto: Crypto;
  readonly #count: Count;
  /** The sidecar as this process last read or wrote it. */
  #sidecarText: string | null = null;

  constructor({ files, crypto }: Pick<Platform, 'files' | 'crypto'>, count: Count) {
    this.#files = files;
    this.#crypto = crypto;
    this.#count = count;
  }

  /** Both texts, newest first; those that are not there or cannot be read are left out. */
  async pair(name: Kept): Promise<readonly string[]> {
    const texts = [await this.#read(name), await this.#read(`${name}.prev`)];
    return texts.filter((text) => text !== null);
  }

  /** Writes a text; `previous` is the one that was known to be good. */
  async keep(name: Kept, text: string, previous = ''): Promise<void> {
    if (previous !== '' && previous !== text) await this.#write(`${name}.prev`, previous);
    await this.#write(name, text);
  }

  /** One word a line. */
  async verdicts(): Promise<readonly string[]> {
    return ((await this.#read(VERDICTS)) ?? '').split('\n').filter((line) => line !== '');
  }

  keepVerdicts(words: string): Promise<void> {
    return this.#write(VERDICTS, words);
  }

  /** The sidecar, if another process has written it since this one last read or wrote it; else null. */
  async newSidecar(): Promise<Sidecar | null> {
    const text = await this.#read(SIDECAR);
    if (text === null || text === this.#sidecarText) return null;
    this.#sidecarText = text;
    const sidecar = parseSidecar(text, this.#crypto);
    if (sidecar === null) this.#count('cache.sidecar-malformed');
    return sidecar;
  }

  keepSidecar(sidecar: Sidecar): Promise<void> {
    this.#sidecarText = sidecarText(sidecar, this.#crypto);
    return this.#write(SIDECAR, this.#sidecarText);
  }

  /** The installation's key as text; of two processes that start at once, both get the same. */
  async key(isWhole: (text: string) => boolean, made: string): Promise<string> {
    const held = await this.#read(KEY);
    if (held !== null && isWhole(held)) return held;
    if (held !== null) {
      this.#count('cache.key-malformed');
      await this.#write(KEY, made);
      return made;
    }
    const isFirst = await this.#guarded('unwritable', true, this.#files.create(KEY, made));
    return isFirst ? made : ((await this.#read(KEY)) ?? made);
  }

  #read(name: string): Promise<string | null> {
    return this.#guarded('unreadable', null, this.#files.read(name));
  }

  #write(name: string, text: string): Promise<void> {
    return this.#guarded('unwritable', undefined, this.#files.write(name, text));
  }

  #guarded<T>(what: string, otherwise: T, done: Promise<T>): Promise<T> {
    return done.catch(() => {
      this.#count(`cache.${what}`);
      return otherwise;
    });
  }
}
