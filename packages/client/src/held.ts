/**
 * What this installation holds: signed words, and since when it knows what they say. A pure state machine without I/O:
 * every step takes a word that was verified and the instant of its receipt, and gives the next state.
 *
 * Only words take anything away, and each only what it says: a lease replaces everything before it; `suspended` and
 * `revoked` begin a path at their receipt; `superseded` costs one tier each; `holder-removed` takes all; `denied` and
 * `queued` are about new holders and change nothing for a running one.
 */
import { type Counter, compareCounters, type Instant, instant, isShareReached, type VerdictClaims } from '@glidepath/core';
import type { LeaseWord, VerdictWord } from './reading-words.ts';
import type { Memory } from './sidecar.ts';

export interface HeldLease extends LeaseWord {
  readonly source: 'lease' | 'cache' | 'bootstrap';
}

export interface Held {
  readonly lease: HeldLease | null;
  /** Verdicts about the lease that stand, oldest first. */
  readonly verdicts: readonly VerdictWord[];
  /** The signed "no" to somebody who holds nothing. */
  readonly refusal: VerdictClaims | null;
  /** The server knows the lease no more (`lease-unknown`): the next step is to acquire. */
  readonly isUnknown: boolean;
  readonly memory: Memory;
}

export function nothingHeld(memory: Memory): Held {
  return { lease: null, verdicts: [], refusal: null, isUnknown: false, memory };
}

/** More than any policy has tiers; older ones of the same kind are dropped. */
const VERDICTS_MAX = 32;

/** Takes a lease over: it says all there is to say, so that no earlier verdict stands. */
export function withLease(held: Held, lease: HeldLease, now: Instant): Held {
  const { claims, source } = lease;
  // What a product ships with is about the vendor's license, not about the one that this installation asks for.
  const isOwn = source !== 'bootstrap';
  const isAnswer = isOwn && claims.nonce !== null;
  const { memory } = held;
  return {
    lease,
    verdicts: [],
    refusal: null,
    isUnknown: false,
    memory: {
      ...noLaterThan(memory, now),
      license: isOwn ? claims.license : memory.license,
      seq: isOwn ? laterSeq(memory.seq, claims.seq) : memory.seq,
      wordAt: isAnswer ? claims.iatMs : memory.wordAt,
      receipts: receiptsOf(lease, memory.receipts, now),
      released: memory.released && source !== 'lease',
    },
  };
}

/** Takes a verdict over. */
export function withVerdict(held: Held, verdict: VerdictWord, now: Instant): Held {
  const { claims } = verdict;
  const seq = laterSeq(held.memory.seq, claims.seq);
  const memory = { ...noLaterThan(held.memory, now), license: claims.license, seq, wordAt: claims.iatMs };
  const heard: Held = { ...held, memory };
  if (held.lease === null || held.lease.source === 'bootstrap') return { ...heard, refusal: claims };
  if (isAboutLease(claims)) return { ...heard, isUnknown: true };
  if (claims.verdict !== 'denied' && claims.verdict !== 'queued') {
    const receipts = { [claims.verdict]: now, ...memory.receipts };
    return { ...heard, verdicts: withStanding(held.verdicts, verdict), memory: { ...memory, receipts } };
  }
  // Who gave the seat back and asks again is a new holder: a "no" is about it.
  return memory.released ? { ...heard, lease: null, verdicts: [], refusal: claims } : heard;
}

/** `lease-unknown`, `wrong-installation`: an answer about the lease that was shown, so that the next step is to acquire. */
function isAboutLease({ verdict, code }: VerdictClaims): boolean {
  return verdict === 'denied' && (code === 'lease-unknown' || code === 'wrong-installation');
}

/**
 * Each `superseded` counts. Of the others there is one of a kind: the first that came under a `seq`, so that a server
 * which stamps each answer anew does not put off what it says.
 */
function withStanding(verdicts: readonly VerdictWord[], verdict: VerdictWord): readonly VerdictWord[] {
  const { verdict: kind, seq } = verdict.claims;
  const isCounted = kind === 'superseded';
  if (!isCounted && verdicts.some(({ claims }) => claims.verdict === kind && compareCounters(claims.seq, seq) === 0)) return verdicts;
  const others = verdicts.filter(({ claims }) => claims.jti !== verdict.claims.jti && (isCounted || claims.verdict !== kind));
  return [...others, verdict].slice(-VERDICTS_MAX);
}

function laterSeq(seen: Counter | null, seq: Counter): Counter {
  return seen !== null && compareCounters(seen, seq) > 0 ? seen : seq;
}

/** Names the receipt of a rung in one window of a meter, so that in the next window it is received anew. */
export function rungName(meter: string, resetsAt: Instant, rung: number): string {
  return `${meter} ${resetsAt} ${rung}`;
}

/** What a lease says that goes on, each since it was first received; what it no longer says is forgotten. */
function receiptsOf({ claims, trust }: HeldLease, before: Memory['receipts'], now: Instant): Memory['receipts'] {
  const names: string[] = [];
  if (claims.status !== 'active') names.push(claims.status);
  // A suspension that turned into a revocation has not ended.
  if (claims.status === 'revoked' && Object.hasOwn(before, 'suspended')) names.push('suspended');
  if (trust === 'compromised') names.push('trust');
  for (const { meter, used, limit, resetsAt } of claims.quotas) {
    (ownValue(claims.path.quota, meter) ?? []).forEach(({ percent }, rung) => {
      if (isShareReached(used, percent, limit)) names.push(rungName(meter, resetsAt, rung));
    });
  }
  for (const { id } of claims.lowered) names.push(id);
  return Object.fromEntries(names.map((name) => [name, earlier(ownValue(before, name) ?? now, now)]));
}

/** What was received under a server whose clock was ahead lies in the future once that is mended; it counts from now. */
function noLaterThan(memory: Memory, now: Instant): Memory {
  const receipts = Object.fromEntries(Object.entries(memory.receipts).map(([name, at]) => [name, earlier(at, now)]));
  return { ...memory, receipts };
}

function earlier(a: Instant, b: Instant): Instant {
  return instant(Math.min(a, b));
}

/**
 * What a process finds when it starts: a lease, the verdicts about it, and what was remembered. Receipts are those that
 * were remembered; what the words say and nobody remembers is received now.
 */
export function restored(lease: HeldLease, verdicts: readonly VerdictWord[], memory: Memory, now: Instant): Held {
  const start = withLease(nothingHeld(memory), lease, now);
  const later = verdicts.filter(({ claims }) => claims.license === lease.claims.license && claims.iatMs >= lease.claims.iatMs);
  const held = later.reduce((before, verdict) => withVerdict(remembering(before, verdict, memory), verdict, now), start);
  const wordAt = memory.wordAt === null ? held.memory.wordAt : earlier(instant(Math.max(memory.wordAt, held.memory.wordAt ?? 0)), now);
  return { ...held, memory: { ...held.memory, wordAt } };
}

function remembering(held: Held, { claims }: VerdictWord, { receipts }: Memory): Held {
  const at = ownValue(receipts, claims.verdict);
  return at === undefined ? held : { ...held, memory: { ...held.memory, receipts: { ...held.memory.receipts, [claims.verdict]: at } } };
}

export function ownValue<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** What to ask next. A lease that the server did not give, or that it has taken, is not renewed: the seat is asked for anew. */
export function nextOperation({ lease, verdicts, isUnknown, memory }: Held): 'acquire' | 'renew' {
  if (lease === null || lease.source === 'bootstrap' || lease.via === 'grant' || isUnknown || memory.released) return 'acquire';
  return verdicts.some(({ claims }) => claims.verdict === 'superseded' || claims.verdict === 'holder-removed') ? 'acquire' : 'renew';
}
