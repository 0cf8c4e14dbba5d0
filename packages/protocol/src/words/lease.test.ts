import { DAY, HOUR, type LeaseClaims } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../node/node-crypto.ts';
import { at, ENTRIES, ENV, ISS, KEYS, LICENSE, leaseClaims, NONCE } from '../test-words.ts';
import { LEASE_TYP, signWithHeader, signWord, VERDICT_TYP } from './compact.ts';
import type { WordContext } from './context.ts';
import { openLease } from './lease.ts';
import type { WordReason } from './reasons.ts';

const context: WordContext = {
  keys: { keys: ENTRIES },
  crypto: nodeCrypto,
  env: ENV,
  iss: ISS,
  nonce: NONCE,
  license: LICENSE,
  holder: KEYS.installation.kid,
  after: { incarnation: 1, count: 3 },
};

function lease(changes: Partial<LeaseClaims> = {}, key = KEYS.active): string {
  return signWord(LEASE_TYP, leaseClaims(changes), key);
}

function withHeader(header: object): string {
  return signWithHeader({ alg: 'EdDSA', typ: LEASE_TYP, kid: KEYS.active.kid, ...header }, leaseClaims(), KEYS.active);
}

function refusal(word: unknown, changes: Partial<WordContext> = {}): WordReason | null {
  const opened = openLease(word, { ...context, ...changes });
  return opened.ok ? null : opened.reason;
}

describe('open lease', () => {
  it('believes a lease of an active key', () => {
    const opened = openLease(lease(), context);
    expect(opened).toMatchObject({ ok: true, value: { trust: 'good', via: 'issuer', grant: null } });
    expect(opened.ok && opened.value.claims).toEqual(leaseClaims());
  });

  it('believes a retired key for what it signed while it might', () => {
    expect(refusal(lease({}, KEYS.retired))).toBeNull();
    const late = at(2 * DAY + 1);
    expect(refusal(lease({ iatMs: late }, KEYS.retired))).toBe('outside-key-window');
    expect(refusal(lease({ iatMs: at(2 * DAY) }, KEYS.retired))).toBeNull();
  });

  it('opens a lease of a compromised key, and says so', () => {
    expect(openLease(lease({}, KEYS.compromised), context)).toMatchObject({ ok: true, value: { trust: 'compromised' } });
  });

  it('does not judge exp and nbf: path arithmetic does', () => {
    expect(refusal(lease({ exp: 1, nbf: 9_999_999_999 }))).toBeNull();
  });

  it('ignores claims that it does not know', () => {
    expect(refusal(lease({ later: { deep: [1] } } as never))).toBeNull();
  });

  it('compares only what the context names', () => {
    const { nonce: _n, license: _l, holder: _h, after: _a, ...any } = context;
    const other = lease({ nonce: 'other', license: 'lic_other', cnf: { jkt: 'other' }, seq: { incarnation: 0, count: 0 } });
    expect(openLease(other, any).ok).toBe(true);
  });

  it('reads text beyond ASCII as it was written', () => {
    const opened = openLease(lease({ plan: 'größe 🛬 \u2028' }), context);
    expect(opened.ok && opened.value.claims.plan).toBe('größe 🛬 \u2028');
  });

  it.each<[WordReason, string, unknown, Partial<WordContext>]>([
    ['not-a-word', 'a number', 7, {}],
    ['not-a-word', 'nothing', '', {}],
    ['not-a-word', 'a page of HTML', '<html>Sign in to the network.</html>', {}],
    ['not-a-word', 'two parts', lease().split('.').slice(0, 2).join('.'), {}],
    ['not-a-word', 'four parts', `${lease()}.`, {}],
    ['bad-signature', 'a truncated word', lease().slice(0, -3), {}],
    ['bad-signature', 'an empty signature', lease().replace(/[^.]*$/, ''), {}],
    ['too-large', 'a word of over 256 KiB', 'a'.repeat(256 * 1024 + 1), {}],
    ['wrong-algorithm', 'alg none', withHeader({ alg: 'none' }), {}],
    ['wrong-algorithm', 'HS256', withHeader({ alg: 'HS256' }), {}],
    ['wrong-algorithm', 'alg in another case', withHeader({ alg: 'eddsa' }), {}],
    ['wrong-type', 'a verdict', signWord(VERDICT_TYP, leaseClaims(), KEYS.active), {}],
    ['wrong-type', 'typ JWT', withHeader({ typ: 'JWT' }), {}],
    ['critical-header', 'crit', withHeader({ crit: ['exp'] }), {}],
    ['critical-header', 'an empty crit', withHeader({ crit: [] }), {}],
    ['critical-header', 'an unencoded payload', withHeader({ b64: false }), {}],
    ['unknown-key', 'an unknown kid', lease({}, KEYS.stranger), {}],
    ['unknown-key', 'no kid', withHeader({ kid: undefined }), {}],
    ['unknown-key', 'a kid that is no text', withHeader({ kid: 1 }), {}],
    ['bad-signature', 'another key under a known kid', signWithHeader(header(KEYS.active.kid), leaseClaims(), KEYS.stranger), {}],
    ['unknown-key', 'a key in the header', signWithHeader(withJwk(), leaseClaims(), KEYS.stranger), {}],
    ['outside-key-window', 'a time before the key', lease({ iatMs: at(-1) }), {}],
    ['outside-key-window', 'a time after the key', lease({ iatMs: at(30 * DAY + 1) }), {}],
    ['wrong-issuer', 'another issuer', lease({ iss: 'https://licenses.example.com/staging' }), {}],
    ['wrong-environment', 'another environment', lease({ env: 'staging' }), {}],
    ['wrong-audience', 'another audience', lease({ aud: 'somebody' as never }), {}],
    ['malformed', 'no audience', lease({ aud: undefined as never }), {}],
    ['wrong-nonce', 'the answer to another request', lease({ nonce: 'other' }), {}],
    ['wrong-nonce', 'an answer to nobody', lease({ nonce: null }), {}],
    ['wrong-nonce', 'an answer where none was asked for', lease(), { nonce: null }],
    ['wrong-license', 'another license', lease({ license: 'lic_other' }), {}],
    ['wrong-holder', 'another holder', lease({ cnf: { jkt: KEYS.otherInstallation.kid } }), {}],
    ['wrong-holder', 'an unbound lease that is no bootstrap', lease({ cnf: undefined as never }), {}],
    ['wrong-holder', 'a bootstrap bound to another', lease({ bootstrap: { forMs: HOUR }, cnf: { jkt: 'other' } }), {}],
    ['older-seq', 'an older count', lease({ seq: { incarnation: 1, count: 2 } }), {}],
    ['older-seq', 'an older incarnation with a higher count', lease({ seq: { incarnation: 0, count: 9 } }), {}],
    ['malformed', 'a tier that the path does not have', lease({ tier: 'gold' }), {}],
    ['malformed', 'a rung past the last tier', lease({ path: { ...leaseClaims().path, seats: [{ percent: 1, tier: 3 }] } }), {}],
    ['malformed', 'a number as text', lease({ iatMs: '1' as never }), {}],
  ])('refuses as %s: %s', (reason, _what, word, changes) => {
    expect(refusal(word, changes)).toBe(reason);
  });

  it('accepts a newer seq, and an equal one', () => {
    expect(refusal(lease({ seq: { incarnation: 2, count: 0 } }))).toBeNull();
    expect(refusal(lease({ seq: { incarnation: 1, count: 3 } }))).toBeNull();
  });

  it('accepts a bootstrap lease, which is unbound, for any holder', () => {
    const { cnf: _, ...unbound } = leaseClaims({ bootstrap: { forMs: 14 * DAY }, sub: '*', nonce: null });
    expect(refusal(signWord(LEASE_TYP, unbound, KEYS.active), { nonce: null })).toBeNull();
  });

  it('names the claim that is malformed', () => {
    const opened = openLease(lease({ seats: { used: -1, limit: 5 } }), context);
    expect(opened).toMatchObject({ ok: false, reason: 'malformed', facts: { claim: 'seats.used' } });
  });

  it('bears a payload that is nested as deep as the size cap allows', () => {
    const depth = 90_000;
    const deep = `{"deep":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    const signed = `${b64(JSON.stringify(header(KEYS.active.kid)))}.${b64(deep)}`;
    const word = `${signed}.${Buffer.from(KEYS.active.sign(Buffer.from(signed))).toString('base64url')}`;
    expect(word.length).toBeLessThan(256 * 1024);
    expect(refusal(word)).toBe('malformed');
  });

  it('refuses a payload that is not UTF-8', () => {
    const payload = Buffer.concat([Buffer.from('{"iss":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    const signed = `${b64(JSON.stringify(header(KEYS.active.kid)))}.${payload.toString('base64url')}`;
    expect(refusal(`${signed}.${Buffer.from(KEYS.active.sign(Buffer.from(signed))).toString('base64url')}`)).toBe('not-a-word');
  });
});

function header(kid: string) {
  return { alg: 'EdDSA', typ: LEASE_TYP, kid };
}

function withJwk() {
  const { kid, x } = KEYS.stranger;
  return { ...header(kid), jwk: { kty: 'OKP', crv: 'Ed25519', x }, jku: 'https://evil.example/keys', x5u: 'https://evil.example/x5u' };
}

function b64(text: string): string {
  return Buffer.from(text).toString('base64url');
}
