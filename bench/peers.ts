/**
 * Other ways to the same verdict. Each is given the policy in the form that suits it best, a licence that somebody else has
 * verified, and the time: no signature, no clock, no tier, no cause, no limit, no sentence. Each loop is written out, because
 * one that all of them shared would keep the compiler from seeing through any of them.
 */
import { EventEmitter } from 'node:events';
import { createMongoAbility } from '@casl/ability';
import type { Policy } from '@glidepath/core';
import { Environment } from '@marcbachmann/cel-js';
import { FlagdCore } from '@openfeature/flagd-core';
import { Unleash, UnleashEvents } from 'unleash-client';
import { factsAt, type Licence, NOW, thresholds } from './situations.ts';

export interface Peer {
  readonly name: string;
  readonly includes: string;
  allows(feature: string, licence: Licence, now: number): boolean;
  /** Asks about each feature of the list in turn, about one licence after the other; gives how many were allowed. */
  loop(times: number, features: readonly string[], licences: readonly Licence[]): number;
}

const VERDICT_ONLY = 'verdict only, from instants and a time handed in';

export function cel(policy: Policy): Peer {
  const environment = new Environment();
  for (const fact of FACTS) environment.registerVariable(fact, 'double');
  const programs = new Map(
    [...thresholds(policy)].map(([feature, needs]) => [
      feature,
      environment.parse(needs.map(([fact, below]) => `${fact} < ${below.toFixed(1)}`).join(' && ') || 'true'),
    ]),
  );
  const allows = (feature: string, licence: Licence, now: number): boolean => programs.get(feature)?.(factsAt(licence, now)) === true;
  return {
    name: '@marcbachmann/cel-js',
    includes: `${VERDICT_ONLY}; a parsed expression per feature`,
    allows,
    loop(times, features, licences) {
      let allowed = 0;
      for (let i = 0; i < times; i++) if (allows(features[i & 1_023] ?? '', licences[i & 7] ?? NO_LICENCE, NOW + (i & 1_023))) allowed++;
      return allowed;
    },
  };
}

export function casl(policy: Policy): Peer {
  const rules = [...thresholds(policy)].map(([feature, needs]) => ({
    action: feature,
    subject: 'License',
    conditions: Object.fromEntries(needs.map(([fact, below]) => [fact, { $lt: below }])),
  }));
  const ability = createMongoAbility(rules, { detectSubjectType: () => 'License' });
  const allows = (feature: string, licence: Licence, now: number): boolean => ability.can(feature, factsAt(licence, now) as never);
  return {
    name: '@casl/ability',
    includes: `${VERDICT_ONLY}; a rule with conditions per feature`,
    allows,
    loop(times, features, licences) {
      let allowed = 0;
      for (let i = 0; i < times; i++) if (allows(features[i & 1_023] ?? '', licences[i & 7] ?? NO_LICENCE, NOW + (i & 1_023))) allowed++;
      return allowed;
    },
  };
}

export function flagd(policy: Policy): Peer {
  const core = new FlagdCore(undefined, SILENT);
  const flags = Object.fromEntries(
    [...thresholds(policy)].map(([feature, needs]) => [
      feature,
      {
        state: 'ENABLED',
        variants: { on: true, off: false },
        defaultVariant: 'off',
        targeting: { if: [{ and: [true, ...needs.map(([fact, below]) => ({ '<': [{ var: fact }, below] }))] }, 'on', 'off'] },
      },
    ]),
  );
  core.setConfigurations(JSON.stringify({ flags }));
  const allows = (feature: string, licence: Licence, now: number): boolean =>
    core.resolveBooleanEvaluation(feature, false, factsAt(licence, now) as never, SILENT).value;
  return {
    name: '@openfeature/flagd-core',
    includes: `${VERDICT_ONLY}; resolution details of a flag with targeting`,
    allows,
    loop(times, features, licences) {
      let allowed = 0;
      for (let i = 0; i < times; i++) if (allows(features[i & 1_023] ?? '', licences[i & 7] ?? NO_LICENCE, NOW + (i & 1_023))) allowed++;
      return allowed;
    },
  };
}

export function unleash(policy: Policy): Peer {
  const toggles = new Map(
    [...thresholds(policy)].map(([feature, needs]) => [
      feature,
      {
        name: feature,
        type: 'release',
        enabled: true,
        stale: false,
        impressionData: false,
        variants: [],
        strategies: [
          {
            name: 'default',
            parameters: {},
            segments: [],
            constraints: needs.map(([fact, below]) => ({
              contextName: fact,
              operator: 'NUM_LT',
              value: String(below),
              values: [],
              inverted: false,
              caseInsensitive: false,
            })),
          },
        ],
      },
    ]),
  );
  const repository = Object.assign(new EventEmitter(), {
    getToggle: (name: string) => toggles.get(name) as never,
    getToggles: () => [],
    getTogglesWithSegmentData: () => [],
    getSegment: () => undefined,
    stop: () => {},
    start: async () => {},
  });
  const client = new Unleash({
    appName: 'bench',
    url: 'http://127.0.0.1:9',
    disableMetrics: true,
    disableAutoStart: true,
    skipInstanceCountWarning: true,
    repository,
  });
  repository.emit(UnleashEvents.Ready);
  const allows = (feature: string, licence: Licence, now: number): boolean =>
    client.isEnabled(feature, { properties: factsAt(licence, now) as never });
  return {
    name: 'unleash-client',
    includes: `${VERDICT_ONLY}; a toggle with constraints in memory, metrics off`,
    allows,
    loop(times, features, licences) {
      let allowed = 0;
      for (let i = 0; i < times; i++) if (allows(features[i & 1_023] ?? '', licences[i & 7] ?? NO_LICENCE, NOW + (i & 1_023))) allowed++;
      return allowed;
    },
  };
}

const DAY = 86_400_000;

/** What somebody who knows the policy by heart would write in its place; wrong as soon as the policy changes. */
function handWrittenAllows(feature: string, licence: Licence, now: number): boolean {
  if (feature === 'build' || feature === 'sso') return true;
  const isPast = (at: number | null, ms: number): boolean => at !== null && now - at >= ms;
  if (isPast(licence.expiresAt, 30 * DAY) || isPast(licence.lastSignedWordAt, 30 * DAY) || isPast(licence.revokedAt, 2 * DAY)) return false;
  if (feature === 'cache') return true;
  if (feature !== 'parallel') return false;
  return !(
    isPast(licence.expiresAt, 14 * DAY) ||
    isPast(licence.lastSignedWordAt, 14 * DAY) ||
    isPast(licence.suspendedAt, DAY) ||
    isPast(licence.revokedAt, DAY) ||
    isPast(licence.trustLostAt, 14 * DAY) ||
    isPast(licence.identityChangedAt, 7 * DAY) ||
    isPast(licence.clockBehindAt, DAY) ||
    licence.used >= 120
  );
}

export const handWritten: Peer = {
  name: 'hand-written if',
  includes: VERDICT_ONLY,
  allows: handWrittenAllows,
  loop(times, features, licences) {
    let allowed = 0;
    for (let i = 0; i < times; i++)
      if (handWrittenAllows(features[i & 1_023] ?? '', licences[i & 7] ?? NO_LICENCE, NOW + (i & 1_023))) allowed++;
    return allowed;
  },
};

const FACTS = ['expiry', 'unreachable', 'suspended', 'revoked', 'trust', 'identity', 'clock', 'used'] as const;
const NO_LICENCE: Licence = {
  expiresAt: 0,
  lastSignedWordAt: null,
  suspendedAt: null,
  revokedAt: null,
  trustLostAt: null,
  identityChangedAt: null,
  clockBehindAt: null,
  used: 0,
};
const SILENT = { error() {}, warn() {}, info() {}, debug() {} };
