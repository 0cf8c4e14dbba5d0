/** Makes the checked policy of a document in which nothing was refused: defaults filled in, tiers by position. */

import { invariant } from '../result.ts';
import { PLAN_DEFAULTS, type WrittenPolicy, type WrittenSpec } from './document.ts';
import type { At } from './document-path.ts';
import type { WrittenGuarantee } from './document-promise.ts';
import type { Facts } from './facts.ts';
import type {
  Feature,
  GlidePath,
  Guarantee,
  Meter,
  Plan,
  Policy,
  RenewalRule,
  Rung,
  SeatPlan,
  Severity,
  ShareRung,
  Tier,
  TimedCause,
  WhenFull,
} from './policy.ts';
import type { Named } from './reading.ts';
import { TIMED_CAUSES } from './rules-path.ts';

type WrittenPlan = NonNullable<NonNullable<WrittenSpec['plans']>[number]['item']>;
type WrittenSeats = NonNullable<WrittenPlan['seats']>;

interface WrittenRung {
  readonly at: At | undefined;
  readonly tier: string | undefined;
  readonly notify: Severity | undefined;
}

/** Holds only for a document without violations: what it needs and cannot find is a bug of the checks. */
export function policyOf(written: WrittenPolicy, { tierPosition }: Facts): Policy {
  const spec = whole(written.spec);
  const name = whole(whole(written.metadata).name);
  const tierAt = (tier: string | undefined): number => whole(tierPosition.get(whole(tier)));
  return {
    name,
    title: written.metadata?.title ?? name,
    features: whole(spec.features).map(featureOf),
    meters: (spec.meters ?? []).map(meterOf),
    tiers: whole(spec.tiers).map((tier): Tier => {
      const { name, features, limits } = whole(tier);
      return {
        name: whole(name),
        features: whole(features).map(whole),
        limits: record((limits ?? []).map((limit) => [limit.name, whole(limit.item)])),
      };
    }),
    plans: whole(spec.plans).map((plan) => planOf(plan, tierAt)),
    glidePath: glidePathOf(whole(spec.glidePath), tierAt),
    renewal: spec.renewal ? renewalOf(spec.renewal) : null,
    guarantees: (spec.guarantees ?? []).map((guarantee) => guaranteeOf(whole(guarantee))),
    tests: (spec.tests ?? []).map((test) => {
      const { name, given, expect } = whole(test);
      return { name: whole(name), given: given ?? {}, expect: whole(expect) };
    }),
  };
}

type TierAt = (tier: string | undefined) => number;

function featureOf({ name, item }: NonNullable<WrittenSpec['features']>[number]): Feature {
  const { title, essential, lost } = whole(item);
  return { name, title: title ?? name, essential: essential ?? false, lost: lost ?? null };
}

function meterOf({ name, item }: NonNullable<WrittenSpec['meters']>[number]): Meter {
  const { unit, aggregate, window, timeZone, anchor } = whole(item);
  return {
    name,
    unit: whole(unit),
    aggregate: whole(aggregate),
    window: whole(window),
    timeZone: timeZone ?? 'UTC',
    anchor: anchor ?? 'calendar',
  };
}

function planOf({ name, item }: Named<WrittenPlan>, tierAt: TierAt): Plan {
  const { tier, term, seats, quotas, lease, bootstrap } = whole(item);
  return {
    name,
    tier: tierAt(tier),
    termMs: term ?? PLAN_DEFAULTS.termMs,
    seats: seats ? seatsOf(seats, tierAt) : null,
    quotas: (quotas ?? []).map(({ name, item }) => {
      const { limit, offlineSlice } = whole(item);
      return { meter: name, limit: whole(limit), offlineSlicePercent: offlineSlice ?? null };
    }),
    lease: { ttlMs: lease?.ttl ?? PLAN_DEFAULTS.ttlMs, renewAtPercent: lease?.renewAt ?? PLAN_DEFAULTS.renewAtPercent },
    bootstrap: bootstrap ? { tier: tierAt(bootstrap.tier), forMs: whole(bootstrap.for) } : null,
  };
}

function seatsOf(seats: WrittenSeats, tierAt: TierAt): SeatPlan {
  const { limit, kind, overage, whenFull, offlineBudget, queue, reassign, rebind, match, reserve } = seats;
  const somethingPer = (quota: typeof reassign) => (quota ? { count: whole(quota.count), perMs: whole(quota.per) } : null);
  return {
    limit: whole(limit),
    kind: kind ?? 'floating',
    overage: overage ? { seats: whole(overage.seats), forMs: whole(overage.for), againMs: overage.again ?? null } : null,
    whenFull: whenFullOf(whenFull ?? 'deny', tierAt),
    offlineBudgetPercent: offlineBudget ?? null,
    queue: queue ? { forMs: whole(queue.for) } : null,
    reassign: somethingPer(reassign),
    rebind: somethingPer(rebind),
    match: match ? { of: whole(match.of).map(whole), need: whole(match.need) } : null,
    reserve: (reserve ?? []).map(({ name, item }) => ({ group: name, seats: whole(item) })),
  };
}

function whenFullOf(word: string, tierAt: TierAt): WhenFull {
  return word === 'deny' || word === 'queue' ? { kind: word } : { kind: 'tier', tier: tierAt(word) };
}

function glidePathOf(written: NonNullable<WrittenSpec['glidePath']>, tierAt: TierAt): GlidePath {
  const timed: Partial<Record<TimedCause, readonly Rung[]>> = {};
  for (const cause of TIMED_CAUSES) {
    const rungs = written[cause]?.map(whole).filter(({ at }) => !isLeadTimes(at));
    if (rungs) timed[cause] = rungs.map((rung) => ({ at: amountOf(rung.at), ...effectOf(rung, tierAt) }));
  }
  const shares = (rungs: readonly (WrittenRung | undefined)[]): readonly ShareRung[] =>
    rungs.map(whole).map((rung) => ({ percent: amountOf(rung.at), ...effectOf(rung, tierAt) }));
  const leadTime = whole(written.expiry)
    .map(whole)
    .flatMap(({ at, notify }) => (at && 'leadTimes' in at ? [{ leadTimes: at.leadTimes, notify: whole(notify) }] : []));
  const quota = record((written.quota ?? []).map(({ name, item }) => [name, shares(whole(item))]));
  return { timed, seats: shares(written.seats ?? []), quota, leadTime };
}

function effectOf({ tier, notify }: WrittenRung, tierAt: TierAt): { readonly tier?: number; readonly notify?: Severity } {
  return { ...(tier === undefined ? {} : { tier: tierAt(tier) }), ...(notify === undefined ? {} : { notify }) };
}

function amountOf(at: At | undefined): number {
  const known = whole(at);
  invariant(!('leadTimes' in known), 'a lead time stands in the expiry path alone');
  return 'ms' in known ? known.ms : known.percent;
}

function isLeadTimes(at: At | undefined): boolean {
  return at !== undefined && 'leadTimes' in at;
}

function renewalOf({ start, leadTime, windows }: NonNullable<WrittenSpec['renewal']>): RenewalRule {
  return {
    startMs: start ?? null,
    leadTime: (leadTime ?? []).map(({ name, item }) => ({ name, ms: whole(item) })),
    windows: (windows ?? []).map(whole),
  };
}

function guaranteeOf(written: WrittenGuarantee): Guarantee {
  const { kind } = written;
  switch (kind) {
    case 'always':
      return { kind, feature: whole(written.entry.always), unless: (written.entry.unless ?? []).map(whole) };
    case 'noCliff':
      return { kind, tiers: whole(written.entry.noCliff) };
    case 'notice':
      return { kind, ms: whole(written.entry.notice), before: whole(written.entry.before), cause: whole(written.entry.cause) };
    case 'offline':
      return { kind, ms: whole(written.entry.offline) };
    case 'revocationBites':
      return { kind, ms: whole(written.entry.revocationBites) };
  }
}

/** A record with the names of a document as keys. `constructor` and `__proto__` are no names, so plain objects are safe here. */
function record<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  return Object.fromEntries(entries);
}

function whole<T>(value: T | undefined): T {
  invariant(value !== undefined, 'a document without violations is whole');
  return value;
}
