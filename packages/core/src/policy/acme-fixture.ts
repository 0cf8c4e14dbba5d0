/** The policy of the design as a tree, and ways to change one place of it. */
import type { Path } from './reading.ts';

export type Change = readonly [path: string, value: unknown];

/** A sentence, what is changed in the policy of the design, and exactly the violations that follow. */
export type Row = readonly [sentence: string, changes: readonly Change[], violations: readonly (readonly [code: string, path: string])[]];

/** Removes the key or item at a path, as a value for `changed`. */
export const GONE = Symbol('gone');

/** The tree with another value at each of the paths; missing mappings on the way are made. */
export function changed(...changes: readonly Change[]): unknown {
  const tree: unknown = JSON.parse(JSON.stringify(ACME));
  for (const [path, value] of changes) change(tree, toPath(path), value);
  return tree;
}

/** `spec.tiers.0.name` as a path: whole numbers are positions. */
export function toPath(path: string): Path {
  return path === '' ? [] : path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
}

function change(tree: unknown, path: Path, value: unknown): void {
  const last = path.at(-1);
  if (last === undefined) throw new Error('the root cannot be changed');
  const parent = path.slice(0, -1).reduce<unknown>((node, key) => {
    const mapping = node as Record<string | number, unknown>;
    if (!Object.hasOwn(mapping, key)) mapping[key] = {};
    return mapping[key];
  }, tree);
  if (value === GONE && Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (value === GONE) delete (parent as Record<string | number, unknown>)[last];
  else Object.defineProperty(parent, last, { value, enumerable: true, writable: true, configurable: true });
}

export const ACME = {
  apiVersion: 'glidepath.dev/v1',
  kind: 'Policy',
  metadata: { name: 'acme-build', title: 'Acme Build Server' },
  spec: {
    features: {
      build: { title: 'Run builds', essential: true },
      parallel: { title: 'Parallel builds', lost: 'Builds run one at a time; everything else works. Ask the build team.' },
      cache: { title: 'Remote cache' },
      sso: { title: 'Single sign-on', essential: true },
    },
    meters: { 'build-minutes': { unit: 'min', aggregate: 'sum', window: 'month', timeZone: 'UTC', anchor: 'calendar' } },
    tiers: [
      { name: 'full', features: ['build', 'parallel', 'cache', 'sso'], limits: { 'parallel-jobs': 64 } },
      { name: 'reduced', features: ['build', 'cache', 'sso'], limits: { 'parallel-jobs': 4 } },
      { name: 'essential', features: ['build', 'sso'], limits: { 'parallel-jobs': 1 } },
    ],
    plans: {
      team: {
        tier: 'full',
        term: '1y',
        seats: {
          limit: 50,
          kind: 'floating',
          overage: { seats: 5, for: '72h', again: '30d' },
          whenFull: 'essential',
          offlineBudget: '20%',
        },
        quotas: { 'build-minutes': { limit: 100000, offlineSlice: '2%' } },
        lease: { ttl: '1h', renewAt: '50%' },
        bootstrap: { tier: 'essential', for: '14d' },
      },
    },
    glidePath: {
      expiry: [
        { at: '-60d', notify: 'info' },
        { at: '-30d', notify: 'warning' },
        { at: '-7d', notify: 'critical' },
        { at: '14d', tier: 'reduced', notify: 'critical' },
        { at: '30d', tier: 'essential', notify: 'critical' },
      ],
      unreachable: [
        { at: '1h', notify: 'warning' },
        { at: '14d', tier: 'reduced', notify: 'critical' },
        { at: '30d', tier: 'essential' },
      ],
      seats: [
        { at: '80%', notify: 'warning' },
        { at: '100%', notify: 'critical' },
      ],
      quota: {
        'build-minutes': [
          { at: '80%', notify: 'warning' },
          { at: '100%', notify: 'critical' },
          { at: '120%', tier: 'reduced' },
        ],
      },
      suspended: [
        { at: '0h', notify: 'critical' },
        { at: '24h', tier: 'reduced' },
      ],
      revoked: [
        { at: '0h', notify: 'critical' },
        { at: '24h', tier: 'reduced' },
        { at: '48h', tier: 'essential' },
      ],
      trust: [
        { at: '0h', notify: 'critical' },
        { at: '14d', tier: 'reduced' },
      ],
      identity: [
        { at: '0h', notify: 'warning' },
        { at: '7d', tier: 'reduced' },
      ],
      clock: [
        { at: '10m', notify: 'warning' },
        { at: '24h', tier: 'reduced' },
      ],
    },
    renewal: { start: '60d', leadTime: { vendor: '14d', approval: '5d', rollout: '3d' }, windows: ['Mon-Thu 09:00-16:00 Europe/Berlin'] },
    guarantees: [
      { always: 'build' },
      { always: 'sso', unless: ['revoked'] },
      { noCliff: 1 },
      { notice: '14d', before: 'loss', cause: 'expiry' },
      { offline: '14d' },
      { revocationBites: '48h' },
    ],
    tests: [
      {
        name: 'ten days late still has everything',
        given: { plan: 'team', expiresIn: '-10d' },
        expect: { tier: 'full', build: 'allow', cache: 'allow' },
      },
      {
        name: 'the 56th person gets the essential tier, the other 55 lose nothing',
        given: { plan: 'team', seatsUsed: 55, overageFor: '1h' },
        expect: { seat: 'essential' },
      },
    ],
  },
} as const;
