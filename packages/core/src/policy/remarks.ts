/** What publishing accepts and a reader of `policy check` should know all the same. Computed for clean policies only. */
import { formatDuration } from './durations.ts';
import type { Plan, Policy, Remark } from './policy.ts';
import type { Path } from './reading.ts';

type Observe = (policy: Policy) => Iterable<Remark>;

const OBSERVATIONS: readonly Observe[] = [notEnforcedYet, withoutEffect, rungBeforeRenewal, renewalStartsLate, heldOnly];

export function remarksOn(policy: Policy): readonly Remark[] {
  return OBSERVATIONS.flatMap((observe) => [...observe(policy)]);
}

/** Parsed, checked and stored; nothing acts on it in this version. */
function* notEnforcedYet({ renewal }: Policy): Iterable<Remark> {
  if (renewal) yield { code: 'not-enforced-yet', path: ['spec', 'renewal'], message: '`renewal` is recorded, not acted on yet' };
}

/** Written where nothing will ever read it. */
function* withoutEffect({ features, tiers, plans, glidePath }: Policy): Iterable<Remark> {
  const idle = (path: Path, message: string): Remark => ({ code: 'without-effect', path, message });
  for (const plan of plans) {
    const { seats } = plan;
    if (!seats) continue;
    if (seats.match && seats.kind !== 'node-locked') yield idle(inPlan(plan, 'seats', 'match'), '`match` is about node-locked seats');
    if (seats.rebind && seats.kind !== 'node-locked') yield idle(inPlan(plan, 'seats', 'rebind'), '`rebind` is about node-locked seats');
    if (seats.reassign && seats.kind !== 'named') yield idle(inPlan(plan, 'seats', 'reassign'), '`reassign` is about named seats');
    if (seats.queue && seats.whenFull.kind !== 'queue') yield idle(inPlan(plan, 'seats', 'queue'), '`queue` is about `whenFull: queue`');
  }
  const limited = new Set(plans.flatMap(({ quotas }) => quotas.map(({ meter }) => meter)));
  for (const meter of Object.keys(glidePath.quota))
    if (!limited.has(meter)) yield idle(['spec', 'glidePath', 'quota', meter], 'no plan limits this meter, so its path never begins');
  if (glidePath.seats.length > 0 && plans.every(({ seats }) => seats === null))
    yield idle(['spec', 'glidePath', 'seats'], 'no plan has seats, so this path never begins');
  const granted = new Set(tiers.flatMap((tier) => tier.features));
  for (const { name } of features)
    if (!granted.has(name)) yield idle(['spec', 'features', name], 'no tier has this feature: it is never allowed');
}

/** A healthy application is silent between renewals: a rung within that time would take something from everybody. */
function* rungBeforeRenewal({ plans, glidePath }: Policy): Iterable<Remark> {
  const rungs = glidePath.timed.unreachable ?? [];
  for (const plan of plans) {
    const { ttlMs, renewAtPercent } = plan.lease;
    const first = rungs.findIndex(({ tier, at }) => tier !== undefined && tier > plan.tier && at <= ttlMs);
    const rung = rungs[first];
    if (rung)
      yield {
        code: 'rung-before-renewal',
        path: ['spec', 'glidePath', 'unreachable', first, 'at'],
        message: `plan \`${plan.name}\` holds a lease for ${formatDuration(ttlMs)} and renews it at ${renewAtPercent}%; this rung takes a tier after ${formatDuration(rung.at)} of silence already`,
      };
  }
}

function* renewalStartsLate({ renewal }: Policy): Iterable<Remark> {
  const needed = (renewal?.leadTime ?? []).reduce((sum, { ms }) => sum + ms, 0);
  if (renewal?.startMs != null && renewal.startMs < needed)
    yield {
      code: 'renewal-starts-late',
      path: ['spec', 'renewal', 'start'],
      message: `the lead times add up to ${formatDuration(needed)}, more than ${formatDuration(renewal.startMs)}`,
    };
}

function* heldOnly({ glidePath }: Policy): Iterable<Remark> {
  if (glidePath.leadTime.length > 0)
    yield {
      code: 'held-only',
      path: ['spec', 'glidePath', 'expiry'],
      message: 'rungs relative to a lead time begin for held licenses only: one that we sign has none',
    };
}

function inPlan(plan: Plan, ...keys: readonly string[]): Path {
  return ['spec', 'plans', plan.name, ...keys];
}
