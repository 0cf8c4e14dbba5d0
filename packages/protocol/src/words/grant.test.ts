import { type GrantClaims, HOUR, type LeaseClaims } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import type { SigningKey } from '../crypto.ts';
import { nodeCrypto } from '../node/node-crypto.ts';
import { at, ENTRIES, ENV, grantClaims, grantedLeaseClaims, ISS, KEYS, LICENSE, leaseClaims, NONCE, PATH } from '../test-words.ts';
import { LEASE_TYP, signWord, VERDICT_TYP } from './compact.ts';
import type { WordContext } from './context.ts';
import { openGrant, signGrant } from './grant.ts';
import { openLease } from './lease.ts';

const context: WordContext = {
  keys: { keys: ENTRIES },
  crypto: nodeCrypto,
  env: ENV,
  iss: ISS,
  nonce: NONCE,
  license: LICENSE,
  holder: KEYS.installation.kid,
};

function leaseUnder(grant: Partial<GrantClaims>, lease: Partial<LeaseClaims> = {}, issuer: SigningKey = KEYS.active): string {
  return signWord(LEASE_TYP, grantedLeaseClaims(signGrant(grantClaims(grant), issuer), lease), KEYS.sub);
}

describe('open grant', () => {
  it('believes a grant of the issuer', () => {
    expect(openGrant(signGrant(grantClaims(), KEYS.active), context)).toEqual({
      ok: true,
      value: { claims: grantClaims(), trust: 'good' },
    });
  });

  it('says when the grant is signed by a compromised key', () => {
    expect(openGrant(signGrant(grantClaims(), KEYS.compromised), context)).toMatchObject({ ok: true, value: { trust: 'compromised' } });
  });

  it.each([
    ['unknown-key', 'a grant by a sub-key', signGrant(grantClaims(), KEYS.sub)],
    ['malformed', 'a subject that is not the thumbprint of the key', signGrant(grantClaims({ sub: KEYS.stranger.kid }), KEYS.active)],
    ['malformed', 'a key that is none', signGrant(grantClaims({ x: 'AA' }), KEYS.active)],
    ['wrong-environment', 'another environment', signGrant(grantClaims({ env: 'staging' }), KEYS.active)],
    ['outside-key-window', 'a time before its key', signGrant(grantClaims({ iatMs: at(-1) }), KEYS.active)],
    ['wrong-type', 'a lease', signWord(LEASE_TYP, leaseClaims(), KEYS.active)],
  ])('refuses as %s: %s', (reason, _what, word) => {
    expect(openGrant(word, context)).toMatchObject({ ok: false, reason });
  });
});

describe('open lease under a grant', () => {
  it('believes a lease within every cap', () => {
    const opened = openLease(leaseUnder({}), context);
    expect(opened).toMatchObject({ ok: true, value: { via: 'grant', trust: 'good', grant: grantClaims() } });
  });

  it('passes on that the grant is of a compromised key', () => {
    expect(openLease(leaseUnder({}, {}, KEYS.compromised), context)).toMatchObject({ ok: true, value: { trust: 'compromised' } });
  });

  it('believes a better tier when the grant holds what that tier holds', () => {
    const reduced = { tier: 'reduced', features: ['build', 'cache', 'sso'], limits: { 'parallel-jobs': 4 } };
    expect(openLease(leaseUnder(reduced, { tier: 'reduced' }), context).ok).toBe(true);
  });

  it.each<[string, string, string]>([
    ['license', 'another license', leaseUnder({ license: 'lic_other' })],
    ['until', 'a lease after the end', leaseUnder({ until: at(HOUR - 1) })],
    ['until', 'a lease after the end that says it was held before', leaseUnder({ until: at(HOUR - 1) }, { hold: at(0) })],
    ['until', 'a hold past the end', leaseUnder({ until: at(2 * HOUR - 1) })],
    ['until', 'a lease before the grant', leaseUnder({}, { iatMs: at(-1) })],
    ['seats', 'more seats', leaseUnder({ seats: 4 })],
    ['seats', 'more seats in use', leaseUnder({}, { seats: { used: 6, limit: 5 } })],
    ['seats', 'a seat out of no number', leaseUnder({}, { seats: null })],
    ['holder', 'another installation than the grant is bound to', leaseUnder({ cnf: { jkt: KEYS.otherInstallation.kid } })],
    ['tier', 'a better tier', leaseUnder({}, { tier: 'reduced' })],
    [
      'tier',
      'a better tier until a lowering bites',
      leaseUnder({}, { lowered: [{ id: 'x', of: 'plan', from: 'full', effectiveAt: at(0) }] }),
    ],
    [
      'tier',
      'a feature under the name of the capped tier',
      leaseUnder({}, { path: withEssential({ features: ['build', 'sso', 'cache'] }) }),
    ],
    ['tier', 'a limit under the name of the capped tier', leaseUnder({}, { path: withEssential({ limits: { 'parallel-jobs': 2 } }) })],
    ['tier', 'a limit that the grant does not know', leaseUnder({}, { path: withEssential({ limits: { nodes: 1 } }) })],
  ])('refuses beyond the cap %s: %s', (cap, _what, word) => {
    expect(openLease(word, context)).toMatchObject({ ok: false, reason: 'grant-exceeded', facts: { cap } });
  });

  it('refuses a lease whose grant is not believed, with the reason', () => {
    const opened = openLease(leaseUnder({}, {}, KEYS.stranger), context);
    expect(opened).toMatchObject({ ok: false, reason: 'bad-grant', facts: { reason: 'unknown-key' } });
  });

  it('refuses a lease of another key than the grant names', () => {
    const claims = grantedLeaseClaims(signGrant(grantClaims(), KEYS.active));
    expect(openLease(signWord(LEASE_TYP, claims, KEYS.stranger), context)).toMatchObject({ ok: false, reason: 'unknown-key' });
  });

  it('refuses a grant inside a grant', () => {
    const inner = signGrant(grantClaims({ sub: KEYS.stranger.kid, x: KEYS.stranger.x }), KEYS.sub);
    const word = signWord(LEASE_TYP, grantedLeaseClaims(inner), KEYS.stranger);
    expect(openLease(word, context)).toMatchObject({ ok: false, reason: 'bad-grant' });
  });

  it('takes no notice of a grant in a lease that the issuer signed', () => {
    const word = signWord(LEASE_TYP, leaseClaims({ grant: 'anything' }), KEYS.active);
    expect(openLease(word, context)).toMatchObject({ ok: true, value: { via: 'issuer', grant: null } });
  });

  it('binds nonce and holder as every lease', () => {
    expect(openLease(leaseUnder({}, { nonce: 'other' }), context)).toMatchObject({ reason: 'wrong-nonce' });
    expect(openLease(leaseUnder({}, { cnf: { jkt: 'other' } }), context)).toMatchObject({ reason: 'wrong-holder' });
  });

  it('is for leases only', () => {
    expect(signWord(VERDICT_TYP, {}, KEYS.sub)).toSatisfy((word) => !openLease(word, context).ok);
  });
});

function withEssential(change: Partial<(typeof PATH.tiers)[number]>): typeof PATH {
  return { ...PATH, tiers: PATH.tiers.map((tier) => (tier.name === 'essential' ? { ...tier, ...change } : tier)) };
}
