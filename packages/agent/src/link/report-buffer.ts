/**
 * Reports that the control plane has not taken yet, bounded in count and size.
 *
 * When it is full, the oldest report goes that has a newer one of the same probe behind it: each probe's latest word is kept
 * whatever happens, so that after an outage of any length every table is right again, and only history has holes. What was
 * let go is counted. No I/O here.
 */
import type { Instant } from '@glidepath/core';
import type { Report } from './transport.ts';

export interface BufferBounds {
  readonly reportsMax: number;
  readonly bytesMax: number;
}

export interface HeldReport {
  readonly sequence: number;
  readonly probe: string;
  readonly at: Instant;
  /** The report as JSON. */
  readonly json: string;
}

export class ReportBuffer {
  readonly #bounds: BufferBounds;
  /** In the order of their coming. */
  readonly #held = new Map<number, HeldReport>();
  readonly #latest = new Map<string, number>();
  #sequence = 0;
  #bytes = 0;
  #dropped: number;

  constructor(bounds: BufferBounds, dropped = 0) {
    this.#bounds = bounds;
    this.#dropped = dropped;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Reports let go, ever. */
  get dropped(): number {
    return this.#dropped;
  }

  /** What a file that outlived a restart knew. */
  restoreDropped(dropped: number): void {
    this.#dropped = Math.max(this.#dropped, dropped);
  }

  get all(): readonly HeldReport[] {
    return [...this.#held.values()];
  }

  add(report: Report): HeldReport {
    return this.#take(report.probe, report.at, JSON.stringify(report));
  }

  /** A report that was buffered before a restart. */
  restore({ probe, at, json }: Omit<HeldReport, 'sequence'>): void {
    this.#take(probe, at, json);
  }

  #take(probe: string, at: Instant, json: string): HeldReport {
    const held: HeldReport = { sequence: this.#sequence++, probe, at, json };
    this.#held.set(held.sequence, held);
    this.#latest.set(probe, held.sequence);
    this.#bytes += json.length;
    this.#makeRoom();
    return held;
  }

  #makeRoom(): void {
    if (!this.#isOver()) return;
    for (const held of this.#held.values()) {
      if (this.#latest.get(held.probe) === held.sequence) continue;
      this.#forget(held);
      this.#dropped += 1;
      if (!this.#isOver()) return;
    }
  }

  #isOver(): boolean {
    return this.#held.size > this.#bounds.reportsMax || this.#bytes > this.#bounds.bytesMax;
  }

  #forget(held: HeldReport): void {
    if (!this.#held.delete(held.sequence)) return;
    this.#bytes -= held.json.length;
    if (this.#latest.get(held.probe) === held.sequence) this.#latest.delete(held.probe);
  }

  /** The oldest ones that fit into one request; at least one, if there is any. */
  batch(countMax: number, bytesMax: number): readonly HeldReport[] {
    const batch: HeldReport[] = [];
    let bytes = 0;
    for (const held of this.#held.values()) {
      bytes += held.json.length;
      if (batch.length > 0 && (batch.length >= countMax || bytes > bytesMax)) break;
      batch.push(held);
    }
    return batch;
  }

  /** These were taken. */
  remove(taken: readonly HeldReport[]): void {
    for (const held of taken) this.#forget(held);
  }

  /** A report that will never be taken, in a form that will. */
  replace(held: HeldReport, report: Report): void {
    if (!this.#held.has(held.sequence)) return;
    const json = JSON.stringify(report);
    this.#bytes += json.length - held.json.length;
    this.#held.set(held.sequence, { ...held, json });
  }
}
