/** The answers of a client as a table: one look-up per check, made anew when something changes. Pure. */
import {
  type Decision,
  decisionFor,
  decisionsFor,
  limitsOf,
  noSignedWord,
  type Origin,
  type Standing,
  type Terms,
  type VerdictClaims,
} from '@glidepath/core';
import type { HeldLease } from './held.ts';
import type { Settings } from './options.ts';
import type { VerdictWord } from './reading-words.ts';
import { NONE } from './standing-now.ts';

export interface Answers {
  readonly table: Table;
  /** For a name that the table does not have. */
  readonly other: (feature: string) => Decision;
  readonly limits: Readonly<Record<string, number>>;
}

/**
 * Decisions by the length of the feature's name, each a short chain. A name in a program and one in a policy are the same
 * string to the engine, so that comparing them is comparing two addresses: faster than any hash.
 */
export type Table = readonly (Entry | null)[];

export interface Entry {
  readonly name: string;
  readonly decision: Decision;
  readonly next: Entry | null;
}

export const TABLE_MASK = 15;

function tableOf(decisions: Iterable<Decision>): Table {
  const table: (Entry | null)[] = new Array(TABLE_MASK + 1).fill(null);
  for (const decision of decisions) {
    const place = decision.feature.length & TABLE_MASK;
    table[place] = { name: decision.feature, decision, next: table[place] ?? null };
  }
  return table;
}

const EMPTY = tableOf([]);
const NO_LIMITS: Readonly<Record<string, number>> = Object.freeze({});

/** What the word in hand is, and of when. */
export function originOf({ source, claims }: HeldLease, verdicts: readonly VerdictWord[]): Origin {
  return { source, asOf: (verdicts.at(-1)?.claims ?? claims).iatMs };
}

export function answersOn(terms: Terms, shown: Standing, origin: Origin): Answers {
  return {
    table: tableOf(decisionsFor(terms, shown, origin).values()),
    other: (feature) => decisionFor(terms, shown, feature, origin),
    limits: limitsOf(terms, shown),
  };
}

/** Nothing signed was ever seen: the application itself has said what then. */
export function answersUnsigned({ whenNothingSigned }: Pick<Settings, 'whenNothingSigned'>): Answers {
  return { table: EMPTY, other: (feature) => noSignedWord(feature, whenNothingSigned === 'allow'), limits: NO_LIMITS };
}

/** A signed "no" to somebody who holds nothing, or holds nothing any more: nothing is allowed, and the verdict says why. */
export function answersRefused({ verdict, code, reason, iatMs, effectiveAt }: VerdictClaims): Answers {
  const isPath = verdict === 'suspended' || verdict === 'revoked';
  const isAboutSeats = verdict !== 'holder-removed' && code !== 'not-started';
  const facts = {
    tier: NONE,
    code: isAboutSeats ? 'not-in-tier' : (code as 'not-started' | 'holder-removed'),
    reason,
    cause: isPath ? verdict : isAboutSeats ? 'seats' : 'none',
    since: effectiveAt,
    source: 'server',
    asOf: iatMs,
  } as const;
  return { table: EMPTY, other: (feature) => Object.freeze({ ...noSignedWord(feature, false), ...facts }), limits: NO_LIMITS };
}
