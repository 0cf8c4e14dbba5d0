/** What discovery finds and what it leaves out. No key, token, password or signature is ever part of either. */
import type { FeatureReading, Instant } from '@glidepath/core';

export interface Found {
  /** A connector's kind, or what else it is (`rlm-file`, `hashicorp`). */
  readonly kind: string;
  /** What ends: a feature, a certificate, a product. Others' words. */
  readonly name: string;
  readonly product: string;
  readonly vendor: string;
  /** Where: `path:line`, `$NAME`, `secret namespace/name`; the first is where it was read. */
  readonly places: readonly string[];
  /** What one license of the inventory is made from: rows of the same source share one. */
  readonly source: string;
  readonly expiresAt: Instant | null;
  readonly ends: FeatureReading['ends'];
  readonly stopsAt: Instant | null;
  readonly issued: number | null;
  /** How many are told in this row. */
  readonly count: number;
  /** How it is known, and what to know about it. Sentences. */
  readonly notes: readonly string[];
  /** How it can be watched from now on; null: nothing here can. */
  readonly probe: { readonly kind: string; readonly settings: Readonly<Record<string, unknown>> } | null;
  /** A reference to where the key lies; null: none. */
  readonly custody: string | null;
  /** Hosts that serve it, where known. */
  readonly runsOn: readonly string[];
}

/** Closed: why something was left out. Each has its words in `SKIP_WORDS`. */
export type SkipReason =
  | 'no-license-token'
  | 'nothing-in-it'
  | 'not-understood'
  | 'closed'
  | 'too-large'
  | 'unreadable'
  | 'special-file'
  | 'seen-already'
  | 'other-file-system'
  | 'not-searched'
  | 'trust-store'
  | 'not-asked'
  | 'no-answer'
  | 'too-many'
  | 'out-of-time';

export interface Skipped {
  /** Path, variable or command. */
  readonly place: string;
  readonly reason: SkipReason;
  /** A sentence where there is more to say than the reason. */
  readonly message: string | null;
}

/** For one and for many; the number stands in front. */
export const SKIP_WORDS: Readonly<Record<SkipReason, string>> = {
  'no-license-token': 'tokens that are no licences',
  'nothing-in-it': 'files that look like licences by name, and hold none',
  'not-understood': 'files that look like licences, and could not be read',
  closed: 'stores that need their password',
  'too-large': 'files over 8 MB: only their first 64 KB were looked at',
  unreadable: 'files and folders that may not be read',
  'special-file': 'pipes, sockets and devices, which are never opened',
  'seen-already': 'links to what was read already',
  'other-file-system': 'folders on other file systems: name them to search them',
  'not-searched': 'folders of packages and version control',
  'trust-store': 'trust stores of root certificates',
  'not-asked': 'addresses that were not asked: --ask asks them',
  'no-answer': 'sources that did not answer',
  'too-many': 'files past the limit: name fewer folders',
  'out-of-time': 'folders for which there was no time left: name fewer',
};
