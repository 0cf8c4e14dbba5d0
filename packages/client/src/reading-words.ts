/** Reading the words of an answer or of a cache: opened by the protocol's rules, or a reason why they are not believed. Pure. */
import type { VerdictClaims } from '@glidepath/core';
import { type OpenedLease, openLease, openVerdict, type WordContext, type WordReason } from '@glidepath/protocol/words';

export interface LeaseWord extends OpenedLease {
  readonly compact: string;
}

export interface VerdictWord {
  readonly compact: string;
  readonly claims: VerdictClaims;
}

export type Word = LeaseWord | VerdictWord;

export type Disbelief = WordReason | 'no-key-set';

/** What a word must fit; null where there is no key to verify it with. */
export type Expected = WordContext | null;

export function isLease(word: Word): word is LeaseWord {
  return 'trust' in word;
}

export function readLease(compact: string, expected: Expected): LeaseWord | Disbelief {
  if (expected === null) return 'no-key-set';
  const lease = openLease(compact, expected);
  return lease.ok ? { ...lease.value, compact } : lease.reason;
}

export function readVerdict(compact: string, expected: Expected): VerdictWord | Disbelief {
  if (expected === null) return 'no-key-set';
  const verdict = openVerdict(compact, expected);
  return verdict.ok ? { claims: verdict.value, compact } : verdict.reason;
}

/** Reads an answer, whichever of the two kinds it is. */
export function readWord(compact: string, expected: Expected): Word | Disbelief {
  const lease = readLease(compact, expected);
  return lease === 'wrong-type' ? readVerdict(compact, expected) : lease;
}
