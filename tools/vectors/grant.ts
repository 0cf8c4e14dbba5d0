/** Vectors of leases under a grant, and of proofs. */
import { type GrantClaims, HOUR, type LeaseClaims, type ProofClaims } from '@glidepath/core';
import { LEASE_TYP, PROOF_TYP, signGrant, signProof, signWord } from '@glidepath/protocol/words';
import { at, grantClaims, grantedLeaseClaims, KEYS, PATH, proofClaims } from '../../packages/protocol/src/test-words.ts';
import { signedAs, unsigned, withTrailingBits } from './forge.ts';
import { CONTEXT } from './lease.ts';

function under(grant: Partial<GrantClaims>, lease: Partial<LeaseClaims> = {}, issuer = KEYS.active, sub = KEYS.sub): string {
  return signWord(LEASE_TYP, grantedLeaseClaims(signGrant(grantClaims(grant), issuer), lease), sub);
}

const opens = (trust: string) => ({ trust, via: 'grant' });
const refused = (reason: string, name: string, word: string, more: object = {}) => ({ name, word, refused: reason, ...more });
const beyond = (cap: string, name: string, word: string) => refused('grant-exceeded', name, word, { cap });

const richEssential = {
  ...PATH,
  tiers: PATH.tiers.map((tier, index) => (index === 2 ? { ...tier, features: ['build', 'sso', 'cache'] } : tier)),
};
const wideEssential = {
  ...PATH,
  tiers: PATH.tiers.map((tier, index) => (index === 2 ? { ...tier, limits: { 'parallel-jobs': 64 } } : tier)),
};
const reduced = { tier: 'reduced', features: ['build', 'cache', 'sso'], limits: { 'parallel-jobs': 4 } };
const nested = signGrant(grantClaims({ sub: KEYS.stranger.kid, x: KEYS.stranger.x }), KEYS.sub);

export const grantVectors = {
  about:
    'Leases signed by a sub-key, with the grant inside; opened as a lease is. `cap` names what is exceeded, `inner` why the grant is not believed.',
  context: CONTEXT,
  claims: grantClaims(),
  rows: [
    { name: 'within every cap', word: under({}), opens: opens('good') },
    { name: 'a better tier, where the grant holds what it holds', word: under(reduced, { tier: 'reduced' }), opens: opens('good') },
    { name: 'bound to this installation', word: under({ cnf: { jkt: KEYS.installation.kid } }), opens: opens('good') },
    { name: 'a grant by a compromised key', word: under({}, {}, KEYS.compromised), opens: opens('compromised') },
    beyond('tier', 'a better tier', under({}, { tier: 'reduced' })),
    beyond(
      'tier',
      'a better tier until a lowering bites',
      under({}, { lowered: [{ id: 'low', of: 'plan', from: 'full', effectiveAt: at(0) }] }),
    ),
    beyond('tier', 'the capped tier with one more feature', under({}, { path: richEssential })),
    beyond('tier', 'the capped tier with a higher limit', under({}, { path: wideEssential })),
    beyond('seats', 'more seats', under({ seats: 4 })),
    beyond('seats', 'more seats in use', under({}, { seats: { used: 6, limit: 5 } })),
    beyond('seats', 'a seat out of no number', under({}, { seats: null })),
    beyond('until', 'signed after the end', under({ until: at(HOUR - 1) })),
    beyond('until', 'held past the end', under({ until: at(2 * HOUR - 1) })),
    beyond('until', 'signed before the grant', under({}, { iatMs: at(-1) })),
    beyond('license', 'another license', under({ license: 'lic_019e81c2-5e10-7a3b-8f21-000000000000' })),
    beyond('holder', 'bound to another installation', under({ cnf: { jkt: KEYS.otherInstallation.kid } })),
    refused('bad-grant', 'a grant by a stranger', under({}, {}, KEYS.stranger), { inner: 'unknown-key' }),
    refused('bad-grant', 'a grant of another environment', under({ env: 'staging' }), { inner: 'wrong-environment' }),
    refused('bad-grant', 'a grant by a sub-key', signWord(LEASE_TYP, grantedLeaseClaims(nested), KEYS.stranger), { inner: 'unknown-key' }),
    refused('bad-grant', 'a grant whose subject is not its key', under({ sub: KEYS.stranger.kid }), { inner: 'malformed' }),
    refused('unknown-key', 'a lease by another key than the grant names', under({}, {}, KEYS.active, KEYS.stranger)),
    refused('bad-signature', 'a lease with another signature', withTrailingBits(under({}))),
    refused('wrong-nonce', 'the answer to another request', under({}, { nonce: 'cmVwbGF5ZWQ' })),
    refused('wrong-holder', 'another holder', under({}, { cnf: { jkt: KEYS.otherInstallation.kid } })),
  ],
};

const key = KEYS.installation;

function proof(changes: Partial<ProofClaims> = {}): string {
  return signProof(proofClaims(changes), key);
}

function withJwk(jwk: object): string {
  return signedAs({ alg: 'EdDSA', typ: PROOF_TYP, jwk }, proofClaims(), key);
}

export const proofVectors = {
  about: 'Each word is opened for operation `op` with the license key whose base64url SHA-256 is `keyHash`; `opens` names the holder.',
  op: 'acquire',
  keyHash: proofClaims().key,
  claims: proofClaims(),
  rows: [
    { name: 'of this request', word: proof(), opens: { jkt: key.kid } },
    { name: 'with lease and epoch', word: proof({ lease: 'wrd_1', epoch: { incarnation: 1, count: 7 } }), opens: { jkt: key.kid } },
    refused('wrong-operation', 'of another operation', proof({ op: 'release' })),
    refused('wrong-license-key', 'with another license key', proof({ key: 'LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ' })),
    refused('wrong-audience', 'to somebody else', proof({ aud: 'glidepath-client' as never })),
    refused('malformed', 'without a nonce', proof({ nonce: undefined as never }), { claim: 'nonce' }),
    refused('unknown-key', 'without a key', signedAs({ alg: 'EdDSA', typ: PROOF_TYP }, proofClaims(), key)),
    refused('unknown-key', 'with a key of another curve', withJwk({ kty: 'OKP', crv: 'X25519', x: key.x })),
    refused('bad-signature', 'with the key of another', withJwk({ kty: 'OKP', crv: 'Ed25519', x: KEYS.stranger.x })),
    refused('wrong-algorithm', 'unsigned', unsigned({ typ: PROOF_TYP }, proofClaims())),
    refused('wrong-type', 'a lease', signWord(LEASE_TYP, proofClaims(), key)),
  ],
};
