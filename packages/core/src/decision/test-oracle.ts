/**
 * DESIGN §4's semantics once more, sentence by sentence and slowly: no courses, no steps, no table. What the decision is
 * compared with; whoever changes one of the two has to say why the other was wrong.
 */
import { CAUSE_ORDER, type Cause, type Notify, type Rung, type TimedCause } from '../policy/policy.ts';
import type { Instant } from '../time.ts';
import type { Observations, Terms } from './terms.ts';

const DWELL = 86_400_000;
const LOUDNESS: readonly Notify[] = ['none', 'info', 'warning', 'critical'];

export interface Plain {
  readonly tier: number | null;
  readonly cause: Cause;
  readonly notify: Notify;
}

export function plainly(terms: Terms, observations: Observations, now: Instant): Plain {
  if (now < terms.startsAt) return { tier: null, cause: 'none', notify: 'none' };
  const lease = leaseTier(terms, observations, now);
  const tiers: [Cause, number | null][] = CAUSE_ORDER.map((cause) => [cause, tierOf(cause, terms, observations, now, lease)]);
  const tier = Math.max(lease, ...tiers.map(([, taken]) => taken ?? 0));
  const cause = tier <= terms.planTier ? 'none' : (tiers.find(([, taken]) => taken === tier)?.[0] ?? 'none');
  return { tier, cause, notify: notifyOf(terms, observations, now) };
}

function elapsed(cause: Cause, terms: Terms, o: Observations, now: Instant): number | null {
  const from: Partial<Record<Cause, Instant | null>> = {
    expiry: terms.expiresAt,
    unreachable: o.lastSignedWordAt,
    suspended: o.suspendedAt,
    revoked: o.revokedAt,
    trust: o.trustLostAt,
    identity: o.identityChangedAt,
    clock: o.clockBehindAt,
  };
  const at = from[cause];
  return at === null || at === undefined ? null : now - at;
}

function reachedRungs(cause: Cause, terms: Terms, o: Observations, now: Instant): readonly Rung[] {
  const since = elapsed(cause, terms, o, now);
  return since === null ? [] : (terms.path.timed[cause as TimedCause] ?? []).filter(({ at }) => at <= since);
}

function tierOf(cause: Cause, terms: Terms, o: Observations, now: Instant, lease: number): number | null {
  if (cause === terms.tierCause) return lease;
  if (cause === 'quota') return quotaTier(terms, o, now);
  return reachedRungs(cause, terms, o, now).findLast(({ tier }) => tier !== undefined)?.tier ?? null;
}

function usedAt(use: Observations['usage'][number], now: Instant): number {
  return use.resetsAt !== null && now >= use.resetsAt ? 0 : use.used;
}

function quotaTier(terms: Terms, o: Observations, now: Instant): number | null {
  const base = Math.min(terms.planTier, terms.tier, ...terms.lowered.map(({ from }) => from));
  let worst: number | null = null;
  for (const use of o.usage) {
    const reached = (terms.path.quota[use.meter] ?? [])
      .map((rung, position) => ({ ...rung, receivedAt: use.receivedAt[position] ?? Number.NEGATIVE_INFINITY }))
      .filter(({ percent }) => usedAt(use, now) * 100 >= percent * use.limit);
    const receipt = (k: number) => reached.find(({ tier }) => tier !== undefined && tier >= k)?.receivedAt;
    const bites = (k: number): number => (k <= base ? Number.NEGATIVE_INFINITY : Math.max(receipt(k) ?? 0, bites(k - 1)) + DWELL);
    for (let k = base + 1; receipt(k) !== undefined; k++) if (bites(k) <= now) worst = Math.max(worst ?? 0, k);
  }
  return worst;
}

function leaseTier(terms: Terms, o: Observations, now: Instant): number {
  const inForce = terms.lowered.map(({ id, from, effectiveAt }) => {
    const receivedAt = o.loweringReceivedAt[id];
    if (receivedAt === undefined || from >= terms.tier) return terms.tier;
    const days = Math.floor((now - Math.max(receivedAt, effectiveAt)) / DWELL);
    return Math.min(terms.tier, from + Math.max(0, days));
  });
  return Math.min(terms.tier, ...inForce);
}

function notifyOf(terms: Terms, o: Observations, now: Instant): Notify {
  const reached = CAUSE_ORDER.flatMap((cause) => reachedRungs(cause, terms, o, now).map(({ notify }) => notify));
  for (const use of o.usage)
    for (const { percent, notify } of terms.path.quota[use.meter] ?? [])
      if (usedAt(use, now) * 100 >= percent * use.limit) reached.push(notify);
  if (o.seats) for (const { percent, notify } of terms.path.seats) if (o.seats.used * 100 >= percent * o.seats.limit) reached.push(notify);
  if (terms.bootstrapEndsAt != null && now >= terms.bootstrapEndsAt) reached.push('critical');
  return reached.reduce<Notify>(
    (loudest, notify) => (LOUDNESS.indexOf(notify ?? 'none') > LOUDNESS.indexOf(loudest) ? (notify ?? loudest) : loudest),
    'none',
  );
}
