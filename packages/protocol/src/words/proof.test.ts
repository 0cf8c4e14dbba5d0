import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../node/node-crypto.ts';
import { KEYS, proofClaims } from '../test-words.ts';
import { LEASE_TYP, PROOF_TYP, signWithHeader, signWord } from './compact.ts';
import { openProof, type ProofContext, signProof } from './proof.ts';

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
