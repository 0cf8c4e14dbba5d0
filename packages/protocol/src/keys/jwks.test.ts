import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ENTRIES, KEYS, leaseClaims } from '../test-words.ts';
import { LEASE_TYP, signWord } from '../words/compact.ts';
import { jwks } from './jwks.ts';

describe('jwks', () => {
  it('leaves compromised keys out', () => {
    expect(jwks({ keys: ENTRIES }).keys.map((key) => key.kid)).toEqual([KEYS.active.kid, KEYS.retired.kid]);
  });

  it('is enough for another library to verify a lease', () => {
    const [header = '', payload = '', signature = ''] = signWord(LEASE_TYP, leaseClaims(), KEYS.active).split('.');
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
    const jwk = jwks({ keys: ENTRIES }).keys.find((key) => key.kid === kid);
    const key = createPublicKey({ key: jwk as unknown as JsonWebKey, format: 'jwk' });
    expect(verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))).toBe(true);
  });
});
