import { instant } from '@glidepath/core';
import { nodeCrypto } from '@glidepath/protocol/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLANK, hasHeardLater, type Memory, mergeMemories, parseSidecar, type Sidecar, sidecarText } from './sidecar.ts';
import { unanchored } from './trusted-time.ts';

const when = fc.nat(1_000).map((ms) => instant(ms));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const memory: fc.Arbitrary<Memory> = fc.record({
  license: fc.constant('lic_1'),
  keys: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
  seq: maybe(fc.record({ incarnation: fc.nat(3), count: fc.nat(9) })),
  wordAt: maybe(when),
  heard: fc.nat(3),
  receipts: fc.dictionary(fc.constantFrom('suspended', 'revoked', 'lowering:x'), when),
  tier: maybe(fc.constantFrom('full', 'reduced')),
  stepAt: maybe(when),
  clockBehindAt: maybe(when),
  identityChangedAt: maybe(when),
  fingerprint: fc.dictionary(fc.constantFrom('cpu', 'mac'), fc.constantFrom('x', 'y')),
  firstRunAt: maybe(when),
  released: fc.boolean(),
  grantsUsed: fc.uniqueArray(fc.constantFrom('g1', 'g2')),
  grantsReported: fc.uniqueArray(fc.constantFrom('g1', 'g2')),
});

describe('sidecar', () => {
  it('reads what it wrote', () => {
    fc.assert(
      fc.property(memory, maybe(fc.nat(1e6)), (remembered, wall) => {
        const time = wall === null ? null : { ...unanchored({ wall: instant(wall), monotonic: 7 }), bootId: 'boot' };
        const sidecar: Sidecar = { memory: remembered, time };
        expect(parseSidecar(sidecarText(sidecar, nodeCrypto), nodeCrypto)).toMatchObject(sidecar);
      }),
    );
  });

  it('is nothing when it is cut off anywhere, and never throws', () => {
    const text = sidecarText({ memory: BLANK, time: { ...unanchored({ wall: instant(1), monotonic: 1 }), bootId: null } }, nodeCrypto);
    for (let length = 0; length < text.length; length++) expect(parseSidecar(text.slice(0, length), nodeCrypto)).toBeNull();
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(parseSidecar(json, nodeCrypto)).toBeNull();
      }),
    );
  });
});

describe('merging memories', () => {
  it('forgets no grant, and takes of two receipts the earlier', () => {
    fc.assert(
      fc.property(memory, memory, (own, other) => {
        const merged = mergeMemories(own, other);
        expect(new Set(merged.grantsUsed)).toEqual(new Set([...own.grantsUsed, ...other.grantsUsed]));
        for (const [name, at] of Object.entries(merged.receipts)) {
          expect(at).toBe(Math.min(own.receipts[name] ?? Number.POSITIVE_INFINITY, other.receipts[name] ?? Number.POSITIVE_INFINITY));
        }
      }),
    );
  });

  it('believes of what goes on the one that heard a later word, whichever side it is on', () => {
    fc.assert(
      fc.property(memory, memory, (own, other) => {
        const newer = hasHeardLater(other, own) ? other : own;
        const merged = mergeMemories(own, other);
        expect([merged.seq, merged.wordAt, merged.heard, merged.tier]).toEqual([newer.seq, newer.wordAt, newer.heard, newer.tier]);
        if (hasHeardLater(own, other) || hasHeardLater(other, own)) {
          expect(Object.keys(merged.receipts).sort()).toEqual(Object.keys(newer.receipts).sort());
        }
      }),
    );
  });

  it('changes nothing when it is done again', () => {
    fc.assert(
      fc.property(memory, memory, (own, other) => {
        const once = mergeMemories(own, other);
        expect(mergeMemories(once, other)).toEqual(once);
      }),
    );
  });

  it('keeps two licenses apart', () => {
    const own = { ...BLANK, license: 'lic_1' };
    expect(mergeMemories(own, { ...BLANK, license: 'lic_2', heard: 9 })).toBe(own);
  });
});
