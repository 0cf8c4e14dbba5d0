import { PROOF_AUDIENCE } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../node/node-crypto.ts';
import { threadedCrypto } from '../node/threaded-crypto.ts';
import { KEYS, proofClaims } from '../test-words.ts';
import { LEASE_TYP, PROOF_TYP, signWithHeader, signWord, signWordApart } from './compact.ts';
import { openProof, openProofApart, type ProofContext, signProof } from './proof.ts';

const key = KEYS.installation;
const context: ProofContext = { crypto: nodeCrypto, op: 'acquire', keyHash: proofClaims().key };

function withJwk(jwk: unknown): string {
  return signWithHeader({ alg: 'EdDSA', typ: PROOF_TYP, jwk }, proofClaims(), key);
}

describe('open proof', () => {
  it('gives the claims, and whose key it is', () => {
    const opened = openProof(signProof(proofClaims(), key), context);
    expect(opened).toEqual({ ok: true, value: { claims: proofClaims(), jkt: key.kid, x: key.x } });
  });

  it.each([
    ['wrong-operation', 'a proof for another operation', signProof(proofClaims({ op: 'release' }), key)],
    ['wrong-license-key', 'a proof for another license key', signProof(proofClaims({ key: 'other' }), key)],
    ['wrong-audience', 'a word to somebody else', signProof(proofClaims({ aud: 'glidepath-client' as never }), key)],
    ['malformed', 'no nonce', signProof(proofClaims({ nonce: undefined as never }), key)],
    ['unknown-key', 'no key', withJwk(undefined)],
    ['unknown-key', 'a key of another curve', withJwk({ kty: 'OKP', crv: 'X25519', x: key.x })],
    ['unknown-key', 'a key that is too short', withJwk({ kty: 'OKP', crv: 'Ed25519', x: 'AAAA' })],
    ['unknown-key', 'null for a key', withJwk(null)],
    ['bad-signature', 'another key', withJwk({ kty: 'OKP', crv: 'Ed25519', x: KEYS.stranger.x })],
    ['wrong-type', 'a lease', signWord(LEASE_TYP, proofClaims(), key)],
  ])('refuses as %s: %s', (reason, _what, word) => {
    expect(openProof(word, context)).toMatchObject({ ok: false, reason });
  });
});

describe('opening a proof apart', () => {
  it('answers as opening it in turn does, for good ones and for every kind of bad one', async () => {
    const key = threadedCrypto.signerFromSeed(new Uint8Array(32).fill(7));
    const other = threadedCrypto.signerFromSeed(new Uint8Array(32).fill(8));
    const claims = { aud: PROOF_AUDIENCE, op: 'acquire', nonce: 'nonce-of-16-chars', key: 'hash' } as const;
    const good = signProof(claims, key);
    const [header = '', payload = ''] = good.split('.');
    const [, , strange = ''] = signProof(claims, other).split('.');
    const shown = [
      good,
      `${header}.${payload}.${strange}`,
      `${header}.${payload}.AA`,
      'nothing',
      signProof({ ...claims, op: 'renew' }, key),
    ];
    const reasons = [];
    for (const proof of shown) {
      const ctx = { op: 'acquire', keyHash: 'hash' } as const;
      const apart = await openProofApart(proof, { ...ctx, crypto: threadedCrypto });
      expect(apart).toEqual(openProof(proof, { ...ctx, crypto: nodeCrypto }));
      reasons.push(apart.ok ? 'ok' : apart.reason);
    }
    expect(reasons).toEqual(['ok', 'bad-signature', 'bad-signature', 'not-a-word', 'wrong-operation']);
  });

  it('signs apart what a reader of words believes', async () => {
    const key = threadedCrypto.signerFromSeed(new Uint8Array(32).fill(7));
    expect(await signWordApart(LEASE_TYP, { a: 'é' }, key)).toBe(signWord(LEASE_TYP, { a: 'é' }, key));
  });
});
