/**
 * What seats must never do: more in force than there are, taken from a holder within its hold, epochs that fall, leases forgotten.
 *
 * A seat counts only while it is surely held: from when its holder has the signed lease in hand until its hold and the reap
 * margin have passed, less what two nodes' clocks may differ by. Every doubt ends it earlier: a release that was sent may have
 * freed the seat from then on, a copy of it that a paused node kept may do so much later. So nothing found here is an
 * artefact of who asked when, and a seat granted twice for a moment shorter than these doubts is not found.
 */
import { compareCounters } from '../packages/core/src/index.ts';
import { type AuditRow, type LeaseCall, type LicenseRules, MARGIN_MS, SKEW_MS, type Violation } from './history.ts';

const HOLDERS_SHOWN = 4;

interface Held {
  readonly client: string;
  readonly seat: 'granted' | 'overage';
  readonly from: number;
  readonly until: number;
}

/** Grants of one client, in its own order; `calls` are of one license and client, by when they were sent. */
function heldBy(calls: readonly LeaseCall[]): readonly Held[] {
  const held: Held[] = [];
  let open: Held | null = null;
  const close = (at: number): void => {
    if (open !== null && Math.min(open.until, at) > open.from) held.push({ ...open, until: Math.min(open.until, at) });
    open = null;
  };
  for (const call of calls) {
    const { answer } = call;
    if (call.op === 'release' || answer.kind === 'verdict') close(call.sentAt);
    if (answer.kind !== 'lease') continue;
    close(answer.seat === 'none' ? call.sentAt : call.doneAt);
    if (answer.seat === 'none' || mayBeReleased(calls, call)) continue;
    open = { client: call.client, seat: answer.seat, from: call.doneAt, until: answer.hold + MARGIN_MS - SKEW_MS };
  }
  close(Number.POSITIVE_INFINITY);
  return held;
}

/** A release that showed this epoch or a later one was sent before: a late copy of it frees this lease too. */
function mayBeReleased(calls: readonly LeaseCall[], { answer, doneAt }: LeaseCall): boolean {
  if (answer.kind !== 'lease') return true;
  return calls.some(
    ({ op, epoch, sentAt }) => op === 'release' && sentAt <= doneAt && epoch !== null && compareCounters(epoch, answer.epoch) >= 0,
  );
}

export function checkSeats(rules: readonly LicenseRules[], calls: readonly LeaseCall[]): readonly Violation[] {
  return rules.flatMap((rule) => {
    if (rule.limit === null) return [];
    const held = byClient(calls, rule.license).flatMap(heldBy);
    const outside = held.filter(({ client }) => !rule.members.includes(client));
    const granted = held.filter(({ seat }) => seat === 'granted');
    return [
      ...over(rule, held, rule.limit + rule.overage, 'seats in force'),
      ...over(rule, granted, rule.limit, 'seats within the limit in force'),
      ...(rule.reserved === 0 ? [] : over(rule, outside, rule.limit - rule.reserved + rule.overage, 'seats of others than the group')),
    ];
  });
}

/** The first instant with more at once than allowed. */
function over({ license, name }: LicenseRules, held: readonly Held[], most: number, what: string): readonly Violation[] {
  const steps = held.flatMap((one) => [
    { at: one.from, by: 1, one },
    { at: one.until, by: -1, one },
  ]);
  // What ends at an instant ends before what begins then.
  steps.sort((a, b) => a.at - b.at || a.by - b.by);
  const present = new Set<Held>();
  for (const { at, by, one } of steps) {
    if (by > 0) present.add(one);
    else present.delete(one);
    if (present.size <= most) continue;
    const last = [...present].slice(-HOLDERS_SHOWN).map(({ client, from, until }) => `${client} [${from}, ${until})`);
    const who = `the last of them ${last.join(', ')}`;
    return [{ broken: 'too-many-seats', license, message: `${name}: ${present.size} ${what} at ${at}, of at most ${most}: ${who}` }];
  }
  return [];
}

/** Nobody is told that its seat is gone, and no seat is called silent, before the hold and its margin are over. */
export function checkHolds(calls: readonly LeaseCall[], audit: readonly AuditRow[]): readonly Violation[] {
  return [...groups(calls).flatMap(toldEarly), ...reapedEarly(calls, audit)];
}

function toldEarly(calls: readonly LeaseCall[]): readonly Violation[] {
  let hold: number | null = null;
  const found: Violation[] = [];
  for (const call of calls) {
    const { answer } = call;
    if (call.op === 'release') hold = null;
    const isGone = call.op !== 'release' && (answer.kind === 'verdict' || (answer.kind === 'lease' && answer.seat === 'none'));
    if (isGone && hold !== null && call.doneAt < hold + MARGIN_MS - SKEW_MS) {
      const told = answer.kind === 'verdict' ? answer.code : 'a lease without a seat';
      const message = `${call.client} was told ${told} at ${call.doneAt}; its hold lasted until ${hold}, and ${MARGIN_MS} ms more`;
      found.push({ broken: 'early-reap', license: call.license, message });
    }
    if (isGone) hold = null;
    if (answer.kind === 'lease' && answer.seat === 'granted' && !mayBeReleased(calls, call)) hold = answer.hold;
  }
  return found;
}

/** The instants of a hold and of a reaping are both written by nodes: here no clock is in doubt, only which came first. */
function reapedEarly(calls: readonly LeaseCall[], audit: readonly AuditRow[]): readonly Violation[] {
  const words = new Map<string, { readonly call: LeaseCall; readonly hold: number }[]>();
  for (const call of calls) {
    if (call.answer.kind !== 'lease') continue;
    const { lease, hold } = call.answer;
    words.set(lease, [...(words.get(lease) ?? []), { call, hold }]);
  }
  return audit
    .filter(({ action }) => action === 'lease.reaped')
    .flatMap(({ subject, at }): readonly Violation[] => {
      const broken = words.get(subject)?.find(({ call, hold }) => call.doneAt + SKEW_MS <= at && at < hold + MARGIN_MS);
      if (broken === undefined) return [];
      const { license, client, doneAt } = broken.call;
      const message = `${client}'s lease ${subject} was reaped at ${at}; a lease that it got at ${doneAt} holds until ${broken.hold}`;
      return [{ broken: 'early-reap', license, message }];
    });
}

/** Epochs per holder and `seq` per license never fall, from an answer to one that was asked for after it. */
export function checkCounters(calls: readonly LeaseCall[]): readonly Violation[] {
  const epochs = groups(calls).flatMap((own) =>
    fallen(own.flatMap(({ answer, sentAt, doneAt }) => (answer.kind === 'lease' ? [{ sentAt, doneAt, counter: answer.epoch }] : []))).map(
      (message): Violation => ({ broken: 'epoch-fell', license: own[0]?.license ?? '', message: `${own[0]?.client}: ${message}` }),
    ),
  );
  const licenses = [...new Set(calls.map(({ license }) => license))];
  const seqs = licenses.flatMap((license) =>
    fallen(
      calls.flatMap(({ answer, sentAt, doneAt, license: of }) =>
        of === license && (answer.kind === 'lease' || answer.kind === 'verdict') ? [{ sentAt, doneAt, counter: answer.seq }] : [],
      ),
    ).map((message): Violation => ({ broken: 'seq-fell', license, message })),
  );
  return [...epochs, ...seqs];
}

interface Counted {
  readonly sentAt: number;
  readonly doneAt: number;
  readonly counter: { readonly incarnation: number; readonly count: number };
}

function fallen(told: readonly Counted[]): readonly string[] {
  const bySent = told.toSorted((a, b) => a.sentAt - b.sentAt);
  const byDone = told.toSorted((a, b) => a.doneAt - b.doneAt);
  let next = 0;
  let highest: Counted | null = null;
  for (const one of bySent) {
    for (let before = byDone[next]; before !== undefined && before.doneAt < one.sentAt; before = byDone[++next]) {
      if (highest === null || compareCounters(before.counter, highest.counter) > 0) highest = before;
    }
    if (highest === null || compareCounters(one.counter, highest.counter) >= 0) continue;
    const [was, is] = [highest.counter, one.counter];
    return [`${is.incarnation}.${is.count} at ${one.doneAt}, after ${was.incarnation}.${was.count} was told at ${highest.doneAt}`];
  }
  return [];
}

/** The calls of one license, by client, each in its own order. */
function byClient(calls: readonly LeaseCall[], license: string): readonly (readonly LeaseCall[])[] {
  return groups(calls.filter((call) => call.license === license));
}

/** By license and client, each in its own order. */
export function groups(calls: readonly LeaseCall[]): readonly (readonly LeaseCall[])[] {
  const found = new Map<string, LeaseCall[]>();
  for (const call of calls) {
    const key = `${call.license} ${call.client}`;
    const own = found.get(key);
    if (own === undefined) found.set(key, [call]);
    else own.push(call);
  }
  return [...found.values()].map((own) => own.toSorted((a, b) => a.sentAt - b.sentAt));
}
