/**
 * Everything that a command may touch, handed in: the same commands run over sockets and PostgreSQL, and in a drill over
 * a virtual clock and memory. Only a program's `main` names the system versions.
 */
import type { Clock, DatedPart, Egress, Entropy, Instant, LatentRisk, OutboxEvent, Random, Scheduler, Store } from '@glidepath/core';
import type { Crypto } from '@glidepath/protocol';
import type { Examiner } from './findings.ts';
import type { Gate } from './limiter/gate.ts';

export interface World {
  readonly store: Store;
  /** Anchored to the store's time (`anchorClock`), so that all nodes agree; read once per command. */
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly entropy: Entropy;
  readonly crypto: Crypto;
  readonly seal: Seal;
  readonly bus: Bus;
  /** Shares the jobs of the control plane among its nodes; without it this node is the only one. */
  readonly fleet?: Fleet;
  readonly log: Log;
  readonly vitals: Vitals;
  /** Where events go; without one they are only listed. */
  readonly dispatcher?: Dispatcher;
  /** The way out, for notices and heartbeats; without one nothing is sent, and what is to be sent waits. */
  readonly egress?: Egress;
  /** Turns away who asks too often and what a pressed node cannot carry; without one everybody is let in. */
  readonly gate?: Gate;
}

/** Delivers one event, at least once; throws what keeps it from doing so. */
export interface Dispatcher {
  send(event: OutboxEvent): Promise<void>;
}

/** How this node itself is doing, beside what the store says. */
export interface Vitals {
  /** This node's clock and the store's disagree: nothing is reaped meanwhile. */
  isSkewed(): boolean;
  /** A shutdown has begun: `/readyz` says no, what is in flight is finished. */
  isDraining(): boolean;
  /** Named in health and metrics. */
  readonly version: string;
  /** What adapters look at: database settings, file modes, the clock. */
  readonly examiners: readonly Examiner[];
  /** What of this node ends, and whether it would start again; absent: nobody looks. Asked every few minutes. */
  ends?(now: Instant): Promise<readonly OwnEnd[]>;
  /** The disk of the database, where it is this node's; null: it is another's. */
  disk?(now: Instant): Promise<DiskState | null>;
}

/** A part of this node with an end, as a row in the table of what stops next. */
export interface OwnEnd {
  /** `glidepath/certificate`. */
  readonly id: string;
  readonly name: string;
  readonly parts: readonly DatedPart[];
  readonly latent: readonly LatentRisk[];
  /** For when nothing of it is known to end: true: nothing does; false: nobody knows. */
  readonly isKnown: boolean;
  /** The sentence for that. */
  readonly evidence: string;
}

export interface DiskState {
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** At the pace of the last days; null: it does not fill up, or nobody has looked for long enough. */
  readonly fullAt: Instant | null;
}

/** A node without adapters that could be unwell; for tests and drills. */
export const SOUND_VITALS: Vitals = { isSkewed: () => false, isDraining: () => false, version: '0.0.0', examiners: [] };

/**
 * Encrypts what must lie in the store but not be readable there: private keys, answers that hold a secret.
 *
 * `purpose` is bound to the text: what was sealed for one purpose opens for no other.
 */
export interface Seal {
  seal(plain: Uint8Array, purpose: string): string;
  /** Throws a Fault `seal-broken` when the text was not sealed by this key for this purpose. */
  open(sealed: string, purpose: string): Uint8Array;
}

/** Tells other parts (and, by LISTEN/NOTIFY, other nodes) that something happened. A hint: losing one changes nothing. */
export interface Bus {
  publish(hint: Hint): void;
  subscribe(listener: (hint: Hint) => void): () => void;
}
export interface Hint {
  readonly type: string;
  readonly environment: string | null;
  readonly subject: string;
  /** Of the outbox row that tells the same, so that nobody hears of it twice; absent where there is none. */
  readonly id?: string;
}

/** Sees to it that a job of the whole control plane runs on one node at a time, and once in each of its periods. */
export interface Fleet {
  /**
   * Runs `work` if this period's turn is this node's, and throws what it throws. `not-mine`: another node has or had the
   * turn; `okAt` tells how the job fares there.
   */
  inTurn(job: FleetJob, work: () => Promise<unknown>): Promise<'ran' | 'not-mine'>;
  /** When the job last ended well on any node, as far as this one knows. */
  okAt(job: FleetJob): Instant | null;
}
export interface FleetJob {
  readonly name: string;
  readonly everyMs: number;
}

/** Structured lines: `event` is a stable word, facts never hold a secret. */
export interface Log {
  debug(event: string, facts?: Readonly<Record<string, unknown>>): void;
  info(event: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(event: string, facts?: Readonly<Record<string, unknown>>): void;
  error(event: string, facts?: Readonly<Record<string, unknown>>): void;
}

/** Says nothing; for tests and for tools that report in their own way. */
export const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A bus within one process. A listener that throws harms neither the publisher nor the others. */
export function memoryBus(): Bus {
  const listeners = new Set<(hint: Hint) => void>();
  return {
    publish(hint) {
      for (const listener of listeners) {
        try {
          listener(hint);
        } catch {
          // A hint is never load-bearing.
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
