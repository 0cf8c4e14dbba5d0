/** How two versions of a policy differ in what they do, not in how they are written. */
import type { Notify, TimedCause } from '../policy/policy.ts';
import type { Milliseconds } from '../time.ts';

export type DifferenceKind = 'gain' | 'loss' | 'change';

/** Where a group of states lies: what has begun, and from where to where, `until` not included. */
export interface StateRange {
  readonly cause: TimedCause | 'quota' | 'seats';
  /** Of a quota. */
  readonly meter: string | null;
  /** Elapsed ms, use in the meter's unit, or seats in use; `from` null: since ever; `until` null: for ever. */
  readonly from: number | null;
  readonly until: number | null;
  /** Seats only: ms since overage opened; null: however long. */
  readonly overage: { readonly from: Milliseconds; readonly until: Milliseconds | null } | null;
}

/** Licenses of one plan in a group of states that the two policies decide differently. */
export interface StateDifference {
  readonly kind: DifferenceKind;
  readonly plan: string;
  /**
   * `range`: of one cause; `everywhere`: as long as nothing has begun, and wherever no range says otherwise; `combined`: of
   * several causes at once; `lease`: for leases of a tier of their own.
   */
  readonly scope: 'range' | 'everywhere' | 'combined' | 'lease';
  /** The same as `when`, in numbers; null unless the scope is a range. */
  readonly range: StateRange | null;
  /** "from 14 days to 30 days after the end", one interval of one cause, everything else untouched. */
  readonly when: string;
  /** Words of `given` for one state of the group. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly tier: { readonly before: string; readonly after: string };
  readonly featuresLost: readonly string[];
  readonly featuresGained: readonly string[];
  readonly limits: readonly { readonly name: string; readonly before: number | null; readonly after: number | null }[];
  /** What the next holder gets; null: the same. */
  readonly seat: { readonly before: string | null; readonly after: string | null } | null;
  /** The highest reached; null: the same. */
  readonly notify: { readonly before: Notify; readonly after: Notify } | null;
}

export interface GuaranteeDifference {
  readonly kind: 'weaker' | 'stronger' | 'added' | 'removed';
  readonly before: string | null;
  readonly after: string | null;
}

/** A change of terms that no state shows: ttl, offline budget, quota, term. */
export interface TermDifference {
  readonly kind: DifferenceKind;
  /** Null: of the whole policy. */
  readonly plan: string | null;
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

export interface PolicyDifference {
  /** How the two are called, by digest where there is one; null: there was none before. */
  readonly before: string | null;
  readonly after: string;
  /** Losses first. */
  readonly states: readonly StateDifference[];
  readonly guarantees: readonly GuaranteeDifference[];
  readonly terms: readonly TermDifference[];
  readonly plansRemoved: readonly string[];
  readonly plansAdded: readonly string[];
  /** One sentence each, losses first: what a person has to read before promoting. */
  readonly sentences: readonly string[];
}

/** What of a policy is put beside that of others. */
export interface PolicyFigures {
  readonly name: string;
  readonly plan: string;
  /** At the plan's own tier without a signed word. */
  readonly offlineMs: Milliseconds | null;
  /** A revoked holder that never hears of it: until its last tier; null: for ever. */
  readonly exposureMs: Milliseconds | null;
  /** The lowest tier that anything but suspension and revocation leads to, and the features that are gone there. */
  readonly worstTier: string;
  readonly worstLoss: readonly string[];
  /** First notice of warning or higher before the first loss by expiry; null: no loss. */
  readonly noticeMs: Milliseconds | null;
}
