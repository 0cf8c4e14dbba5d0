/** Chance that is the same in every run: for jitter, and for ids and keys that nobody must guess only in production. */
import type { Entropy, Random } from '@glidepath/core';

/** A linear congruential step of 32 bits and an avalanche over its state: even enough for jitter, useless for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      let mixed = state ^ (state >>> 16);
      mixed = Math.imul(mixed, 0x21f0_aaad);
      mixed ^= mixed >>> 15;
      mixed = Math.imul(mixed, 0x735a_2d97);
      return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
    },
  };
}

export function seededEntropy(seed: number): Entropy {
  const random = seededRandom(seed ^ 0x5bd1_e995);
  return { bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(random.next() * 256)) };
}
