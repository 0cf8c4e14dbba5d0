import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { instant, type Snapshot } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { testTools } from '../x509/test-tools.ts';
import { findTokens } from './compact.ts';
import { jwtConnector } from './jwt-connector.ts';
import { kindOfToken } from './token-kind.ts';

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const ed = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const other = generateKeyPairSync('ed25519');
const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();

function token(claims: object, header: object = { alg: 'EdDSA', typ: 'JWT' }, key: KeyObject = ed.privateKey): string {
  const input = `${encoded(header)}.${encoded(claims)}`;
  return `${input}.${sign(key.asymmetricKeyType === 'rsa' ? 'sha256' : null, Buffer.from(input), key).toString('base64url')}`;
}

const END = 1_830_000_000;
const LICENSE = { iss: 'https://vendor.example', product: 'Builder', seats: 25, iat: 1_790_000_000, nbf: 1_790_000_001, exp: END };
const read = (source: string, verifyWith: string | null = null): Promise<Snapshot> =>
  jwtConnector.read(Buffer.from(source), {
    zone: 'UTC',
    now: null,
    verifyWith: verifyWith === null ? null : Buffer.from(verifyWith),
    openWith: null,
  });

describe('jwt read', () => {
  it('reads product, seats and end', async () => {
    const snapshot = await read(token(LICENSE), pemOf(ed.publicKey));
    expect(snapshot).toMatchObject({ takenAt: 1_790_000_000_000, unparsedCount: 0, notes: ['valid from 2026-09-21T14:13:21.000Z'] });
    expect(snapshot.features).toMatchObject([
      { name: 'Builder', issued: 25, used: null, expiresAt: END * 1_000, ends: 'dated', kind: 'named' },
    ]);
  });

  it.each([
    ['JSON', (jwt: string) => JSON.stringify({ license: { token: jwt } })],
    ['a line of a configuration', (jwt: string) => `# comment. e.g.\nlicense = "${jwt}"\n`],
    ['lines of 64 characters', (jwt: string) => (jwt.match(/.{1,64}/g) ?? []).join('\r\n')],
    ['a sentence', (jwt: string) => `Your licence is ${jwt}.`],
  ])('finds it in %s', async (_, wrap) => {
    expect((await read(wrap(token(LICENSE)))).features).toMatchObject([{ name: 'Builder' }]);
  });

  it('says that nobody checked the signature when no key was given', async () => {
    expect((await read(token(LICENSE))).notes).toContain('line 1: the signature was not checked: no key was given');
  });

  const jwk = ed.publicKey.export({ format: 'jwk' });
  it.each([
    ['PEM', pemOf(ed.publicKey)],
    ['JWK', JSON.stringify(jwk)],
    ['JWK set', JSON.stringify({ keys: [other.publicKey.export({ format: 'jwk' }), { kty: 'oct', k: 'AAAA' }, jwk] })],
    ['hex', Buffer.from(String(jwk.x), 'base64url').toString('hex')],
  ])('verifies by a key in %s', async (_, key) => {
    expect(await read(token(LICENSE), key)).toMatchObject({ features: [{ name: 'Builder' }] });
    expect((await read(token(LICENSE), key)).refused).toBeUndefined();
  });

  const input = (alg: string) => `${encoded({ alg, typ: 'JWT' })}.${encoded(LICENSE)}`;
  const rsaPem = pemOf(rsa.publicKey);
  it.each([
    ['another key', token(LICENSE), pemOf(other.publicKey)],
    ['a changed claim', token(LICENSE).replace(encoded(LICENSE), encoded({ ...LICENSE, seats: 9_999 })), pemOf(ed.publicKey)],
    ['no signature', `${input('none')}.`, pemOf(ed.publicKey)],
    ['no signature, spelt otherwise', `${input('nOnE')}.`, pemOf(ed.publicKey)],
    ['the public key as a secret', `${input('HS256')}.${createHmac('sha256', rsaPem).update(input('HS256')).digest('base64url')}`, rsaPem],
    ['an algorithm of another kind of key', token(LICENSE, { alg: 'RS256' }, rsa.privateKey), pemOf(ed.publicKey)],
    [
      'a secret key',
      `${input('HS256')}.${createHmac('sha256', 'k').update(input('HS256')).digest('base64url')}`,
      JSON.stringify({ kty: 'oct', k: 'aw' }),
    ],
    ['no key at all', token(LICENSE), 'hello'],
  ])('believes nothing with %s', async (_, source, key) => {
    expect(await read(source, key)).toMatchObject({ features: [], refused: 'bad-signature' });
  });

  it('lets RSA verify by any of its algorithms', async () => {
    expect(await read(token(LICENSE, { alg: 'RS256' }, rsa.privateKey), rsaPem)).toMatchObject({ features: [{ name: 'Builder' }] });
  });

  it.each([
    [
      'the end of the licence before that of its token',
      {
        lexp: END,
        exp: END + 86_400,
        prod: ['grafana-enterprise'],
        included_users: 100,
        included_viewers: 7,
        included_admins: -1,
        lid: '42',
      },
      [
        { name: 'grafana-enterprise', issued: 100, pool: '42', expiresAt: END * 1_000 },
        { name: 'grafana-enterprise included_viewers', issued: 7 },
      ],
    ],
    [
      'a token that ends before its licence',
      { lexp: END + 86_400, exp: END, prod: ['grafana-enterprise'] },
      [{ expiresAt: END * 1_000, stopsAt: null }],
    ],
    [
      'a grace',
      { license_expires: END, exp: END + 86_400, account_type: 'salesforce', features: { user_limit: 50, audit_log: 1, browser_only: 0 } },
      [
        { name: 'coder', expiresAt: END * 1_000, stopsAt: (END + 86_400) * 1_000, issued: null },
        { name: 'user_limit', issued: 50 },
        { name: 'audit_log', issued: null },
      ],
    ],
    [
      'a list of features',
      { product: 'P', features: ['a', 'b', 3], exp: END },
      [{ name: 'P' }, { name: 'a', pool: 'P', issued: null }, { name: 'b' }],
    ],
    ['no end', { product: 'P', seats: 1 }, [{ expiresAt: null, ends: 'unstated' }]],
    ['an end in milliseconds', { product: 'P', seats: 1, exp: END * 1_000 }, [{ expiresAt: null, ends: 'unstated' }]],
    ['seats that are no number', { product: 'P', seats: '25', exp: END }, [{ issued: null }]],
    ['unlimited seats', { product: 'P', seats: -1, exp: END }, [{ issued: null }]],
  ])('takes %s', async (_, claims, rows) => {
    const { features } = await read(token(claims));
    expect(features).toMatchObject(rows);
  });

  it('counts what has the form of a token and is none, and shows nothing of it', async () => {
    const broken = `${encoded({ alg: 'EdDSA' })}.bm90IGpzb24.c2lnbmF0dXJl`;
    const snapshot = await read(`x\n${broken}`);
    expect(snapshot).toMatchObject({ features: [], unparsedCount: 1, unparsed: [{ line: 2 }] });
    expect(JSON.stringify(snapshot)).not.toContain('bm90IGpzb24');
    expect(await read('nothing here')).toMatchObject({ features: [], unparsedCount: 1 });
  });

  it('never shows the token', async () => {
    const jwt = token(LICENSE);
    for (const key of [null, pemOf(ed.publicKey), pemOf(other.publicKey)])
      for (const part of jwt.split('.')) expect(JSON.stringify(await read(jwt, key))).not.toContain(part);
  });
});

describe('jwt probe', () => {
  const tools = testTools({
    now: instant(0),
    files: { '/a.jwt': token(LICENSE), '/k.pem': pemOf(ed.publicKey), '/o.pem': pemOf(other.publicKey), '/no': 'x' },
  });
  it.each([
    [{ file: '/a.jwt' }, { ok: true }],
    [{ file: '/a.jwt', key: '/k.pem' }, { ok: true }],
    [
      { file: '/a.jwt', key: '/o.pem' },
      { ok: false, reason: 'bad-signature' },
    ],
    [
      { file: '/a.jwt', key: '/gone' },
      { ok: false, reason: 'file-missing' },
    ],
    [{ file: '/no' }, { ok: false, reason: 'unreadable' }],
    [{}, { ok: false, reason: 'bad-settings' }],
  ])('given %j, gives %j', async (settings, expected) => {
    expect(await jwtConnector.probe(settings, tools)).toMatchObject(expected);
  });
});

describe('kindOfToken', () => {
  it.each([
    [{ iss: 'kubernetes/serviceaccount', sub: 'system:serviceaccount:a:b' }, /Kubernetes/],
    [{ iss: 'https://kubernetes.default.svc', 'kubernetes.io': { namespace: 'a' }, exp: END }, /Kubernetes/],
    [{ iss: 'https://accounts.example', sub: 'me', aud: 'app', nonce: 'n', exp: END }, /signs somebody in/],
    [{ iss: 'https://token.actions.example', repository_owner: 'acme' }, /build job/],
    [{ sub: 'me', exp: END }, /nothing says/],
  ])('takes %j for no licence', (claims, what) => {
    const [found] = findTokens(token(claims)).tokens;
    expect(found && kindOfToken(found)).toEqual({ isLicense: false, what: expect.stringMatching(what) });
  });

  it.each([{ lexp: END }, { entitlements: ['a'] }, { license_expires: END }, { seats: 3 }, { aud: 'enterprise.goauthentik.io/license/x' }])(
    'takes %j for a licence',
    (claims) => {
      const [found] = findTokens(token(claims)).tokens;
      expect(found && kindOfToken(found)).toEqual({ isLicense: true });
    },
  );
});
