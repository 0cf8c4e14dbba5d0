/** Sample words for tests and conformance vectors: keys from fixed seeds, a lease of the policy `acme-build`. */
import {
  AUDIENCE,
  DAY,
  type GrantClaims,
  HOUR,
  type Instant,
  instant,
  type LeaseClaims,
  MINUTE,
  type PathTerms,
  PROOF_AUDIENCE,
  type ProofClaims,
  type VerdictClaims,
} from '@glidepath/core';
import type { SigningKey } from './crypto.ts';
import type { KeySetBundle, KeySetClaims, KeySetEntry, KeySetKeyClaims } from './keys/key-set.ts';
import { signKeySet, signKeySetKey } from './keys/key-set.ts';
import { nodeCrypto } from './node/node-crypto.ts';

/** 2026-06-01T00:00:00Z. */
export const START = instant(1_780_272_000_000);

export const ISS = 'https://licenses.example.com/production';
export const ENV = 'production';
export const NONCE = 'bm9uY2Utb2YtdGhlLXJlcXVlc3Q';
export const LICENSE = 'lic_019e81c2-5e10-7a3b-8f21-0c9d4e5f6a7b';

/** A key of 32 equal bytes: public, for tests and vectors only. */
export function sampleKey(byte: number): SigningKey {
  return nodeCrypto.signerFromSeed(new Uint8Array(32).fill(byte));
}

export const KEYS = {
  root: sampleKey(1),
  secondRoot: sampleKey(2),
  nextRoot: sampleKey(3),
  keySet: sampleKey(4),
  nextKeySet: sampleKey(5),
  active: sampleKey(6),
  retired: sampleKey(7),
  compromised: sampleKey(8),
  fresh: sampleKey(9),
  sub: sampleKey(10),
  installation: sampleKey(11),
  otherInstallation: sampleKey(12),
  stranger: sampleKey(13),
};

export function at(ms: number): Instant {
  return instant(START + ms);
}

export function entry(key: SigningKey, status: KeySetEntry['status'] = 'active', from = 0): KeySetEntry {
  return { kid: key.kid, x: key.x, status, notBefore: at(from), signsUntil: at(from + 30 * DAY), statusAt: at(from) };
}

export const ENTRIES: readonly KeySetEntry[] = [
  entry(KEYS.active),
  entry(KEYS.retired, 'retired', -28 * DAY),
  entry(KEYS.compromised, 'compromised'),
];

export function keySetClaims(changes: Partial<KeySetClaims> = {}): KeySetClaims {
  return { iss: ISS, env: ENV, version: 7, iatMs: at(0), endsAt: at(30 * DAY), previous: null, keys: ENTRIES, ...changes };
}

export function keySetKeyClaims(key = KEYS.keySet, changes: Partial<KeySetKeyClaims> = {}): KeySetKeyClaims {
  return { iss: ISS, env: ENV, kid: key.kid, x: key.x, nbfMs: at(-100 * DAY), endsAt: at(265 * DAY), ...changes };
}

export function bundle(changes: Partial<KeySetClaims> = {}): KeySetBundle {
  return { keySet: signKeySet(keySetClaims(changes), KEYS.keySet), keySetKey: signKeySetKey(keySetKeyClaims(), KEYS.root), roots: [] };
}

/** The path of DESIGN's policy `acme-build`. */
export const PATH: PathTerms = {
  features: [
    { name: 'build', title: 'Run builds', lost: null },
    { name: 'parallel', title: 'Parallel builds', lost: 'Builds run one at a time; everything else works. Ask the build team.' },
    { name: 'cache', title: 'Remote cache', lost: null },
    { name: 'sso', title: 'Single sign-on', lost: null },
  ],
  tiers: [
    { name: 'full', features: ['build', 'parallel', 'cache', 'sso'], limits: { 'parallel-jobs': 64 } },
    { name: 'reduced', features: ['build', 'cache', 'sso'], limits: { 'parallel-jobs': 4 } },
    { name: 'essential', features: ['build', 'sso'], limits: { 'parallel-jobs': 1 } },
  ],
  timed: {
    expiry: [
      { at: -60 * DAY, notify: 'info' },
      { at: -30 * DAY, notify: 'warning' },
      { at: -7 * DAY, notify: 'critical' },
      { at: 14 * DAY, tier: 1, notify: 'critical' },
      { at: 30 * DAY, tier: 2, notify: 'critical' },
    ],
    unreachable: [
      { at: HOUR, notify: 'warning' },
      { at: 14 * DAY, tier: 1, notify: 'critical' },
      { at: 30 * DAY, tier: 2 },
    ],
    suspended: [
      { at: 0, notify: 'critical' },
      { at: DAY, tier: 1 },
    ],
    revoked: [
      { at: 0, notify: 'critical' },
      { at: DAY, tier: 1 },
      { at: 2 * DAY, tier: 2 },
    ],
    trust: [
      { at: 0, notify: 'critical' },
      { at: 14 * DAY, tier: 1 },
    ],
    identity: [
      { at: 0, notify: 'warning' },
      { at: 7 * DAY, tier: 1 },
    ],
    clock: [
      { at: 10 * MINUTE, notify: 'warning' },
      { at: DAY, tier: 1 },
    ],
  },
  seats: [
    { percent: 80, notify: 'warning' },
    { percent: 100, notify: 'critical' },
  ],
  quota: {
    'build-minutes': [
      { percent: 80, notify: 'warning' },
      { percent: 100, notify: 'critical' },
      { percent: 120, tier: 1 },
    ],
  },
};

const SIGNED_AT = at(HOUR);
const SIGNED_AT_SECONDS = SIGNED_AT / 1000;

const word = {
  iss: ISS,
  aud: AUDIENCE,
  env: ENV,
  jti: 'wrd_019e81f9-4c80-7a3b-8f21-0c9d4e5f6a7b',
  iat: SIGNED_AT_SECONDS,
  iatMs: SIGNED_AT,
  nonce: NONCE,
  license: LICENSE,
  seq: { incarnation: 1, count: 3 },
  sub: KEYS.installation.kid,
  cnf: { jkt: KEYS.installation.kid },
} as const;

export function leaseClaims(changes: Partial<LeaseClaims> = {}): LeaseClaims {
  return {
    ...word,
    nbf: SIGNED_AT_SECONDS,
    exp: SIGNED_AT_SECONDS + 30 * 86_400,
    lease: 'lea_019e81f9-4c80-7a3b-8f21-0c9d4e5f6a7c',
    customer: 'cus_019e81c2-5e10-7a3b-8f21-0c9d4e5f6a7d',
    product: 'prd_019e81c2-5e10-7a3b-8f21-0c9d4e5f6a7e',
    plan: 'team',
    planTier: 'full',
    tier: 'full',
    tierCause: 'none',
    tierSince: START,
    floorTier: 'essential',
    limits: { 'parallel-jobs': 64 },
    seat: { kind: 'floating', overageClosesAt: null },
    seats: { used: 3, limit: 50 },
    hold: at(2 * HOUR),
    ttlMs: HOUR,
    renewAfterMs: HOUR / 2,
    epoch: { incarnation: 1, count: 7 },
    status: 'active',
    statusAt: START,
    startsAt: START,
    expiresAt: at(365 * DAY),
    lowered: [],
    policy: `sha256:${'ab'.repeat(32)}`,
    quotas: [
      {
        meter: 'build-minutes',
        unit: 'min',
        used: 120,
        limit: 100_000,
        asOf: SIGNED_AT,
        resetsAt: at(30 * DAY),
        slice: 2000,
        reachedAt: [null, null, null],
      },
    ],
    match: null,
    bootstrap: null,
    auditHead: null,
    path: PATH,
    ...changes,
  };
}

export function verdictClaims(changes: Partial<VerdictClaims> = {}): VerdictClaims {
  return {
    ...word,
    verdict: 'denied',
    code: 'no-seat',
    reason: 'Every seat is taken, and no overage is open.',
    effectiveAt: SIGNED_AT,
    retryAfterMs: 5 * MINUTE,
    ...changes,
  };
}

/** A break-glass grant of the tier `essential`, for the sub-key. */
export function grantClaims(changes: Partial<GrantClaims> = {}): GrantClaims {
  const { cnf: _, ...unbound } = word;
  return {
    ...unbound,
    iatMs: START,
    iat: START / 1000,
    nonce: null,
    sub: KEYS.sub.kid,
    purpose: 'break-glass',
    x: KEYS.sub.x,
    tier: 'essential',
    features: ['build', 'sso'],
    limits: { 'parallel-jobs': 1 },
    seats: 5,
    until: at(7 * DAY),
    exp: at(7 * DAY) / 1000,
    ...changes,
  };
}

/** A lease that the sub-key may sign under `grantClaims()`. */
export function grantedLeaseClaims(grant: string, changes: Partial<LeaseClaims> = {}): LeaseClaims {
  const essential = { tier: 'essential', tierCause: 'grant', limits: { 'parallel-jobs': 1 }, seats: { used: 1, limit: 5 } } as const;
  return leaseClaims({ ...essential, grant, ...changes });
}

export function proofClaims(changes: Partial<ProofClaims> = {}): ProofClaims {
  return { aud: PROOF_AUDIENCE, op: 'acquire', nonce: NONCE, key: 'ySNCR_TGYl0q8C_vtuw-w7xKBgRpjpYWEB2jhFPpTgI', ...changes };
}
