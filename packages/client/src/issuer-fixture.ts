/** A control plane for tests: signs what it is told to sign, and answers as it is told to answer. */
import {
  DAY,
  HOUR,
  type Instant,
  instant,
  type LeaseClaims,
  MINUTE,
  type PathTerms,
  type VerdictClaims,
  type VerdictKind,
  YEAR,
} from '@glidepath/core';
import { hashSecret } from '@glidepath/protocol/ids';
import { type KeySetBundle, type KeySetEntry, keySetDigest, signKeySet, signKeySetKey } from '@glidepath/protocol/keys';
import { type Crypto, LEASE_TYP, openProof, type SigningKey, signGrant, signWord, VERDICT_TYP } from '@glidepath/protocol/words';
import type { HttpAnswer, HttpRequest } from './platform.ts';

export const LICENSE_KEY = 'glk_test';
export const LICENSE = 'lic_1';

/** The path of DESIGN §4. */
export const PATH: PathTerms = {
  features: [
    { name: 'build', title: 'Run builds', lost: null },
    { name: 'parallel', title: 'Parallel builds', lost: 'Builds run one at a time.' },
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
      { at: -30 * DAY, notify: 'warning' },
      { at: 14 * DAY, tier: 1, notify: 'critical' },
      { at: 30 * DAY, tier: 2 },
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
  seats: [{ percent: 80, notify: 'warning' }],
  quota: {
    minutes: [
      { percent: 100, notify: 'critical' },
      { percent: 120, tier: 1 },
    ],
  },
};

/** The same, with a silence that ends after two days. */
export const SHORT_PATH: PathTerms = {
  ...PATH,
  timed: {
    ...PATH.timed,
    unreachable: [
      { at: HOUR, notify: 'warning' },
      { at: DAY, tier: 1, notify: 'critical' },
      { at: 2 * DAY, tier: 2 },
    ],
  },
};

/** Signs words for one environment. */
export class TestIssuer {
  readonly env: string;
  readonly iss: string;
  readonly crypto: Crypto;
  readonly roots: readonly string[];
  readonly now: () => Instant;
  key: SigningKey;
  #keys: readonly KeySetEntry[];
  #version = 0;
  #compact = '';
  readonly #keySetKey: SigningKey;
  readonly #root: SigningKey;
  #words = 0;

  constructor(crypto: Crypto, now: () => Instant, { env = 'production', iss = 'https://issuer.test', seed = 1 } = {}) {
    this.crypto = crypto;
    this.now = now;
    this.env = env;
    this.iss = iss;
    this.#root = signer(crypto, seed);
    this.#keySetKey = signer(crypto, seed + 1);
    this.key = signer(crypto, seed + 2);
    this.roots = [this.#root.x];
    this.#keys = [this.#entry(this.key)];
    this.#publish();
  }

  #entry({ kid, x }: SigningKey): KeySetEntry {
    const now = this.now();
    return { kid, x, status: 'active', notBefore: instant(now - 2 * YEAR), signsUntil: instant(now + 4 * YEAR), statusAt: now };
  }

  #publish(): void {
    const previous = this.#compact === '' ? null : keySetDigest(this.#compact, this.crypto);
    const now = this.now();
    this.#version += 1;
    this.#compact = signKeySet(
      { iss: this.iss, env: this.env, version: this.#version, iatMs: now, endsAt: instant(now + YEAR), previous, keys: this.#keys },
      this.#keySetKey,
    );
  }

  /** Begins to sign with another key. */
  rotate(seed = 40 + this.#version): void {
    this.key = signer(this.crypto, seed);
    this.#keys = [...this.#keys, this.#entry(this.key)];
    this.#publish();
  }

  /** Publishes that every key before the one in use is compromised. */
  condemnOthers(): void {
    this.#keys = this.#keys.map((entry) =>
      entry.kid === this.key.kid ? entry : { ...entry, status: 'compromised', statusAt: this.now() },
    );
    this.#publish();
  }

  get version(): number {
    return this.#version;
  }

  bundle(): KeySetBundle {
    const { kid, x } = this.#keySetKey;
    const now = this.now();
    const certificate = { iss: this.iss, env: this.env, kid, x, nbfMs: instant(1_700_000_000_000), endsAt: instant(now + 2 * YEAR) };
    return { keySet: this.#compact, keySetKey: signKeySetKey(certificate, this.#root), roots: [] };
  }

  #word(): Pick<LeaseClaims, 'iss' | 'aud' | 'env' | 'jti' | 'iat' | 'iatMs' | 'nonce' | 'license' | 'seq' | 'sub'> {
    const iatMs = this.now();
    this.#words += 1;
    return {
      iss: this.iss,
      aud: 'glidepath-client',
      env: this.env,
      jti: `wrd_${this.#words}`,
      iat: Math.floor(iatMs / 1000),
      iatMs,
      nonce: null,
      license: LICENSE,
      seq: { incarnation: 1, count: 1 },
      sub: 'holder',
    };
  }

  leaseClaims(differing: Partial<LeaseClaims> = {}): LeaseClaims {
    const word = this.#word();
    const { iatMs, iat } = { ...word, ...differing };
    return {
      ...word,
      nbf: iat,
      exp: iat + (30 * DAY) / 1000,
      lease: 'lea_1',
      customer: 'cus_1',
      product: 'prd_1',
      plan: 'team',
      planTier: 'full',
      tier: 'full',
      tierCause: 'none',
      tierSince: instant(iatMs - DAY),
      floorTier: 'essential',
      limits: { 'parallel-jobs': 64 },
      seat: { kind: 'floating', overageClosesAt: null },
      seats: null,
      hold: instant(iatMs + HOUR),
      ttlMs: HOUR,
      renewAfterMs: HOUR / 2,
      epoch: { incarnation: 1, count: 1 },
      status: 'active',
      statusAt: instant(iatMs - DAY),
      startsAt: instant(iatMs - 10 * DAY),
      expiresAt: instant(iatMs + YEAR),
      lowered: [],
      policy: 'sha256:0',
      path: PATH,
      quotas: [],
      match: null,
      bootstrap: null,
      auditHead: null,
      ...differing,
    };
  }

  lease(differing: Partial<LeaseClaims> = {}, key: SigningKey = this.key): string {
    return signWord(LEASE_TYP, this.leaseClaims(differing), key);
  }

  verdict(kind: VerdictKind, differing: Partial<VerdictClaims> = {}, key: SigningKey = this.key): string {
    const word = this.#word();
    const claims = { verdict: kind, code: kind, reason: `It is ${kind}.`, effectiveAt: word.iatMs, retryAfterMs: null };
    return signWord(VERDICT_TYP, { ...word, ...claims, ...differing }, key);
  }

  /** A break-glass lease for one installation, signed by a sub-key under a grant. */
  breakGlass(jkt: string, differing: Partial<LeaseClaims> = {}, grantId = 'gra_1'): string {
    const sub = signer(this.crypto, 90);
    const word = this.#word();
    const until = instant(word.iatMs + 90 * DAY);
    const { features, limits } = PATH.tiers[0] ?? { features: [], limits: {} };
    const grant = signGrant(
      {
        ...word,
        jti: grantId,
        sub: sub.kid,
        purpose: 'break-glass',
        x: sub.x,
        tier: 'full',
        features,
        limits,
        seats: 5,
        until,
        exp: Math.floor(until / 1000),
      },
      this.key,
    );
    return this.lease({ cnf: { jkt }, tierCause: 'none', seat: null, grant, ...differing }, sub);
  }
}

export function signer(crypto: Crypto, seed: number): SigningKey {
  return crypto.signerFromSeed(new Uint8Array(32).fill(seed));
}

export interface Asked {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly nonce: string;
  readonly jkt: string;
}

/** What the control plane does about a request; the default gives a lease. */
export type Behaviour = (asked: Asked, issuer: TestIssuer) => HttpAnswer | Promise<HttpAnswer>;

export const answer = (body: unknown, status = 200): HttpAnswer => ({ status, retryAfter: null, body: JSON.stringify(body) });

/** A control plane that hears requests through the `fetch` of a platform. */
export class TestServer {
  readonly issuer: TestIssuer;
  behaviour: Behaviour;
  /** Claims of the leases that it gives. */
  terms: Partial<LeaseClaims> = {};
  isUp = true;
  readonly asked: Asked[] = [];
  keySetsServed = 0;

  constructor(issuer: TestIssuer) {
    this.issuer = issuer;
    this.behaviour = (asked) => answer({ word: this.lease(asked) });
  }

  lease({ nonce, jkt }: Asked, differing: Partial<LeaseClaims> = {}): string {
    return this.issuer.lease({ nonce, cnf: { jkt }, ...this.terms, ...differing });
  }

  verdict({ nonce, jkt }: Asked, kind: VerdictKind, differing: Partial<VerdictClaims> = {}): string {
    return this.issuer.verdict(kind, { nonce, cnf: { jkt }, ...differing });
  }

  readonly fetch = async (request: HttpRequest): Promise<HttpAnswer> => {
    if (!this.isUp) throw new Error('connect ECONNREFUSED');
    const path = new URL(request.url).pathname;
    if (path === '/v1/keyset') {
      this.keySetsServed += 1;
      return answer(this.issuer.bundle());
    }
    const body = JSON.parse(request.body ?? '{}') as Record<string, unknown>;
    const op = path.endsWith('/renew') ? 'renew' : path.endsWith('/release') ? 'release' : 'acquire';
    const { crypto } = this.issuer;
    const proof = openProof(body.proof, { crypto, op, keyHash: hashSecret(LICENSE_KEY, crypto) });
    if (!proof.ok) return answer({ code: 'proof-invalid' }, 401);
    const asked = { path, body, nonce: proof.value.claims.nonce, jkt: proof.value.jkt };
    this.asked.push(asked);
    return op === 'release' ? answer({ released: true }) : this.behaviour(asked, this.issuer);
  };
}
