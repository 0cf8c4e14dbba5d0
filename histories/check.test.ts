import { describe, expect, it } from 'vitest';
import { check } from './check.ts';
import type {
  AuditRow,
  EventOutcome,
  EventRow,
  EventSent,
  History,
  LeaseAnswer,
  LeaseCall,
  LeaseRow,
  LicenseRules,
  Truth,
  UsageCall,
} from './history.ts';

const RULES: LicenseRules = { license: 'lic', name: 'hot', limit: 1, overage: 0, reserved: 0, members: [] };
const TTL = 4_000;
const counter = (count: number) => ({ incarnation: 1, count });

interface Step {
  readonly client?: string;
  readonly op?: LeaseCall['op'];
  readonly at: number;
  /** How long the answer takes. */
  readonly tookMs?: number;
  readonly shown?: number;
  readonly answer: LeaseAnswer;
}

function call({ client = 'a', op = 'acquire', at, tookMs = 10, shown, answer }: Step): LeaseCall {
  const epoch = shown === undefined ? null : counter(shown);
  return { license: 'lic', client, op, nonce: `${client}-${at}`, node: 0, sentAt: at, doneAt: at + tookMs, epoch, answer };
}

/** A lease that was signed at `at`, for client `a` unless named. */
function lease(
  at: number,
  others: { client?: string; epoch?: number; seq?: number; seat?: 'granted' | 'overage' | 'none' } = {},
): LeaseAnswer {
  const { client = 'a', epoch = 1, seq = 1, seat = 'granted' } = others;
  return { kind: 'lease', lease: `lea-${client}`, epoch: counter(epoch), seq: counter(seq), iatMs: at, hold: at + TTL, seat };
}

const no = (code: string, seq = 1): LeaseAnswer => ({ kind: 'verdict', code, seq: counter(seq), iatMs: 0 });
const released: LeaseAnswer = { kind: 'released' };
const unknown: LeaseAnswer = { kind: 'unknown', why: 'no answer' };

const EMPTY: Truth = { seats: [], leases: [], audit: [], events: [], balances: [] };

function history(parts: Partial<Omit<History, 'truth'>> & { readonly truth?: Partial<Truth> }): History {
  const calls = parts.calls ?? [];
  const known = [...new Set(calls.flatMap(({ answer }) => (answer.kind === 'lease' ? [answer.lease] : [])))];
  // What is not the point of a test is in order: each lease ended, and was counted while it lasted.
  const leases = known.map((id): LeaseRow => ({ id, license: 'lic', state: 'reaped', kind: 'floating', epoch: counter(99) }));
  const audit = known.flatMap((id) => [entry('lease.acquired', id, 0), entry('lease.reaped', id, 1e9, 'granted')]);
  const truth = { ...EMPTY, leases, audit, seats: [{ license: 'lic', granted: 0, overage: 0 }], ...parts.truth };
  return { rules: [RULES], usage: [], unhealed: [], ...parts, calls, truth };
}

function entry(action: string, subject: string, at: number, was: string | null = null): AuditRow {
  return { action, subject, at, was };
}

const broken = (parts: Parameters<typeof history>[0]): readonly string[] => [...new Set(check(history(parts)).map((one) => one.broken))];

describe('the checker, of seats', () => {
  const acquired = call({ at: 0, answer: lease(5) });

  it('finds nothing wrong in a seat that goes from hand to hand', () => {
    const calls = [
      acquired,
      call({ at: 1_000, op: 'renew', shown: 1, answer: lease(1_005) }),
      call({ at: 2_000, op: 'release', shown: 1, answer: released }),
      call({ client: 'b', at: 2_100, answer: lease(2_105, { client: 'b' }) }),
      // Silent from here on; taken after hold and margin.
      call({ client: 'c', at: 8_200, answer: lease(8_205, { client: 'c' }) }),
    ];
    expect(broken({ calls })).toEqual([]);
  });

  it('finds a seat that two hold at once', () => {
    const second = call({ client: 'b', at: 2_000, answer: lease(2_005, { client: 'b' }) });
    expect(broken({ calls: [acquired, second] })).toEqual(['too-many-seats']);
  });

  it('lets the overage of the plan be, and finds what goes past it', () => {
    const rules = [{ ...RULES, overage: 1 }];
    const over = (client: string) => call({ client, at: 1_000, answer: lease(1_005, { client, seat: 'overage' }) });
    expect(broken({ rules, calls: [acquired, over('b')] })).toEqual([]);
    expect(broken({ rules, calls: [acquired, over('b'), over('c')] })).toEqual(['too-many-seats']);
  });

  it('finds two within the limit although there is overage', () => {
    const second = call({ client: 'b', at: 1_000, answer: lease(1_005, { client: 'b' }) });
    expect(broken({ rules: [{ ...RULES, overage: 1 }], calls: [acquired, second] })).toEqual(['too-many-seats']);
  });

  it("finds a group's reserved seat in another's hand", () => {
    const rules = [{ ...RULES, limit: 2, reserved: 1, members: ['m'] }];
    const other = (client: string) => call({ client, at: 1_000, answer: lease(1_005, { client }) });
    expect(broken({ rules, calls: [acquired, other('m')] })).toEqual([]);
    expect(broken({ rules, calls: [acquired, other('b')] })).toEqual(['too-many-seats']);
  });

  it('blames nobody for a seat whose release may have arrived, at once or late', () => {
    const lost = call({ at: 1_000, op: 'release', shown: 1, answer: unknown });
    const second = call({ client: 'b', at: 1_500, answer: lease(1_505, { client: 'b' }) });
    expect(broken({ calls: [acquired, lost, second] })).toEqual([]);
    const again = call({ at: 1_200, answer: lease(1_205) });
    expect(broken({ calls: [acquired, lost, again, second] })).toEqual([]);
    const anew = call({ at: 1_200, answer: lease(1_205, { epoch: 2 }) });
    expect(broken({ calls: [acquired, lost, anew, second] })).toEqual(['too-many-seats']);
  });

  it('finds a holder that is told its seat is gone within its hold, and within the margin', () => {
    const told = (at: number) => call({ at, op: 'renew', shown: 1, answer: no('superseded') });
    expect(broken({ calls: [acquired, told(3_000)] })).toEqual(['early-reap']);
    // Less than the clocks of two nodes may differ by.
    expect(broken({ calls: [acquired, told(4_500)] })).toEqual(['early-reap']);
    expect(broken({ calls: [acquired, told(6_100)] })).toEqual([]);
  });

  it('finds a lease that the audit log says was reaped before its end, even if its holder never heard', () => {
    const reapedAt = (at: number) => ({ audit: [entry('lease.acquired', 'lea-a', 0), entry('lease.reaped', 'lea-a', at, 'granted')] });
    expect(broken({ calls: [acquired], truth: reapedAt(4_100) })).toEqual(['early-reap']);
    expect(broken({ calls: [acquired], truth: reapedAt(6_004) })).toEqual(['early-reap']);
    expect(broken({ calls: [acquired], truth: reapedAt(6_005) })).toEqual([]);
  });

  it('finds an epoch that falls, and a seq that another holder saw higher', () => {
    const fell = call({ at: 1_000, op: 'renew', shown: 1, answer: lease(1_005, { epoch: 0 }) });
    expect(broken({ calls: [acquired, fell] })).toContain('epoch-fell');
    const higher = call({ client: 'b', at: 100, answer: no('no-seat', 2) });
    const lower = call({ at: 1_000, op: 'renew', shown: 1, answer: lease(1_005) });
    expect(broken({ calls: [acquired, higher, lower] })).toEqual(['seq-fell']);
  });

  it('says nothing of counters in answers that overlap', () => {
    const slow = call({ client: 'b', at: 0, tookMs: 5_000, answer: no('no-seat', 1) });
    const quick = call({ client: 'c', at: 100, answer: no('no-seat', 2) });
    expect(broken({ calls: [slow, quick] })).toEqual([]);
  });

  it('finds a lease that is forgotten: told so, gone from the store, or there with an older epoch', () => {
    const forgotten = call({ at: 7_000, op: 'renew', shown: 1, answer: no('lease-unknown') });
    expect(broken({ calls: [acquired, forgotten] })).toEqual(['lease-lost']);
    expect(broken({ calls: [acquired], truth: { leases: [], audit: [] } })).toEqual(['lease-lost']);
    const old = { id: 'lea-a', license: 'lic', state: 'reaped', kind: 'floating', epoch: counter(0) };
    expect(broken({ calls: [acquired], truth: { leases: [old] } })).toEqual(['lease-lost']);
  });

  it('finds counts that are not those of the rows, and an audit log that does not add up to them', () => {
    const row = { id: 'lea-a', license: 'lic', state: 'granted', kind: 'floating', epoch: counter(1) };
    const audit = [entry('lease.acquired', 'lea-a', 0)];
    const seats = [{ license: 'lic', granted: 1, overage: 0 }];
    expect(broken({ calls: [acquired], truth: { leases: [row], audit, seats } })).toEqual([]);
    expect(broken({ calls: [acquired], truth: { leases: [row], audit } })).toEqual(['counts-wrong']);
    expect(broken({ calls: [acquired], truth: { leases: [row], audit: [], seats } })).toEqual(['audit-wrong']);
  });

  it('passes on who was not healed', () => {
    expect(broken({ unhealed: ['a got no answer'] })).toEqual(['not-healed']);
  });
});

describe('the checker, of usage', () => {
  const event = (id: string, amount = 1): EventSent => ({ id, meter: 'minutes', at: 100, amount, value: null });
  const sent = (events: readonly EventSent[], outcomes: readonly EventOutcome[] | null): UsageCall => ({
    ...{ license: 'lic', client: 'a', node: 0, sentAt: 0, doneAt: 10, events, outcomes },
  });
  const row = (one: EventSent): EventRow => ({ ...one, license: 'lic', source: 'a' });
  const balance = (used: number, others: object = {}) => ({
    ...{ license: 'lic', meter: 'minutes', aggregate: 'sum' as const, used, windowStart: 0, resetsAt: 1_000 },
    ...others,
  });

  it('finds nothing wrong in events that were counted, tried again, or never answered', () => {
    const usage = [
      sent([event('1'), event('2')], null),
      sent([event('1'), event('2')], ['duplicate', 'counted']),
      sent([event('3')], null),
    ];
    expect(broken({ usage, truth: { events: [row(event('1')), row(event('2'))], balances: [balance(2)] } })).toEqual([]);
  });

  it('finds an acknowledged event that is lost, and one that is called a duplicate and never was', () => {
    expect(broken({ usage: [sent([event('1')], ['counted'])] })).toEqual(['event-lost']);
    const usage = [sent([event('1')], ['duplicate'])];
    expect(broken({ usage, truth: { events: [row(event('1'))] } })).toEqual(['event-lost']);
  });

  it('finds an event that counts twice: told so, listed so, or under an id that nobody sent', () => {
    const twice = [sent([event('1')], ['counted']), sent([event('1')], ['counted'])];
    expect(broken({ usage: twice, truth: { events: [row(event('1'))] } })).toEqual(['event-counted-twice']);
    const once = [sent([event('1')], ['counted'])];
    expect(broken({ usage: once, truth: { events: [row(event('1')), row(event('1'))] } })).toEqual(['event-counted-twice']);
    expect(broken({ usage: once, truth: { events: [row(event('1')), row(event('1-again'))] } })).toEqual(['event-from-nowhere']);
  });

  it('finds a rejected event in the store, and one that was altered', () => {
    expect(broken({ usage: [sent([event('1')], ['rejected'])], truth: { events: [row(event('1'))] } })).toEqual(['event-counted-twice']);
    expect(broken({ usage: [sent([event('1')], ['counted'])], truth: { events: [row(event('1', 2))] } })).toEqual(['event-lost']);
  });

  it('folds each aggregate by itself, over its own window', () => {
    const events = [
      { ...event('1', 0.1), at: 100 },
      { ...event('2', 0.2), at: 300 },
      { ...event('3', 7), at: 200 },
      { ...event('4', 9), at: 1_000 },
    ];
    const usage = [sent(events, ['counted', 'counted', 'counted', 'counted'])];
    const says = (aggregate: 'sum' | 'max' | 'last', used: number) =>
      broken({ usage, truth: { events: events.map(row), balances: [balance(used, { aggregate })] } });
    expect([says('sum', 7.3), says('max', 7), says('last', 0.2)]).toEqual([[], [], []]);
    expect([says('sum', 7.4), says('max', 9), says('last', 7)]).toEqual([['balance-wrong'], ['balance-wrong'], ['balance-wrong']]);
    const people = ['x', 'y', 'x'].map((value, at): EventSent => ({ ...event(`p${at}`, 0), value }));
    const seen = { events: people.map(row), balances: [balance(2, { aggregate: 'unique' })] };
    expect(broken({ usage: [sent(people, ['counted', 'counted', 'counted'])], truth: seen })).toEqual([]);
  });
});
