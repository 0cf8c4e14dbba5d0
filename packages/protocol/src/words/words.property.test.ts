import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Crypto } from '../crypto.ts';
import { openKeySet } from '../keys/open-key-set.ts';
import { nodeCrypto } from '../node/node-crypto.ts';
import { arbitraryLease } from '../test-arbitrary.ts';
import {
  at,
  bundle,
  ENTRIES,
  ENV,
  grantClaims,
  grantedLeaseClaims,
  ISS,
  KEYS,
  leaseClaims,
  proofClaims,
  verdictClaims,
} from '../test-words.ts';
import { decodeBase64Url } from './base64url.ts';
import { LEASE_TYP, signWord, VERDICT_TYP } from './compact.ts';
import { openGrant, signGrant } from './grant.ts';
import { openLease } from './lease.ts';
import { openProof, signProof } from './proof.ts';
import { openVerdict } from './verdict.ts';

/** Without the native decoder: what a browser runs. */
const portable = { ...nodeCrypto, decodeBase64Url };

function readers(crypto: Crypto): Record<string, (word: unknown) => { readonly ok: boolean }> {
  const context = { keys: { keys: ENTRIES }, crypto, env: ENV, iss: ISS };
  return {
    lease: (word) => openLease(word, context),
    verdict: (word) => openVerdict(word, context),
    grant: (word) => openGrant(word, context),
    proof: (word) => openProof(word, { crypto, op: 'acquire', keyHash: proofClaims().key }),
  };
}

const words: Record<string, string> = {
  lease: signWord(LEASE_TYP, leaseClaims(), KEYS.active),
  verdict: signWord(VERDICT_TYP, verdictClaims(), KEYS.active),
  grant: signGrant(grantClaims(), KEYS.active),
  proof: signProof(proofClaims(), KEYS.installation),
};
words['lease by grant'] = signWord(LEASE_TYP, grantedLeaseClaims(words.grant ?? ''), KEYS.sub);

const cases = Object.entries(words).flatMap(([name, word]) =>
  Object.entries({ native: nodeCrypto, portable }).map(([form, crypto]) => {
    const read = readers(crypto)[name.split(' ')[0] ?? ''] ?? (() => ({ ok: true }));
    return { name: `${name}, ${form}`, word, read };
  }),
);

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

describe.each(cases)('$name', ({ word, read }) => {
  it('opens as it was signed', () => {
    expect(read(word).ok).toBe(true);
  });

  it('never opens with one character changed', () => {
    const position = fc.nat(word.length - 1);
    const character = fc.oneof(fc.constantFrom(...letters), fc.constantFrom('.', '=', '+', '/', ' ', '\n', '\u0141', '\u0000'));
    fc.assert(
      fc.property(position, character, (index, other) => {
        fc.pre(word[index] !== other);
        return !read(word.slice(0, index) + other + word.slice(index + 1)).ok;
      }),
      { numRuns: 200 },
    );
  });

  it('never opens with its last characters changed', () => {
    for (const other of letters) {
      for (const index of [word.length - 1, word.lastIndexOf('.') - 1, word.indexOf('.') - 1]) {
        if (word[index] !== other) expect(read(word.slice(0, index) + other + word.slice(index + 1)).ok).toBe(false);
      }
    }
  });

  it('never opens with a character more or less', () => {
    fc.assert(
      fc.property(fc.nat(word.length - 1), fc.constantFrom('A', '.', '=', ' '), (index, extra) => {
        return !read(word.slice(0, index) + word.slice(index + 1)).ok && !read(word.slice(0, index) + extra + word.slice(index)).ok;
      }),
      { numRuns: 100 },
    );
  });

  it('refuses any text and any value without throwing', () => {
    const part = fc.oneof(
      fc.string(),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
      fc.constantFrom(...word.split('.')),
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(part, { maxLength: 5 }).map((parts) => parts.join('.')),
    );
    fc.assert(
      fc.property(fc.oneof(text, fc.anything()), (input) => {
        fc.pre(input !== word);
        return !read(input).ok;
      }),
      { numRuns: 500 },
    );
  });
});

describe('lease', () => {
  it('comes back as it was signed, whatever it says', () => {
    fc.assert(
      fc.property(arbitraryLease, (claims) => {
        const opened = openLease(signWord(LEASE_TYP, claims, KEYS.active), {
          keys: { keys: ENTRIES },
          crypto: nodeCrypto,
          env: ENV,
          iss: ISS,
        });
        expect(opened).toEqual({ ok: true, value: { claims, trust: 'good', via: 'issuer', grant: null } });
      }),
      { numRuns: 200 },
    );
  });
});

describe('key set', () => {
  it('refuses any bundle without throwing', () => {
    const good = bundle();
    const word = fc.oneof(fc.constantFrom(good.keySet, good.keySetKey), fc.string(), fc.anything());
    const any = fc.oneof(fc.anything(), fc.record({ keySet: word, keySetKey: word, roots: fc.oneof(fc.array(word), fc.anything()) }));
    const context = { roots: [KEYS.root.x, KEYS.secondRoot.x], env: ENV, iss: ISS, now: at(0), crypto: nodeCrypto };
    fc.assert(
      fc.property(any, (input) => {
        const isGood = JSON.stringify(input) === JSON.stringify(good);
        return openKeySet(input, context).ok === isGood;
      }),
      { numRuns: 500 },
    );
  });
});
