import { describe, expect, it } from 'vitest';
import { nodeCrypto } from './node-crypto.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

/** RFC 8032, 7.1, tests 1 and 2. */
const vectors = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
];

describe('node crypto', () => {
  it.each(vectors)('signs and verifies as RFC 8032 does ($message)', ({ seed, publicKey, message, signature }) => {
    const key = nodeCrypto.signerFromSeed(hex(seed));
    expect(key.x).toBe(hex(publicKey).toString('base64url'));
    expect(Buffer.from(key.sign(hex(message))).toString('hex')).toBe(signature);
    expect(nodeCrypto.verify(key.x, hex(message), hex(signature))).toBe(true);
  });

  it('names a key by its thumbprint', () => {
    expect(nodeCrypto.signerFromSeed(hex(vectors[0]?.seed ?? '')).kid).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
  });

  it.each([
    ['another message', undefined, 'ff', undefined],
    ['a signature that is too short', undefined, undefined, 'e556'],
    ['a key that is none', 'AAAA', undefined, undefined],
    ['a key with a text that is no base64url', '!', undefined, undefined],
  ])('says no to %s without throwing', (_what, x, message, signature) => {
    const [first] = vectors;
    const key = nodeCrypto.signerFromSeed(hex(first?.seed ?? ''));
    expect(nodeCrypto.verify(x ?? key.x, hex(message ?? ''), hex(signature ?? first?.signature ?? ''))).toBe(false);
  });

  it('hashes with SHA-256', () => {
    expect(Buffer.from(nodeCrypto.sha256(Buffer.from('abc'))).toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});
