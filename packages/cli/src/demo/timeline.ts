/** The demo's story for a terminal: who changed tier when, what goes on, what is lost. Pure: entries in, lines out. */
import type { JournalEntry } from './journal.ts';

export interface Change {
  readonly afterMs: number;
  readonly application: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly cause: string;
  readonly works: readonly string[];
  readonly lost: JournalEntry['lost'];
}

/** Follows each application's tier; an entry that changes nothing gives nothing. */
export class Tiers {
  private readonly latest = new Map<string, JournalEntry>();
  private readonly startedAt: number;

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }

  take(entry: JournalEntry): Change | null {
    const before = this.latest.get(entry.application);
    this.latest.set(entry.application, entry);
    if (before === undefined || before.tier === entry.tier) return null;
    return {
      afterMs: Math.max(0, entry.at - this.startedAt),
      application: entry.application,
      from: before.tier,
      to: entry.tier,
      cause: entry.cause,
      works: entry.works,
      lost: entry.lost,
    };
  }

  entries(): readonly JournalEntry[] {
    return [...this.latest.values()].sort((a, b) => a.application.localeCompare(b.application));
  }
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** What a person at the screen reads about what does not work now. */
export function lossSentence(lost: Change['lost']): string {
  return lost.map(({ title, message }) => (message === null ? title : `${title}: “${message}”`)).join(' ') || 'nothing';
}
