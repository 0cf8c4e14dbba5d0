/** Opening a lease, with everything that a client believes it for, beside the signature alone. */
import { createPublicKey, verify } from 'node:crypto';
import { instant, pathTerms } from '@glidepath/core';
import { openKeySet } from '@glidepath/protocol/keys';
import { nodeCrypto } from '@glidepath/protocol/node';
import { openLease, type WordContext } from '@glidepath/protocol/words';
import { LICENSE, TestIssuer } from '../packages/client/src/issuer-fixture.ts';
import { measure } from './measure.ts';
import { atMost, type Bench } from './report.ts';
import { buildServer } from './situations.ts';

const RUNS = 41;
const TURN_MS = 40;
const NOW = instant(1_767_225_600_000);
/** So many different leases take turns; a power of two. */
const LEASES = 64;

const BARE = 'bare crypto.verify';
const RENEWALS = 'open a renewed lease';
const STRANGERS = 'open a lease with another path';

export const bench: Bench = {
  about: 'leases a second of one thread, in processor time, Ed25519',
  async run() {
    const issuer = new TestIssuer(nodeCrypto, () => NOW);
    const path = pathTerms(buildServer());
    const renamed = { ...path, features: path.features.map((feature) => ({ ...feature, title: `${feature.title}.` })) };
    const nonces = Array.from({ length: LEASES }, (_, i) => `nonce-${i}`);
    const renewals = nonces.map((nonce) => issuer.lease({ path, nonce }));
    const strangers = nonces.map((nonce, i) => issuer.lease({ path: i % 2 === 0 ? path : renamed, nonce }));
    const ctx = contextOf(issuer);
    for (const leases of [strangers, renewals]) prove(leases, nonces, ctx);
    const bare = bareVerification(renewals, issuer.key.x);

    const pace = { runs: RUNS, turnMs: TURN_MS };
    const signature = { name: BARE, includes: 'the signature over bytes at hand, with an imported key', work: bare };
    const renewed = measure(
      [
        signature,
        {
          name: RENEWALS,
          includes: 'text to typed claims: base64url, header, key by kid, signature, JSON, shape, issuer, environment, key window, nonce',
          work: (times) => openAll(renewals, nonces, ctx, times),
        },
      ],
      pace,
    );
    // Apart from the others: a process reads the leases of one license, and what it has learned of them would be lost.
    const strange = measure(
      [
        {
          name: STRANGERS,
          includes: 'the same, and the path is never the one read before: read and checked whole',
          work: (times) => openAll(strangers, nonces, ctx, times),
        },
      ],
      pace,
    );
    return {
      rows: [...renewed.rows, ...strange.rows],
      goals: [atMost('times the time of bare crypto.verify', renewed.times(BARE, RENEWALS), 1.15)],
    };
  },
};

function contextOf(issuer: TestIssuer): WordContext {
  const { env, iss } = issuer;
  const keys = openKeySet(issuer.bundle(), { roots: issuer.roots, env, iss, now: NOW, crypto: nodeCrypto });
  if (!keys.ok) throw new Error(keys.message);
  return { keys: keys.value, crypto: nodeCrypto, env, iss, license: LICENSE };
}

function openAll(leases: readonly string[], nonces: readonly string[], ctx: WordContext, times: number): number {
  let opened = 0;
  for (let i = 0; i < times; i++) {
    const lease = openLease(leases[i & (LEASES - 1)], { ...ctx, nonce: nonces[i & (LEASES - 1)] });
    if (lease.ok && lease.value.claims.planTier === 'full') opened++;
  }
  if (opened !== times) throw new Error(`${times - opened} leases were not opened`);
  return opened;
}

function bareVerification(leases: readonly string[], x: string): (times: number) => number {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const words = leases.map((lease) => {
    const dot = lease.lastIndexOf('.');
    return { data: Buffer.from(lease.slice(0, dot)), signature: Buffer.from(lease.slice(dot + 1), 'base64url') };
  });
  return (times) => {
    let verified = 0;
    for (let i = 0; i < times; i++) {
      const word = words[i & (LEASES - 1)];
      if (word && verify(null, word.data, key, word.signature)) verified++;
    }
    if (verified !== times) throw new Error(`${times - verified} signatures were not verified`);
    return verified;
  };
}

/** Each lease opens; with one letter changed, with another nonce or for another environment it does not. */
function prove(leases: readonly string[], nonces: readonly string[], ctx: WordContext): void {
  leases.forEach((lease, i) => {
    const nonce = nonces[i];
    const middle = Math.floor(lease.length / 2);
    const changed = `${lease.slice(0, middle)}${lease[middle] === 'A' ? 'B' : 'A'}${lease.slice(middle + 1)}`;
    const isRight =
      openLease(lease, { ...ctx, nonce }).ok &&
      !openLease(changed, { ...ctx, nonce }).ok &&
      !openLease(lease, { ...ctx, nonce: 'another' }).ok &&
      !openLease(lease, { ...ctx, nonce, env: 'staging' }).ok;
    if (!isRight) throw new Error(`lease ${i} is not judged rightly`);
  });
}
