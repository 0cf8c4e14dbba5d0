/**
 * The gate before every command: turns away what a pressed node cannot carry, and who asks too often.
 *
 * What it says is never about a license: 429 and 503 carry no verdict, and an embedded client goes on with what it holds.
 * Health is asked without it, because whoever watches a pressed node must get an answer.
 */
import type { Clock, Milliseconds, Random } from '@glidepath/core';
import { type Crypto, hashSecret, isWellFormedSecret } from '@glidepath/protocol';
import { type Command, type Outcome, type Refusal, refuse } from '../command.ts';
import type { Access } from '../identity.ts';
import type { CommandRequest } from '../request.ts';
import { type Admission, createLimiter, type Limiter, type LimiterOptions, type Standing } from './limiter.ts';
import { isShed, retryAfterMs, type Urgency, urgencyOf } from './pressure.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';

/** Says how late this process's event loop is; an adapter measures it. */
export interface LoopDelay {
  delayMs(): Milliseconds;
}

export interface GateOptions extends LimiterOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly crypto: Crypto;
  /** Absent: never late. */
  readonly loop?: LoopDelay;
  /** False: nobody asks too often, and only a pressed node turns away. */
  readonly isLimiting?: boolean;
}

export interface Gate {
  /** `command` null: there is no such route. */
  enter(command: Command | null, request: CommandRequest): Entered;
}

export type Entered =
  | { readonly refusal: Refusal; readonly headers: Headers }
  | {
      readonly refusal: null;
      readonly headers: Headers;
      /** Told who calls, when that is settled. */
      identified(access: Access | Refusal): void;
      /** To be told exactly once, with what was answered. */
      leave(outcome: Outcome): void;
    };

type Headers = Readonly<Record<string, string>>;

const EXEMPT: ReadonlySet<string> = new Set(['health.alive', 'health.ready']);
const UNKNOWN: ReadonlySet<string> = new Set(['unauthenticated', 'unknown-license-key', 'token-expired']);
export const OPEN = { refusal: null, headers: {}, identified() {}, leave() {} } as const satisfies Entered;

export function createGate(options: GateOptions): Gate {
  const { clock, random, crypto, loop, isLimiting = true } = options;
  const limiter: Limiter | null = isLimiting ? createLimiter(options) : null;
  let inFlight = 0;
  return {
    enter(command, request) {
      if (command !== null && EXEMPT.has(command.name)) return OPEN;
      const urgency = command === null ? 'look' : urgencyOf(command);
      if (isShed(urgency, { inFlight, delayMs: loop?.delayMs() ?? 0 })) return { refusal: shed(urgency, random), headers: {} };
      const credential = command === null || command.auth === 'none' ? null : credentialOf(request, crypto);
      const admission = limiter?.admit({ credential, address: request.address ?? null }, clock.monotonic()) ?? null;
      const headers = admission === null ? {} : rateLimitHeaders(admission);
      if (admission !== null && !admission.ok) return { refusal: limited(admission), headers };
      inFlight += 1;
      let standing: Standing = 'unread';
      return {
        refusal: null,
        headers,
        identified(access) {
          standing = 'code' in access && UNKNOWN.has(access.code) ? 'unknown' : 'known';
        },
        leave(outcome) {
          inFlight -= 1;
          admission?.settle(standing === 'unread' && isOurFault(outcome) ? 'unsaid' : standing, clock.monotonic());
        },
      };
    },
  };
}

/** Only what has the form and the check digits of a credential is hashed at all. */
function credentialOf({ headers }: CommandRequest, crypto: Crypto): string | null {
  const secret = /^Bearer +(\S+)$/i.exec(headers?.authorization ?? '')?.[1];
  if (secret === undefined || !(isWellFormedSecret('license-key', secret) || isWellFormedSecret('token', secret))) return null;
  return hashSecret(secret, crypto);
}

function isOurFault(outcome: Outcome): boolean {
  return outcome.kind === 'refusal' && (outcome.code === 'store-unavailable' || outcome.code === 'internal');
}

function limited({ policy, ruling }: Admission): Refusal {
  const whose = policy === 'credential' ? 'this credential' : 'this address, without a credential that is known';
  return refuse('rate-limited', `Too many requests from ${whose}.`, { retryAfterMs: Math.max(1_000, ruling?.retryAfterMs ?? 0) });
}

function shed(urgency: Urgency, random: Random): Refusal {
  return refuse('overloaded', 'This node has more to do than it can answer in time.', { retryAfterMs: retryAfterMs(urgency, random) });
}
