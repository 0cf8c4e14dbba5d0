/**
 * What the meter must never do: lose an event that it acknowledged, count one twice, or say a balance that is not the fold of
 * the events that the store lists.
 */
import type { Balance, EventRow, EventSent, Truth, UsageCall, Violation } from './history.ts';

interface Sent {
  readonly license: string;
  readonly event: EventSent;
  readonly counted: number;
  readonly duplicates: number;
  /** Calls that nobody answered: each may have counted it. */
  readonly unanswered: number;
}

export function checkUsage(calls: readonly UsageCall[], truth: Truth): readonly Violation[] {
  const sent = allSent(calls);
  const listed = new Map<string, number>();
  for (const row of truth.events) listed.set(keyOf(row), (listed.get(keyOf(row)) ?? 0) + 1);
  const events = [...sent.values()].flatMap((one) => checkEvent(one, listed.get(`${one.license} ${one.event.id}`) ?? 0));
  const strangers = truth.events
    .filter((row) => !sent.has(keyOf(row)))
    .slice(0, 3)
    .map(({ license, id }): Violation => ({ broken: 'event-from-nowhere', license, message: `the store lists ${id}, which nobody sent` }));
  return [
    ...events,
    ...altered(sent, truth.events),
    ...strangers,
    ...truth.balances.flatMap((balance) => checkBalance(balance, truth.events)),
  ];
}

const keyOf = ({ license, id }: Pick<EventRow, 'license' | 'id'>): string => `${license} ${id}`;

function allSent(calls: readonly UsageCall[]): ReadonlyMap<string, Sent> {
  const sent = new Map<string, Sent>();
  for (const { license, events, outcomes } of calls) {
    for (const [place, event] of events.entries()) {
      const key = `${license} ${event.id}`;
      const before = sent.get(key) ?? { license, event, counted: 0, duplicates: 0, unanswered: 0 };
      const outcome = outcomes === null ? null : outcomes[place];
      sent.set(key, {
        ...before,
        counted: before.counted + (outcome === 'counted' ? 1 : 0),
        duplicates: before.duplicates + (outcome === 'duplicate' ? 1 : 0),
        unanswered: before.unanswered + (outcome === null ? 1 : 0),
      });
    }
  }
  return sent;
}

function checkEvent({ license, event, counted, duplicates, unanswered }: Sent, listed: number): readonly Violation[] {
  const found: Violation[] = [];
  const say = (broken: Violation['broken'], message: string) => found.push({ broken, license, message: `${event.id}: ${message}` });
  if (counted > 1) say('event-counted-twice', `was acknowledged as new ${counted} times`);
  if (listed > 1) say('event-counted-twice', `the store lists it ${listed} times`);
  if (counted + duplicates > 0 && listed === 0) say('event-lost', 'was acknowledged, and the store does not list it');
  if (counted === 0 && duplicates > 0 && unanswered === 0) say('event-lost', 'was called a duplicate, and never counted before');
  if (counted + duplicates + unanswered === 0 && listed > 0) say('event-counted-twice', 'was rejected, and the store lists it');
  return found;
}

/** An event is kept as it was sent. */
function altered(sent: ReadonlyMap<string, Sent>, rows: readonly EventRow[]): readonly Violation[] {
  return rows.flatMap((row): readonly Violation[] => {
    const event = sent.get(keyOf(row))?.event;
    if (event === undefined) return [];
    if (event.meter === row.meter && event.amount === row.amount && event.value === row.value && event.at === row.at) return [];
    return [{ broken: 'event-lost', license: row.license, message: `${row.id} is listed other than it was sent` }];
  });
}

function checkBalance(balance: Balance, rows: readonly EventRow[]): readonly Violation[] {
  const { license, meter, windowStart, resetsAt, used } = balance;
  const own = rows.filter((row) => row.license === license && row.meter === meter && row.at >= windowStart && row.at < resetsAt);
  const expected = foldOf(balance.aggregate, own);
  if (Math.abs(expected - used) < 1e-6) return [];
  return [
    {
      broken: 'balance-wrong',
      license,
      message: `${meter} says ${used}; its ${own.length} events add up to ${expected} (${balance.aggregate})`,
    },
  ];
}

function foldOf(aggregate: Balance['aggregate'], rows: readonly EventRow[]): number {
  if (aggregate === 'unique') return new Set(rows.map(({ value }) => value)).size;
  if (aggregate === 'max') return rows.reduce((most, { amount }) => Math.max(most, amount), 0);
  if (aggregate === 'last') return rows.toSorted(inOrder).at(-1)?.amount ?? 0;
  // In millionths, as whole numbers: a sum of decimals is exact or it is no witness.
  return rows.reduce((sum, { amount }) => sum + Math.round(amount * 1e6), 0) / 1e6;
}

/** The order in which `last` counts: by time, then by source and id. */
function inOrder(a: EventRow, b: EventRow): number {
  return a.at - b.at || compareText(a.source, b.source) || compareText(a.id, b.id);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
