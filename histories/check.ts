/** Judges a history. Pure: the same history, the same verdict; what happened in between is nobody's excuse. */
import { checkCounters, checkHolds, checkSeats } from './check-seats.ts';
import { checkCounts, checkLeases } from './check-store.ts';
import { checkUsage } from './check-usage.ts';
import type { History, Violation } from './history.ts';

export function check({ rules, calls, usage, truth, unhealed }: History): readonly Violation[] {
  return [
    ...checkSeats(rules, calls),
    ...checkHolds(calls, truth.audit),
    ...checkCounters(calls),
    ...checkLeases(calls, truth),
    ...checkCounts(rules, truth),
    ...checkUsage(usage, truth),
    ...unhealed.map((message): Violation => ({ broken: 'not-healed', license: '', message })),
  ];
}
