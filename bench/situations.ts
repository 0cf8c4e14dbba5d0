/** The licences that the benches ask about, and what DESIGN §4's build server says of each. */
import { readFileSync } from 'node:fs';
import { decideGiven, type Policy, parseGiven } from '@glidepath/core';
import { nodeCrypto } from '@glidepath/protocol/node';
import { readPolicy } from '@glidepath/protocol/policy';

/** A licence as a program has it: instants, ms; null for what has not begun. `used` is a percentage of the quota. */
export interface Licence {
  readonly expiresAt: number;
  readonly lastSignedWordAt: number | null;
  readonly suspendedAt: number | null;
  readonly revokedAt: number | null;
  readonly trustLostAt: number | null;
  readonly identityChangedAt: number | null;
  readonly clockBehindAt: number | null;
  readonly used: number;
}

/** How long ago each cause began, ms; what has not begun is below every rung. */
export interface Facts {
  readonly expiry: number;
  readonly unreachable: number;
  readonly suspended: number;
  readonly revoked: number;
  readonly trust: number;
  readonly identity: number;
  readonly clock: number;
  readonly used: number;
}

const NOT_BEGUN = -1e15;

/** Every answer is about an instant: whoever decides from elapsed times has to work them out for each. */
export function factsAt(licence: Licence, now: number): Facts {
  return {
    expiry: now - licence.expiresAt,
    unreachable: licence.lastSignedWordAt === null ? NOT_BEGUN : now - licence.lastSignedWordAt,
    suspended: licence.suspendedAt === null ? NOT_BEGUN : now - licence.suspendedAt,
    revoked: licence.revokedAt === null ? NOT_BEGUN : now - licence.revokedAt,
    trust: licence.trustLostAt === null ? NOT_BEGUN : now - licence.trustLostAt,
    identity: licence.identityChangedAt === null ? NOT_BEGUN : now - licence.identityChangedAt,
    clock: licence.clockBehindAt === null ? NOT_BEGUN : now - licence.clockBehindAt,
    used: licence.used,
  };
}

export interface Situation {
  readonly name: string;
  readonly licence: Licence;
  /** What core decides, by feature. */
  readonly allowed: Readonly<Record<string, boolean>>;
}

export function buildServer(): Policy {
  const source = readFileSync(new URL('../examples/policies/build-server.yaml', import.meta.url));
  const { policy, violations } = readPolicy(source, nodeCrypto);
  if (policy === null) throw new Error(`the example has violations: ${JSON.stringify(violations)}`);
  return policy;
}

const DAY = 86_400_000;
/** When the benches ask, and for some minutes after. */
export const NOW = 1_767_225_600_000;

const NOTHING: Licence = {
  expiresAt: NOW + 200 * DAY,
  lastSignedWordAt: NOW - 60_000,
  suspendedAt: null,
  revokedAt: null,
  trustLostAt: null,
  identityChangedAt: null,
  clockBehindAt: null,
  used: 40,
};

const GIVEN: readonly (readonly [name: string, given: object, licence: Partial<Licence>])[] = [
  ['nothing has happened', { expiresIn: '200d', unreachableFor: '1m' }, {}],
  ['20 days late', { expiresIn: '-20d', unreachableFor: '1m' }, { expiresAt: NOW - 20 * DAY }],
  ['40 days late', { expiresIn: '-40d', unreachableFor: '1m' }, { expiresAt: NOW - 40 * DAY }],
  ['silent for 15 days', { expiresIn: '200d', unreachableFor: '15d' }, { lastSignedWordAt: NOW - 15 * DAY }],
  ['suspended for 2 days', { expiresIn: '200d', suspendedFor: '2d' }, { suspendedAt: NOW - 2 * DAY }],
  ['revoked for 3 days', { expiresIn: '200d', revokedFor: '3d' }, { revokedAt: NOW - 3 * DAY }],
  ['identity changed 8 days ago', { expiresIn: '200d', identityChangedFor: '8d' }, { identityChangedAt: NOW - 8 * DAY }],
  ['the quota overdrawn', { expiresIn: '200d', usage: { 'build-minutes': 130_000 } }, { used: 130 }],
];

/** Eight licences in different trouble, each with the verdicts that core gives. */
export function situations(policy: Policy): readonly Situation[] {
  return GIVEN.map(([name, words, licence]) => {
    const given = parseGiven(policy, words);
    if (!given.ok) throw new Error(given.message);
    const { features } = decideGiven(policy, given.value);
    const allowed = Object.fromEntries(Object.entries(features).map(([feature, verdict]) => [feature, verdict === 'allow']));
    return { name, licence: { ...NOTHING, ...licence }, allowed };
  });
}

/**
 * For each feature, what each fact must stay below for it to be allowed: the first rung whose tier lacks it. The whole
 * policy as far as a verdict goes, and the easiest form that another library can be given it in.
 */
export function thresholds(policy: Policy): ReadonlyMap<string, readonly (readonly [fact: keyof Facts, below: number])[]> {
  const { timed, quota } = policy.glidePath;
  const paths: readonly (readonly [keyof Facts, readonly { readonly from: number; readonly tier?: number }[]])[] = [
    ...(['expiry', 'unreachable', 'suspended', 'revoked', 'trust', 'identity', 'clock'] as const).map(
      (cause) => [cause, (timed[cause] ?? []).map(({ at, ...rung }) => ({ ...rung, from: at }))] as const,
    ),
    ['used', (quota['build-minutes'] ?? []).map(({ percent, ...rung }) => ({ ...rung, from: percent }))],
  ];
  const lacks = (tier: number | undefined, feature: string) => tier !== undefined && !policy.tiers[tier]?.features.includes(feature);
  return new Map(
    policy.features.map(({ name }) => [
      name,
      paths.flatMap(([fact, rungs]) =>
        rungs
          .filter(({ tier }) => lacks(tier, name))
          .map(({ from }) => [fact, from] as const)
          .slice(0, 1),
      ),
    ]),
  );
}
