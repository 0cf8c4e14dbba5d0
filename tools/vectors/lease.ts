/** Vectors of leases and verdicts. */
import { DAY, HOUR, type LeaseClaims, type VerdictClaims } from '@glidepath/core';
import { GRANT_TYP, LEASE_TYP, signWord, VERDICT_TYP } from '@glidepath/protocol/words';
import { at, ENTRIES, ENV, ISS, KEYS, LICENSE, leaseClaims, NONCE, verdictClaims } from '../../packages/protocol/src/test-words.ts';
import { b64, keyedWithPublicKey, signedAs, unsigned, withClaims, withTrailingBits } from './forge.ts';

export const CONTEXT = {
  iss: ISS,
  env: ENV,
  keys: ENTRIES,
  nonce: NONCE,
  license: LICENSE,
  holder: KEYS.installation.kid,
  after: { incarnation: 1, count: 3 },
};

const header = { alg: 'EdDSA', typ: LEASE_TYP, kid: KEYS.active.kid };
const good = signWord(LEASE_TYP, leaseClaims(), KEYS.active);

function lease(changes: Partial<LeaseClaims> = {}, key = KEYS.active): string {
  return signWord(LEASE_TYP, leaseClaims(changes), key);
}

function without(claim: keyof LeaseClaims): string {
  const { [claim]: _, ...rest } = leaseClaims();
  return signWord(LEASE_TYP, rest, KEYS.active);
}

const opens = (trust: string) => ({ trust, via: 'issuer' });
const refused = (reason: string, name: string, word: unknown, more: object = {}) => ({ name, word, refused: reason, ...more });

const { cnf: _, ...unbound } = leaseClaims({
  bootstrap: { forMs: 14 * DAY },
  sub: '*',
  nonce: null,
  tier: 'essential',
  tierCause: 'bootstrap',
});

export const leaseVectors = {
  about: 'Each word is opened in `context`, changed by the row; `opens` or `refused` says what comes of it. `claims` are those of `good`.',
  context: CONTEXT,
  claims: leaseClaims(),
  rows: [
    { name: 'good: by the active key', word: good, opens: opens('good') },
    { name: 'by a retired key, while it signed', word: lease({}, KEYS.retired), opens: opens('good') },
    { name: 'by a compromised key', word: lease({}, KEYS.compromised), opens: opens('compromised') },
    { name: 'with a newer seq', word: lease({ seq: { incarnation: 2, count: 0 } }), opens: opens('good') },
    { name: 'with claims of a later version', word: lease({ later: { is: 'ignored' } } as never), opens: opens('good') },
    { name: 'with a shortened path', word: lease({ shortened: true }), opens: opens('good') },
    { name: 'past its exp', word: lease({ exp: 1 }), opens: opens('good') },
    {
      name: 'a bootstrap lease, unbound, for nobody’s request',
      word: signWord(LEASE_TYP, unbound, KEYS.active),
      context: { nonce: null },
      opens: opens('good'),
    },
    {
      name: 'with text beyond ASCII as it is in UTF-8',
      word: signedAs(header, leaseClaims({ plan: 'größe 🛬' }), KEYS.active),
      opens: opens('good'),
    },
    refused('wrong-algorithm', 'alg none', unsigned(header, leaseClaims())),
    refused('wrong-algorithm', 'HS256 with the public key as secret', keyedWithPublicKey(header, leaseClaims(), KEYS.active)),
    refused('unknown-key', 'an unknown kid', lease({}, KEYS.stranger)),
    refused(
      'unknown-key',
      'a key in the header',
      signedAs(
        { ...header, kid: KEYS.stranger.kid, jwk: { kty: 'OKP', crv: 'Ed25519', x: KEYS.stranger.x } },
        leaseClaims(),
        KEYS.stranger,
      ),
    ),
    refused(
      'unknown-key',
      'an address of keys in the header',
      signedAs(
        { ...header, kid: KEYS.stranger.kid, jku: 'https://example.com/jwks.json', x5u: 'https://example.com/x5u' },
        leaseClaims(),
        KEYS.stranger,
      ),
    ),
    refused('bad-signature', 'another key under a known kid', signedAs(header, leaseClaims(), KEYS.stranger)),
    refused('bad-signature', 'the payload changed', withClaims(good, leaseClaims({ tier: 'reduced' }))),
    refused('bad-signature', 'truncated in the signature', good.slice(0, -4)),
    refused('not-a-word', 'truncated before the signature', good.slice(0, good.lastIndexOf('.'))),
    refused('bad-signature', 'trailing bits in the signature', withTrailingBits(good)),
    refused('bad-signature', 'padding after the signature', `${good}==`),
    refused('not-a-word', 'a line break in the header', `\n${good}`),
    refused('not-a-word', 'a fourth part', `${good}.${b64('{}')}`),
    refused('not-a-word', 'nothing', ''),
    refused('not-a-word', 'the page of a captive portal', '<!doctype html><title>Sign in to the network</title>'),
    refused('not-a-word', 'a payload that is no object', signedAs(header, '[]', KEYS.active)),
    refused('not-a-word', 'a payload that is no JSON', signedAs(header, '{', KEYS.active)),
    refused('too-large', 'a megabyte', { repeat: 'A', times: 1_048_576 }),
    refused('critical-header', 'a critical header', signedAs({ ...header, crit: ['exp'], exp: 1 }, leaseClaims(), KEYS.active)),
    refused('critical-header', 'a payload that says it is not encoded', signedAs({ ...header, b64: false }, leaseClaims(), KEYS.active)),
    refused('wrong-type', 'a verdict', signWord(VERDICT_TYP, verdictClaims(), KEYS.active)),
    refused('wrong-type', 'a grant', signWord(GRANT_TYP, leaseClaims(), KEYS.active)),
    refused('outside-key-window', 'before the key signed', lease({ iatMs: at(-1) })),
    refused('outside-key-window', 'by a retired key, after it signed', lease({ iatMs: at(2 * DAY + 1) }, KEYS.retired)),
    refused('wrong-issuer', 'another issuer', lease({ iss: 'https://licenses.example.com/staging' })),
    refused('wrong-environment', 'another environment', lease({ env: 'staging' })),
    refused('wrong-audience', 'another audience', lease({ aud: 'glidepath-server' as never })),
    refused('wrong-nonce', 'the answer to another request', lease({ nonce: 'cmVwbGF5ZWQ' })),
    refused('wrong-nonce', 'an answer where none was asked for', good, { context: { nonce: null } }),
    refused('wrong-license', 'another license', lease({ license: 'lic_019e81c2-5e10-7a3b-8f21-000000000000' })),
    refused('wrong-holder', 'another holder', lease({ cnf: { jkt: KEYS.otherInstallation.kid } })),
    refused('wrong-holder', 'unbound, and no bootstrap', without('cnf')),
    refused('older-seq', 'an older seq', lease({ seq: { incarnation: 1, count: 2 } })),
    refused('older-seq', 'an older incarnation with a higher count', lease({ seq: { incarnation: 0, count: 99 } })),
    refused('malformed', 'no limits', without('limits'), { claim: 'limits' }),
    refused('malformed', 'shortened, said in words', lease({ shortened: 'yes' as never }), { claim: 'shortened' }),
    refused('malformed', 'an instant as text', lease({ hold: '2026-06-01T02:00:00Z' as never }), { claim: 'hold' }),
    refused('malformed', 'half a millisecond', lease({ ttlMs: HOUR + 0.5 }), { claim: 'ttlMs' }),
    refused('malformed', 'a tier that the path does not have', lease({ tier: 'platinum' }), { claim: 'tier' }),
  ],
};

function verdict(changes: Partial<VerdictClaims> = {}, key = KEYS.active): string {
  return signWord(VERDICT_TYP, verdictClaims(changes), key);
}

const PLACE = { verdict: 'queued' as const, code: 'queued', queue: { position: 3, deadlineAt: at(2 * HOUR) } };
const kinds = ['denied', 'queued', 'superseded', 'suspended', 'revoked', 'holder-removed'] as const;

export const verdictVectors = {
  about: 'As for leases. A verdict of a compromised key is refused: whoever stole it could condemn every holder.',
  context: CONTEXT,
  claims: verdictClaims(),
  rows: [
    ...kinds.map((kind) => ({ name: kind, word: verdict({ verdict: kind }), opens: { verdict: kind } })),
    { name: 'queued, with its place', word: verdict(PLACE), opens: PLACE },
    refused('compromised-key', 'by a compromised key', verdict({ verdict: 'holder-removed' }, KEYS.compromised)),
    refused('wrong-type', 'a lease', good),
    refused('wrong-nonce', 'replayed', verdict({ nonce: 'cmVwbGF5ZWQ' })),
    refused('wrong-holder', 'about another holder', verdict({ cnf: { jkt: KEYS.otherInstallation.kid } })),
    refused('older-seq', 'older than what was seen', verdict({ seq: { incarnation: 1, count: 2 } })),
    refused('wrong-environment', 'of another environment', verdict({ env: 'staging' })),
    refused('unknown-key', 'by a stranger', verdict({}, KEYS.stranger)),
    refused('bad-signature', 'truncated', verdict().slice(0, -4)),
    refused('malformed', 'a place that is no number', verdict({ queue: { position: 'first' as never, deadlineAt: null } }), {
      claim: 'queue.position',
    }),
    refused('malformed', 'of no known kind', verdict({ verdict: 'paused' as never }), { claim: 'verdict' }),
  ],
};
