/**
 * One thing that somebody wants of a license's seats, as the engine carries it out among others: what has to be read for it,
 * and how it is judged once that is known. Judging is pure; a task may be judged several times before one of its judgements
 * is written down, and only that one counts.
 */
import type { GrantRecord, Lease, LeaseSituation, LicenseFacts, SeatEffects, Write } from '@glidepath/core';
import type { Happening } from '../../../command.ts';
import type { Signature } from '../../../commit.ts';
import type { Person } from '../lease-request.ts';
import type { Judging } from '../license-facts.ts';

export interface SeatTask<R> {
  readonly license: string;
  /** In whose name the audit log keeps what it does. */
  readonly by: { readonly actor: string /** Null: the license's. */; readonly environment: string | null };
  /** Goes before others while more wait than one batch takes: who holds a seat comes before who wants one. */
  readonly isUrgent: boolean;
  /** Holders whose leases it may be about. */
  readonly holders: readonly string[];
  /** Name of a person whose pseudonym is to be known; null: none. */
  readonly person: string | null;
  /** Grants that an installation says it has worked under. */
  readonly grants: readonly string[];
  judge(view: SeatView): Judged<R>;
}

/** A license as the tasks before this one have left it. */
export interface SeatView extends Judging {
  readonly facts: LicenseFacts;
  readonly person: Person | null;
  /** Those that exist, of this license, as the tasks before have left them. */
  readonly grants: readonly GrantRecord[];
  situationOf(holder: string): LeaseSituation;
  newId: Signature['newId'];
}

export interface Judged<R> {
  /** What it moves; null: nothing. */
  readonly effects: (SeatEffects & { readonly lease: Lease | null }) | null;
  /** Somebody who gets a pseudonym by it, or null. */
  readonly named: Person | null;
  /** Grants as they are afterwards. */
  readonly grants: readonly GrantRecord[];
  /** What the effects tell of, in the words of this task. */
  readonly happened: readonly Happening[];
  /** Writes of the request itself, such as the answer kept for its `Idempotency-Key`. */
  readonly writes: readonly Write[];
  readonly answer: R;
}

/** A judgement that moves nothing. */
export function unmoved<R>(answer: R): Judged<R> {
  return { effects: null, named: null, grants: [], happened: [], writes: [], answer };
}
