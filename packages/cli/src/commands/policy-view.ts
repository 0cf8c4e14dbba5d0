/** A policy as tables for people. */
import {
  CAUSE_ORDER,
  durationWords,
  formatDuration,
  guaranteeSentence,
  type Plan,
  type Policy,
  type Rung,
  type SeatPlan,
  type ShareRung,
  type TimedCause,
} from '@glidepath/core';
import { type Safe, type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';

type Row = readonly Sayable[];

export function policyLines(policy: Policy, paint: Paint): readonly Safe[] {
  const part = (title: string, rows: readonly Row[]) => (rows.length === 0 ? [] : [paint.bold(title), ...table(rows, { indent: 2 })]);
  return [
    text`${paint.bold(policy.name)}  ${policy.title}`,
    ...part('tiers, best first', tierRows(policy, paint)),
    ...part(
      'plans',
      policy.plans.flatMap((plan) => planRows(policy, plan)),
    ),
    ...part('glide path', pathRows(policy, paint)),
    ...part(
      'guarantees',
      policy.guarantees.map((one) => [guaranteeSentence(one)]),
    ),
    ...part('renewal', renewalRows(policy)),
    ...part(
      'tests',
      policy.tests.map(({ name }) => [name]),
    ),
  ];
}

/** One column per tier: features with a mark, then limits. */
function tierRows({ tiers, features }: Policy, paint: Paint): readonly Row[] {
  const limits = [...new Set(tiers.flatMap((tier) => Object.keys(tier.limits)))];
  return [
    ['', ...tiers.map(({ name }) => paint.bold(name)), ''],
    ...features.map(({ name, title, essential }) => [
      name,
      ...tiers.map((tier) => (tier.features.includes(name) ? paint.good('yes') : paint.dim('–'))),
      essential ? `${title} (essential)` : title,
    ]),
    ...limits.map((limit) => [limit, ...tiers.map((tier) => tier.limits[limit] ?? null), '']),
  ];
}

function planRows(policy: Policy, plan: Plan): readonly Row[] {
  const tier = (at: number) => policy.tiers[at]?.name ?? '?';
  const lease = `lease ${formatDuration(plan.lease.ttlMs)}, renewed at ${plan.lease.renewAtPercent}%`;
  const bootstrap =
    plan.bootstrap === null ? [] : [`bootstrap tier ${tier(plan.bootstrap.tier)} for ${formatDuration(plan.bootstrap.forMs)}`];
  return [
    [plan.name, `tier ${tier(plan.tier)}, term ${formatDuration(plan.termMs)}, ${[lease, ...bootstrap].join(', ')}`],
    ...(plan.seats === null ? [] : [['', seatWords(plan.seats, tier)]]),
    ...plan.quotas.map(({ meter, limit }) => ['', quotaWords(policy, meter, limit)]),
  ];
}

function seatWords(seats: SeatPlan, tier: (at: number) => string): string {
  const { limit, kind, overage, whenFull } = seats;
  const full = whenFull.kind === 'tier' ? `tier ${tier(whenFull.tier)}` : whenFull.kind;
  const again = overage?.againMs === null || overage === null ? '' : `, again after ${formatDuration(overage.againMs)}`;
  const over = overage === null ? '' : `, ${overage.seats} more for ${formatDuration(overage.forMs)}${again}`;
  return `${limit} ${kind} seats${over}; when full: ${full}`;
}

function quotaWords({ meters }: Policy, meter: string, limit: number): string {
  const found = meters.find(({ name }) => name === meter);
  return found === undefined
    ? `${meter} ${limit}`
    : `${meter} ${limit} ${found.unit} per ${found.window} (${found.aggregate}, ${found.timeZone}, ${found.anchor})`;
}

function pathRows(policy: Policy, paint: Paint): readonly Row[] {
  const { timed, seats, quota, leadTime } = policy.glidePath;
  const row = (when: string, rung: { tier?: number; notify?: string }): Row => [
    when,
    rung.tier === undefined ? '' : text`tier ${policy.tiers[rung.tier]?.name}`,
    rung.notify === undefined ? '' : severity(rung.notify, paint),
  ];
  const named = (name: string, rows: readonly Row[]) => rows.map((cells, at): Row => [at === 0 ? name : '', ...cells]);
  const share = (rungs: readonly ShareRung[]) => rungs.map((rung) => row(`${rung.percent}% used`, rung));
  return [
    ...CAUSE_ORDER.flatMap((cause) => {
      const rungs = timed[cause as TimedCause] ?? [];
      return named(
        cause,
        rungs.map((rung) => row(rungTime(cause, rung), rung)),
      );
    }),
    ...named(
      'expiry',
      leadTime.map((rung) => row(`${rung.leadTimes}x lead time before`, rung)),
    ),
    ...named('seats', share(seats)),
    ...Object.entries(quota).flatMap(([meter, rungs]) => named(`quota ${meter}`, share(rungs))),
  ];
}

function rungTime(cause: string, { at }: Rung): string {
  if (at === 0) return 'at once';
  return cause === 'expiry' ? `${durationWords(at)} ${at < 0 ? 'before' : 'after'} the end` : `after ${durationWords(at)}`;
}

export function severity(word: string, paint: Paint): Sayable {
  if (word === 'critical') return paint.bad(word);
  return word === 'warning' ? paint.warn(word) : word;
}

function renewalRows({ renewal }: Policy): readonly Row[] {
  if (renewal === null) return [];
  return [
    ...(renewal.startMs === null ? [] : [['starts', `${durationWords(renewal.startMs)} before the end`]]),
    ...(renewal.leadTime.length === 0
      ? []
      : [['lead time', renewal.leadTime.map(({ name, ms }) => `${name} ${formatDuration(ms)}`).join(', ')]]),
    ...(renewal.windows.length === 0 ? [] : [['windows', renewal.windows.join('; ')]]),
  ];
}
