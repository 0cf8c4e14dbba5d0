/**
 * What the demo's applications say, one JSON line each in one file, so that any terminal can follow them.
 *
 * Appending a line of this size is atomic on a local disk; a reader that meets half a line waits for the rest.
 */
import { appendFileSync, closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientStatus } from '@glidepath/client';

export interface JournalEntry {
  readonly at: number;
  readonly application: string;
  readonly status: ClientStatus;
  readonly tier: string | null;
  readonly cause: string;
  /** Why the next tier down would come, as far as is known; null: there is none. */
  readonly nextCause: string | null;
  /** Titles of the features that work, and of those that do not, with what the policy says to the person at the screen. */
  readonly works: readonly string[];
  readonly lost: readonly { readonly title: string; readonly message: string | null }[];
  /** Pieces of work so far, and those that the essential feature refused: the number that has to stay 0. */
  readonly done: number;
  readonly refused: number;
}

export function journalFile(folder: string): string {
  return join(folder, 'journal.jsonl');
}

export function writeEntry(folder: string, entry: JournalEntry): void {
  appendFileSync(journalFile(folder), `${JSON.stringify(entry)}\n`);
}

/** Reads on from where it stopped; the first call starts at the end of what is there, or at its beginning. */
export class JournalReader {
  private readonly file: string;
  private position: number;
  private rest = '';

  constructor(folder: string, from: 'beginning' | 'end') {
    this.file = journalFile(folder);
    this.position = from === 'end' ? sizeOf(this.file) : 0;
  }

  next(): JournalEntry[] {
    const text = this.rest + this.readOn();
    const lines = text.split('\n');
    this.rest = lines.pop() ?? '';
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as JournalEntry);
  }

  private readOn(): string {
    const size = sizeOf(this.file);
    if (size <= this.position) return '';
    const descriptor = openSync(this.file, 'r');
    try {
      const bytes = Buffer.alloc(size - this.position);
      const read = readSync(descriptor, bytes, 0, bytes.length, this.position);
      this.position += read;
      return bytes.toString('utf8', 0, read);
    } finally {
      closeSync(descriptor);
    }
  }
}

function sizeOf(file: string): number {
  try {
    const descriptor = openSync(file, 'r');
    try {
      return fstatSync(descriptor).size;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return 0;
  }
}
