import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../node/node-crypto.ts';
import { decodeBase64Url, encodeBase64Url } from './base64url.ts';

const bytes = fc.uint8Array({ maxLength: 70 });
const native = nodeCrypto.decodeBase64Url;
const decoders = { decodeBase64Url, native };

describe('base64url', () => {
  it('encodes as Node does', () => {
    fc.assert(fc.property(bytes, (data) => encodeBase64Url(data) === Buffer.from(data).toString('base64url')));
  });

  it.each(Object.entries(decoders))('%s gives back what was encoded', (_name, decode) => {
    fc.assert(
      fc.property(bytes, (data) => {
        expect(Array.from(decode(encodeBase64Url(data)) ?? [])).toEqual(Array.from(data));
      }),
    );
  });

  it.each(Object.entries(decoders))('%s knows one text for each byte string', (_name, decode) => {
    const near = fc.string({ unit: fc.constantFrom(...'AQgw-_+/= \n.z9é\u0141'), maxLength: 9 });
    fc.assert(
      fc.property(fc.oneof(near, fc.string()), (text) => {
        const data = decode(text);
        return data === null || encodeBase64Url(data) === text;
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['padding', 'TQ=='],
    ['a line break', 'TWFu\n'],
    ['a space', 'TW Fu'],
    ['the standard alphabet', '+/+/'],
    ['trailing bits in two characters', 'TR'],
    ['trailing bits in three characters', 'TWF'],
    ['one character left over', 'TWFuT'],
    ['a character above ASCII', 'TWF\u0141'],
  ])('refuses %s', (_what, text) => {
    for (const decode of Object.values(decoders)) expect(decode(text)).toBeNull();
  });
});
