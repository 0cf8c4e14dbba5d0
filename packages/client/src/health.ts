/** What an operator wants to see of a client. Never a reason to restart it: that would turn one outage into a fleet's. */
import type { Instant, Milliseconds, Next, Notify, QuotaClaim, VerdictClaims } from '@glidepath/core';
import type { Installation } from './installation.ts';
import type { Misconfiguration } from './options.ts';
import type { Failure, Refresher } from './refresher.ts';
import type { ClientStatus } from './status.ts';
import type { Ticker } from './ticker.ts';
import { gapMs, isClockBehind } from './trusted-time.ts';

export interface Health {
  /** `degraded`: something is lost or on its way, or the server is not heard. */
  readonly state: 'ok' | 'degraded';
  readonly status: ClientStatus;
  readonly tier: string | null;
  readonly notify: Notify;
  readonly next: Next | null;
  /** `iatMs` of the last signed word. */
  readonly lastWordAt: Instant | null;
  /** Why there has been none since; null when the last attempt brought one. */
  readonly failure: Failure | null;
  /** Where this installation stands while it waits for a seat (the verdict `queued`); null while it does not. */
  readonly queue: NonNullable<VerdictClaims['queue']> | null;
  /**
   * The lease was signed while the license's offline budget was spent by holders that went dark: in silence it steps down
   * from the end of its hold on. It is whole again with the first renewal after the budget has room.
   */
  readonly isShortened: boolean;
  /** What is used and what may be, as the lease says. */
  readonly quotas: readonly QuotaClaim[];
  readonly misconfiguration: Misconfiguration | null;
  /** Wall time that nobody has verified; it counts after 24 h of running time. */
  readonly unverifiedMs: Milliseconds;
  readonly isClockBehind: boolean;
  readonly counters: Readonly<Record<string, number>>;
}

export interface Parts {
  readonly status: ClientStatus;
  readonly installation: Installation;
  readonly ticker: Ticker;
  readonly refresher: Refresher;
  readonly counters: Readonly<Record<string, number>>;
}

export function healthOf({ status, installation, ticker, refresher, counters }: Parts): Health {
  const { held, time, settings } = installation;
  const isWell = status === 'ready' && ticker.standing?.code === 'ok' && ticker.notify !== 'critical' && !isClockBehind(time);
  return {
    state: isWell ? 'ok' : 'degraded',
    status,
    tier: ticker.tier,
    notify: ticker.notify,
    next: ticker.standing?.next ?? null,
    lastWordAt: held.memory.wordAt,
    failure: refresher.failure,
    queue: held.refusal?.queue ?? null,
    isShortened: held.lease?.claims.shortened ?? false,
    quotas: held.lease?.claims.quotas ?? [],
    misconfiguration: settings.misconfiguration,
    unverifiedMs: gapMs(time),
    isClockBehind: isClockBehind(time),
    counters,
  };
}
