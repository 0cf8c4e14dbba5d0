/** Audit entries that no batch of the log holds, in the order in which they were committed: commits in memory are serial. */
import type { AuditEntry, LogBatch, UnsealedAudit } from '@glidepath/core';

/** One process is one database: how far it was read is known without being told. */
const CURSOR = 'memory';

export class UnsealedEntries {
  readonly #unsealed = new Map<string, AuditEntry>();
  readonly #sealed = new Map<string, AuditEntry | null>();

  swapEntry(before: AuditEntry | null, after: AuditEntry | null): void {
    if (before !== null) this.#unsealed.delete(before.id);
    if (after === null) return;
    // A snapshot may bring its batches first.
    if (this.#sealed.has(after.id)) this.#sealed.set(after.id, after);
    else this.#unsealed.set(after.id, after);
  }

  swapBatch(before: LogBatch | null, after: LogBatch | null): void {
    for (const id of before?.entries ?? []) {
      const entry = this.#sealed.get(id) ?? null;
      this.#sealed.delete(id);
      if (entry !== null) this.#unsealed.set(id, entry);
    }
    for (const id of after?.entries ?? []) {
      this.#sealed.set(id, this.#unsealed.get(id) ?? null);
      this.#unsealed.delete(id);
    }
  }

  first(limit: number): UnsealedAudit {
    const [oldest] = this.#unsealed.values();
    return { entries: [...this.#unsealed.values()].slice(0, limit), cursor: CURSOR, waitingSince: oldest?.at ?? null };
  }
}
