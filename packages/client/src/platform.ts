/**
 * What the client needs from the machine that it runs on, as ports: time, chance, files, HTTP, logs.
 *
 * `src/node` implements them for Node; a browser, a drill and a test hand in their own. Nothing else in this package
 * reaches for a global.
 */
import type { Clock, Entropy, Random, Scheduler } from '@glidepath/core';
import type { Crypto } from '@glidepath/protocol/words';

/**
 * Named texts that outlive the process, in one folder that several processes may share.
 *
 * Every method may reject (a full, read-only or vanished disk); the client counts that and goes on in memory.
 */
export interface FileStore {
  /** The whole text, or null where there is none. */
  read(name: string): Promise<string | null>;
  /** Replaces the whole text: after a crash there is the old one or the new one, and it lasts once this resolves. */
  write(name: string, text: string): Promise<void>;
  /** Writes a text that only this user may read, unless one is there; false where one was. Of two callers one is first. */
  create(name: string, text: string): Promise<boolean>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** A larger answer is given up as soon as it is seen to be larger. */
  readonly bodyMaxBytes: number;
  /** Gives the request up: time is over, or the client is closed. */
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: string;
}

/**
 * Hands over the body of an answer piece by piece, and resolves or rejects when there is no more: it ended, it broke, it was
 * no success, or nothing came for a while. It keeps no process alive. Follows no redirect.
 */
export type Stream = (request: Pick<HttpRequest, 'url' | 'headers' | 'signal'>, take: (text: string) => void) => Promise<void>;

/** Follows no redirect. Rejects with an error that has a `TransportCode` as its `code`, or with anything at all: an answer is never needed. */
export type Fetch = (request: HttpRequest) => Promise<HttpAnswer>;

export type TransportCode = 'refused' | 'timeout' | 'truncated' | 'too-large';

/** Structured lines: `event` is a stable word, facts never hold a secret. */
export interface Log {
  info(event: string, facts: Readonly<Record<string, unknown>>): void;
  warn(event: string, facts: Readonly<Record<string, unknown>>): void;
}

export interface Platform {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly entropy: Entropy;
  readonly crypto: Crypto;
  readonly files: FileStore;
  readonly fetch: Fetch;
  /** For hints that something changed; without it a client learns of a change when it renews. */
  readonly stream?: Stream | undefined;
  /**
   * Names this start of the machine. Where it is not null, `clock.monotonic()` counts from the same beginning in every
   * process with the same id, so that the time between two processes is known and not guessed.
   */
  bootId(): string | null;
  /** The break-glass lease that somebody laid ready; null where there is none. */
  breakGlass(): Promise<string | null>;
  readonly log: Log;
}
