/** Measures a store from outside: every read and commit, with its outcome. Changes nothing. */
import type { Clock, CommitResult, Store } from '@glidepath/core';
import type { Metrics } from './metrics.ts';

export function timedStore(store: Store, clock: Pick<Clock, 'monotonic'>, metrics: Pick<Metrics, 'observeStore'>): Store {
  async function timed<T>(operation: keyof Store, work: () => Promise<T>): Promise<T> {
    const began = clock.monotonic();
    let outcome: 'ok' | 'conflict' | 'failed' = 'failed';
    try {
      const result = await work();
      outcome = operation === 'commit' && !(result as CommitResult).ok ? 'conflict' : 'ok';
      return result;
    } finally {
      metrics.observeStore(operation, outcome, clock.monotonic() - began);
    }
  }
  return {
    get: (table, id) => timed('get', () => store.get(table, id)),
    find: (table, where, page) => timed('find', () => store.find(table, where, page)),
    count: (table, where) => timed('count', () => store.count(table, where)),
    leaseSituations: (asks, at) => timed('leaseSituations', () => store.leaseSituations(asks, at)),
    commitAll: (changes) => timed('commitAll', () => store.commitAll(changes)),
    inTurn: (license, work) => timed('inTurn', () => store.inTurn(license, work)),
    countUsage: (events) => timed('countUsage', () => store.countUsage(events)),
    balances: (keys, now) => timed('balances', () => store.balances(keys, now)),
    openReservations: (license, now) => timed('openReservations', () => store.openReservations(license, now)),
    usageEvents: (license, meter, span, page) => timed('usageEvents', () => store.usageEvents(license, meter, span, page)),
    forgetOld: (before, limit) => timed('forgetOld', () => store.forgetOld(before, limit)),
    licensesWithLapsedHolds: (reapBefore, limit) =>
      timed('licensesWithLapsedHolds', () => store.licensesWithLapsedHolds(reapBefore, limit)),
    worstRunways: (environment, limit) => timed('worstRunways', () => store.worstRunways(environment, limit)),
    unsealedAudit: (after, limit) => timed('unsealedAudit', () => store.unsealedAudit(after, limit)),
    auditEntries: (ids) => timed('auditEntries', () => store.auditEntries(ids)),
    commit: (change) => timed('commit', () => store.commit(change)),
    now: () => timed('now', () => store.now()),
    close: () => store.close(),
  };
}
