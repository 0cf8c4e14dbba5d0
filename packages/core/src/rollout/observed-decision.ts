/** A decision as it was made, small enough to keep many of: enough to make it again under another policy. */
import type { Instant } from '../time.ts';

export interface ObservedDecision {
  readonly license: string;
  readonly at: Instant;
  /** Of the version that decided. */
  readonly policy: string;
  readonly plan: string;
  readonly startsAt: Instant;
  readonly expiresAt: Instant | null;
  /** Since when each cause counts, as the server saw it; null: not begun. */
  readonly lastSignedWordAt: Instant | null;
  readonly suspendedAt: Instant | null;
  readonly revokedAt: Instant | null;
  readonly usage: readonly { readonly meter: string; readonly used: number; readonly limit: number }[];
  readonly seats: { readonly used: number; readonly limit: number; readonly overageOpenedAt: Instant | null } | null;
  /** What was asked: the standing alone, or a seat. */
  readonly asked: 'check' | 'acquire' | 'renew';
  /** What it came to: the tier's name (`none` before the start), and whether a seat was denied. */
  readonly tier: string;
  readonly isDenied: boolean;
}
