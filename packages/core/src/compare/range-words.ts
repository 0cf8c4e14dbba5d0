/** Ranges of states as people say them: "from 14 to 30 days after the end". */
import { durationWords } from '../format-instant.ts';
import { formatDuration } from '../policy/durations.ts';
import type { Policy, TimedCause } from '../policy/policy.ts';
import type { Milliseconds } from '../time.ts';
import type { StateRange } from './policy-difference.ts';
import type { Situation } from './ranges.ts';

const BEGINNING: Readonly<Record<TimedCause, string>> = {
  expiry: 'the end',
  unreachable: 'the last signed word',
  suspended: 'suspension',
  revoked: 'revocation',
  trust: 'the loss of trust',
  identity: 'the change of the machine',
  clock: 'the clock fell behind',
};

/** Units of use come from the policies. */
export function rangeWords(range: StateRange, policies: readonly Policy[]): string {
  if (range.cause === 'quota') return quotaWords(range, policies);
  if (range.cause === 'seats') return seatWords(range);
  const { from, until } = range;
  const beginning = BEGINNING[range.cause];
  if (from === null) return until === null ? 'always' : `until ${pointWords(until, beginning)}`;
  if (until === null) return `from ${pointWords(from, beginning)} on`;
  if (from !== 0 && until !== 0 && from < 0 === until < 0) return `from ${exactWords(from)} to ${pointWords(until, beginning)}`;
  return `from ${pointWords(from, beginning)} to ${pointWords(until, beginning)}`;
}

function pointWords(at: Milliseconds, beginning: string): string {
  if (at === 0) return beginning;
  return `${exactWords(at)} ${at < 0 ? 'before' : 'after'} ${beginning}`;
}

/** Words where they are exact; else the notation of policies, which always is. */
export function exactWords(ms: Milliseconds): string {
  const length = Math.abs(ms);
  const words = durationWords(length);
  const said = [...words.matchAll(/(\d+) (day|hour|minute|second)s?/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * MS[unit as Unit],
    0,
  );
  return said === length ? words : formatDuration(length);
}

const MS = { day: 86_400_000, hour: 3_600_000, minute: 60_000, second: 1_000 } as const;
type Unit = keyof typeof MS;

function quotaWords({ meter, from, until }: StateRange, policies: readonly Policy[]): string {
  const unit = policies.flatMap(({ meters }) => meters.filter(({ name }) => name === meter))[0]?.unit ?? '';
  const amount = (value: number) => `${value}${unit === '' ? '' : ` ${unit}`}`;
  if (until === null) return `from ${amount(from ?? 0)} of ${meter} on`;
  return `from ${amount(from ?? 0)} to under ${amount(until)} of ${meter}`;
}

function seatWords({ from, until, overage }: StateRange): string {
  const first = from ?? 0;
  const seats =
    until === null
      ? `${first} or more seats in use`
      : until - 1 === first
        ? `${first} seat${first === 1 ? '' : 's'} in use`
        : `${first} to ${until - 1} seats in use`;
  if (overage === null) return `with ${seats}`;
  const { from: opened, until: closes } = overage;
  if (opened === 0) return `with ${seats} and overage open for less than ${closes === null ? 'ever' : exactWords(closes)}`;
  const since = `and overage opened ${exactWords(opened)} ${closes === null ? 'or longer' : `to ${exactWords(closes)}`} ago`;
  return `with ${seats} ${since}`;
}

/** Several causes at once, each at the beginning of its range. */
export function situationWords({ expiresInMs, elapsedMs, usage, seatsUsed }: Situation, still: Situation): string {
  const parts = [
    ...(expiresInMs === still.expiresInMs ? [] : [pointWords(-expiresInMs, BEGINNING.expiry)]),
    ...Object.entries(elapsedMs).map(([cause, ms]) => pointWords(ms, BEGINNING[cause as TimedCause])),
    ...usage.map(({ meter, used }) => `${used} of ${meter} used`),
    ...(seatsUsed === null ? [] : [`${seatsUsed} seats in use`]),
  ];
  return `at once ${parts.join(' and ')}`;
}
