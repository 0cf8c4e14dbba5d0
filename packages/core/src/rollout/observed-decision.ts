/**
 * A decision as it was made, small enough to keep many of: enough to make it again under another policy.
 *
 * What the control plane sees is in it, and nothing of what only an application can see (a changed machine, a clock behind
 * signed time, trust): those causes count as not begun.
 */
import type { Instant } from '../time.ts';

export interface ObservedUse {
  readonly meter: string;
  readonly used: number;
  /** Of the policy's plan, unless `isAgreed`. */
  readonly limit: number;
  /** Agreed with this licensee beside the plan: no policy changes it. */
  readonly isAgreed: boolean;
  /** When it was last counted: the dwell of what it reaches counts from here. */
  readonly asOf: Instant;
}

export interface ObservedSeats {
  /** Before this decision. */
  readonly used: number;
  /** Null: the plan counts none. */
  readonly limit: number | null;
  readonly isAgreed: boolean;
  readonly overageOpenedAt: Instant | null;
}

export interface ObservedDecision {
  readonly license: string;
  readonly at: Instant;
  /** Of the version that decided. */
  readonly policy: string;
  readonly plan: string;
  readonly startsAt: Instant;
  readonly expiresAt: Instant | null;
  /**
   * Since when each cause counts, as the server saw it; null: not begun. A renewal's last signed word is the one that it
   * replaces: the decision is what the holder went by until it was answered.
   */
  readonly lastSignedWordAt: Instant | null;
  readonly suspendedAt: Instant | null;
  readonly revokedAt: Instant | null;
  readonly usage: readonly ObservedUse[];
  readonly seats: ObservedSeats;
  /** Changes of terms that the holder is still coming down from, by the tier that it had; seldom any. */
  readonly lowered: readonly { readonly from: string; readonly effectiveAt: Instant }[];
  /** What was asked: the standing alone, a seat for somebody who had none, or to go on with one. */
  readonly asked: 'check' | 'acquire' | 'renew';
  /** What it came to: the tier's name (`none` before the start), and whether a seat was denied. */
  readonly tier: string;
  readonly isDenied: boolean;
}
