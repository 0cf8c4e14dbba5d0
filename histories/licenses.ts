/** The licenses of a run: one policy with a plan for each way in which seats can be scarce, holds of a few seconds, and meters. */
import type { LicenseRules } from './history.ts';

export const TTL_MS = 4_000;

export interface PlanOfRun {
  readonly name: string;
  readonly clients: number;
  readonly limit: number | null;
  readonly overage: number;
  readonly reserved: number;
  /** This share of its clients are members of the group. */
  readonly membersOfTen: number;
  readonly meters: boolean;
}

export const GROUP = 'night-shift';

/** 200 clients; far fewer seats. */
export const PLANS: readonly PlanOfRun[] = [
  { name: 'hot', clients: 80, limit: 20, overage: 0, reserved: 0, membersOfTen: 0, meters: false },
  { name: 'stretched', clients: 40, limit: 10, overage: 3, reserved: 0, membersOfTen: 0, meters: false },
  { name: 'waiting', clients: 30, limit: 8, overage: 0, reserved: 0, membersOfTen: 0, meters: false },
  { name: 'shared-out', clients: 30, limit: 10, overage: 0, reserved: 4, membersOfTen: 4, meters: false },
  { name: 'metered', clients: 20, limit: null, overage: 0, reserved: 0, membersOfTen: 0, meters: true },
];

export const METERS = [
  { name: 'build-minutes', aggregate: 'sum' },
  { name: 'peak-jobs', aggregate: 'max' },
  { name: 'stored-gigabytes', aggregate: 'last' },
  { name: 'people', aggregate: 'unique' },
] as const;

export function clientName(plan: PlanOfRun, count: number): string {
  return `${plan.name}-${count}`;
}

export function isMember(plan: PlanOfRun, count: number): boolean {
  return count % 10 < plan.membersOfTen;
}

export function rulesOf(plan: PlanOfRun, license: string): LicenseRules {
  const { name, limit, overage, reserved, clients } = plan;
  const members = Array.from({ length: clients }, (_, count) => count)
    .filter((count) => isMember(plan, count))
    .map((count) => clientName(plan, count));
  return { license, name, limit, overage, reserved, members };
}

/** As a document to publish. */
export function policyOfRun(): string {
  const lease = { ttl: `${TTL_MS / 1_000}s`, renewAt: '50%' };
  const seats = (limit: number, others: object) => ({ limit, kind: 'floating', whenFull: 'deny', ...others });
  const plans = {
    hot: { tier: 'full', lease, seats: seats(20, {}) },
    stretched: { tier: 'full', lease, seats: seats(10, { overage: { seats: 3, for: '8s', again: '20s' }, whenFull: 'essential' }) },
    waiting: { tier: 'full', lease, seats: seats(8, { whenFull: 'queue', queue: { for: '30s' } }) },
    'shared-out': { tier: 'full', lease, seats: seats(10, { reserve: { [GROUP]: 4 } }) },
    metered: { tier: 'full', lease, quotas: { 'build-minutes': { limit: 1_000_000 } } },
  };
  const meter = (aggregate: string) => ({ unit: 'unit', aggregate, window: 'day' });
  return JSON.stringify({
    apiVersion: 'glidepath.dev/v1',
    kind: 'Policy',
    metadata: { name: 'histories', title: 'Histories' },
    spec: {
      features: { build: { title: 'Run builds', essential: true }, cache: { title: 'Remote cache' } },
      meters: Object.fromEntries(METERS.map(({ name, aggregate }) => [name, meter(aggregate)])),
      tiers: [
        { name: 'full', features: ['build', 'cache'] },
        { name: 'essential', features: ['build'] },
      ],
      plans,
      glidePath: {
        expiry: [
          { at: '-30d', notify: 'warning' },
          { at: '14d', tier: 'essential', notify: 'critical' },
        ],
        unreachable: [
          { at: '1h', notify: 'warning' },
          { at: '14d', tier: 'essential', notify: 'critical' },
        ],
      },
    },
  });
}
