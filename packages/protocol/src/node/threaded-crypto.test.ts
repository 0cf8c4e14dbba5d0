import { describe, expect, it } from 'vitest';
import { nodeCrypto } from './node-crypto.ts';
import { endCryptoThread, threadedCrypto } from './threaded-crypto.ts';

const seedOf = (at: number) => nodeCrypto.sha256(new TextEncoder().encode(`seed ${at}`));
const dataOf = (at: number) => new TextEncoder().encode(`${at} `.repeat((at % 50) + 1));
const verify = (x: string, data: Uint8Array, signature: Uint8Array) => threadedCrypto.verifyApart?.(x, data, signature);
const sign = (at: number) => threadedCrypto.signerFromSeed(seedOf(at)).signApart?.(dataOf(at));

describe('the crypto thread', () => {
  it('answers each of many jobs at once as the thread that asks would have', async () => {
    const jobs = Array.from({ length: 400 }, (_, at) => {
      const key = nodeCrypto.signerFromSeed(seedOf(at % 20));
      const signature = key.sign(dataOf(at));
      const strange = at % 3 === 0 ? dataOf(at + 1) : dataOf(at);
      return { at, x: key.x, strange, signature, isTheirs: at % 3 !== 0 };
    });
    const answers = await Promise.all(
      jobs.map(async ({ at, x, strange, signature }) => [await verify(x, strange, signature), at % 5 === 0 ? await sign(at) : null]),
    );
    expect(answers.map(([isTheirs]) => isTheirs)).toEqual(jobs.map(({ isTheirs }) => isTheirs));
    for (const [at, [, signature]] of answers.entries())
      if (at % 5 === 0) expect(signature).toEqual(new Uint8Array(nodeCrypto.signerFromSeed(seedOf(at)).sign(dataOf(at))));
  });

  it('says no to keys and signatures that are none', async () => {
    const key = nodeCrypto.signerFromSeed(seedOf(1));
    const signature = key.sign(dataOf(1));
    for (const [x, given] of [
      ['', signature],
      ['AAAA', signature],
      ['not base64url!', signature],
      [key.x, signature.subarray(1)],
      [key.x, new Uint8Array(0)],
      [key.x, new Uint8Array(65)],
    ] as const)
      expect(await verify(x, dataOf(1), given)).toBe(false);
    expect(await verify(key.x, dataOf(1), signature)).toBe(true);
  });

  it('loses no job when it ends in their middle, and goes on in another', async () => {
    const key = nodeCrypto.signerFromSeed(seedOf(2));
    const signature = key.sign(dataOf(2));
    const asked = Array.from({ length: 300 }, () => verify(key.x, dataOf(2), signature));
    await endCryptoThread();
    expect(new Set(await Promise.all(asked))).toEqual(new Set([true]));
    expect(await verify(key.x, dataOf(2), signature)).toBe(true);
  });
});
