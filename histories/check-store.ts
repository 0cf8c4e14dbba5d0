/**
 * What the store must say at the end: it knows every lease that was acknowledged, its counts are those of its rows, and its
 * audit log adds up to them.
 */
import { compareCounters } from '../packages/core/src/index.ts';
import { groups } from './check-seats.ts';
import type { AuditRow, LeaseCall, LeaseRow, LeaseTold, LicenseRules, Truth, Violation } from './history.ts';

/** No lease that was acknowledged is unknown later: not to the holder that renews it, and not in the store. */
export function checkLeases(calls: readonly LeaseCall[], { leases }: Truth): readonly Violation[] {
  const rows = new Map(leases.map((row) => [row.id, row]));
  return groups(calls).flatMap((own) => {
    const told = own.filter((call): call is LeaseCall & { answer: LeaseTold } => call.answer.kind === 'lease');
    const last = told.at(-1);
    if (last === undefined) return [];
    const { license, client } = last;
    const found: Violation[] = [];
    const first = told[0]?.doneAt ?? Number.POSITIVE_INFINITY;
    const unknown = own.find(({ answer, sentAt }) => answer.kind === 'verdict' && answer.code === 'lease-unknown' && sentAt > first);
    if (unknown !== undefined)
      found.push({ broken: 'lease-lost', license, message: `${client} had a lease and was told lease-unknown at ${unknown.doneAt}` });
    const row = rows.get(last.answer.lease);
    if (row === undefined) found.push({ broken: 'lease-lost', license, message: `${client}'s ${last.answer.lease} is not in the store` });
    else if (compareCounters(row.epoch, last.answer.epoch) < 0) {
      const message = `${client}'s ${row.id} has an epoch older than the one that was told at ${last.doneAt}`;
      found.push({ broken: 'lease-lost', license, message });
    }
    return found;
  });
}

/** Counts are those of the rows, and what the audit log says was taken and given back adds up to them, lease by lease. */
export function checkCounts(rules: readonly LicenseRules[], truth: Truth): readonly Violation[] {
  const taken = new Map<string, number>();
  for (const entry of truth.audit) taken.set(entry.subject, (taken.get(entry.subject) ?? 0) + moveOf(entry));
  return rules.flatMap(({ license, name, limit }) => {
    if (limit === null) return [];
    const rows = truth.leases.filter((row) => row.license === license);
    const count = (state: string) => rows.filter((row) => row.state === state && row.kind !== null).length;
    const seats = truth.seats.find((one) => one.license === license);
    const found: Violation[] = [];
    if (seats?.granted !== count('granted') || seats.overage !== count('overage')) {
      const message = `${name} counts ${seats?.granted} granted and ${seats?.overage} overage; its rows are ${count('granted')} and ${count('overage')}`;
      found.push({ broken: 'counts-wrong', license, message });
    }
    const wrong = rows.find((row) => (taken.get(row.id) ?? 0) !== (isSeated(row) ? 1 : 0));
    if (wrong !== undefined) {
      const message = `${name}: the audit log of ${wrong.id} adds up to ${taken.get(wrong.id) ?? 0} seats, and it is ${wrong.state}`;
      found.push({ broken: 'audit-wrong', license, message });
    }
    return found;
  });
}

function isSeated({ state, kind }: LeaseRow): boolean {
  return (state === 'granted' || state === 'overage') && kind !== null;
}

/** What an entry does to the seats in use of its lease. */
function moveOf({ action, was }: AuditRow): number {
  if (action === 'lease.acquired' || action === 'lease.regained') return 1;
  // Out of overage it had a seat already.
  if (action === 'lease.promoted') return was === 'overage' ? 0 : 1;
  if (action === 'lease.reaped' || action === 'lease.released') return was === 'granted' || was === 'overage' ? -1 : 0;
  return 0;
}
