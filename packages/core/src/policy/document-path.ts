/** The shape of the glide path: per cause a list of rungs. */
import { DURATION_MAX_MS, PERCENT_MAX } from './durations.ts';
import type { Severity } from './policy.ts';
import { list, mapping, may, must, namedItems, type Reader } from './reading.ts';
import { duration, freeKey, oneOf, percent, refused, tierReference } from './values.ts';

export const SEVERITIES = ['info', 'warning', 'critical'] as const satisfies readonly Severity[];

export const RUNGS_MAX = 64;
export const QUOTA_PATHS_MAX = 200;

/** Where a rung stands: elapsed time, lead times before the end, or a share of a limit. */
export type At = { readonly ms: number } | { readonly leadTimes: number } | { readonly percent: number };

export const LEAD_TIMES_PATTERN = '^[1-9][0-9]{0,2}x leadTime$';
const LEAD_TIMES = new RegExp(LEAD_TIMES_PATTERN);

const elapsed = atOf(duration(0), (ms) => ({ ms }));
const beforeOrAfter = atOf(duration(-DURATION_MAX_MS), (ms) => ({ ms }));
const share = atOf(percent(0, PERCENT_MAX), (percent) => ({ percent }));

/** The expiry path alone may begin before its instant, by durations or by the lead time of a held license. */
const expiryAt: Reader<At> = (place) => (isLeadTimes(place.value) ? { leadTimes: Number.parseInt(place.value, 10) } : beforeOrAfter(place));

const timedAt: Reader<At> = (place) =>
  isLeadTimes(place.value)
    ? refused(place, 'lead-time-outside-expiry', 'a lead time counts back from the end of a license', 'a duration, such as `14d`')
    : elapsed(place);

/** Seats are everybody's business, so that what they take away is `whenFull`, and hits the newcomer only. */
const notHere: Reader<string> = (place) =>
  refused(place, 'seats-path-takes-tier', 'the seats path only notifies', 'no `tier`; what a full license gives is `whenFull` of the plan');

const rungs = (at: Reader<At>, tier: Reader<string> = tierReference) =>
  list(mapping({ at: must(at), tier: may(tier), notify: may(oneOf(SEVERITIES)) }), { atLeast: 0, atMost: RUNGS_MAX });

export const glidePath = mapping({
  expiry: must(rungs(expiryAt)),
  unreachable: must(rungs(timedAt)),
  suspended: may(rungs(timedAt)),
  revoked: may(rungs(timedAt)),
  trust: may(rungs(timedAt)),
  identity: may(rungs(timedAt)),
  clock: may(rungs(timedAt)),
  seats: may(rungs(share, notHere)),
  quota: may(namedItems(freeKey, rungs(share), { atLeast: 0, atMost: QUOTA_PATHS_MAX })),
});

function atOf(read: Reader<number>, make: (value: number) => At): Reader<At> {
  return (place) => {
    const value = read(place);
    return value === undefined ? undefined : make(value);
  };
}

function isLeadTimes(value: unknown): value is string {
  return typeof value === 'string' && LEAD_TIMES.test(value);
}
