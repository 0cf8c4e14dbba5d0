/**
 * Stores that break one promise each, made around one that keeps them all. The contract must find every one of them, and
 * each of its clauses must find at least one: a clause that stays green under all of them guards nothing.
 */
import type { Store } from '@glidepath/core';
import { PLANTED_IN_AUDIT_LOG } from './planted-audit-log.ts';
import { PLANTED_IN_COMMITS } from './planted-commits.ts';
import { PLANTED_IN_GROUPS } from './planted-groups.ts';
import { PLANTED_IN_READS } from './planted-reads.ts';
import { PLANTED_IN_RUNWAYS } from './planted-runways.ts';
import { PLANTED_IN_USAGE } from './planted-usage.ts';

export interface Planted {
  /** What is wrong with the store. */
  readonly wrong: string;
  /** The noun and the start of the promise of a clause that must find it. */
  readonly caughtBy: string;
  /** The wrong methods; they may use the right ones. */
  plant(right: Store): Partial<Store>;
}

export const PLANTED: readonly Planted[] = [
  ...PLANTED_IN_READS,
  ...PLANTED_IN_COMMITS,
  ...PLANTED_IN_GROUPS,
  ...PLANTED_IN_USAGE,
  ...PLANTED_IN_RUNWAYS,
  ...PLANTED_IN_AUDIT_LOG,
];

/** The right store with some methods replaced. */
export function storeAround(right: Store, wrong: Partial<Store>): Store {
  return {
    get: (table, id) => right.get(table, id),
    find: (table, where, page) => right.find(table, where, page),
    count: (table, where) => right.count(table, where),
    leaseSituations: (asks, at) => right.leaseSituations(asks, at),
    commitAll: (changes) => right.commitAll(changes),
    inTurn: (license, work) => right.inTurn(license, work),
    countUsage: (events) => right.countUsage(events),
    balances: (keys, now) => right.balances(keys, now),
    openReservations: (license, now) => right.openReservations(license, now),
    usageEvents: (license, meter, span, page) => right.usageEvents(license, meter, span, page),
    forgetOld: (before, limit) => right.forgetOld(before, limit),
    licensesWithLapsedHolds: (reapBefore, limit) => right.licensesWithLapsedHolds(reapBefore, limit),
    worstRunways: (environment, limit) => right.worstRunways(environment, limit),
    unsealedAudit: (after, limit) => right.unsealedAudit(after, limit),
    auditEntries: (ids) => right.auditEntries(ids),
    commit: (change) => right.commit(change),
    now: () => right.now(),
    close: () => right.close(),
    ...wrong,
  };
}
