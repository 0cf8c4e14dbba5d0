/** Who wants to know what. A listener that throws harms neither the client nor the others. */
import type { Cause, Instant, Next, Notify } from '@glidepath/core';
import type { Count } from './counters.ts';
import type { ClientStatus } from './status.ts';

export interface TierEvent {
  /** Null before the first word; `none` before the start and for a removed holder. */
  readonly from: string | null;
  readonly to: string;
  readonly cause: Cause;
  readonly at: Instant;
  /** What goes next, and when. */
  readonly next: Next | null;
}

export interface StatusEvent {
  readonly from: ClientStatus;
  readonly to: ClientStatus;
}

/** Something is on its way: how loudly to tell people, and what is lost when. */
export interface NoticeEvent {
  readonly from: Notify;
  readonly to: Notify;
  readonly tier: string;
  readonly cause: Cause;
  readonly next: Next | null;
}

export interface ClientEvents {
  readonly tier: TierEvent;
  readonly status: StatusEvent;
  readonly notice: NoticeEvent;
}

export interface Listeners {
  on<E extends keyof ClientEvents>(event: E, listener: (event: ClientEvents[E]) => void): () => void;
  tell<E extends keyof ClientEvents>(event: E, facts: ClientEvents[E]): void;
}

export function createListeners(count: Count): Listeners {
  const listeners: { readonly [E in keyof ClientEvents]: Set<(event: ClientEvents[E]) => void> } = {
    tier: new Set(),
    status: new Set(),
    notice: new Set(),
  };
  return {
    on(event, listener) {
      listeners[event].add(listener);
      return () => void listeners[event].delete(listener);
    },
    tell(event, facts) {
      for (const listener of listeners[event]) {
        try {
          // A listener may be asynchronous, whatever its type says.
          const done: unknown = listener(facts);
          if (done instanceof Promise) done.catch(() => count('listener-failed'));
        } catch {
          count('listener-failed');
        }
      }
    },
  };
}
