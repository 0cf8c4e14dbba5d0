import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../node/node-crypto.ts';
import { consistencyRanges, hashesOf, inclusionRanges, isConsistent, isIncluded } from './log-proofs.ts';
import { Frontier, leafHash, nodeHash, rootOf, splitOf } from './merkle.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const leafOf = (text: string) => leafHash(bytes(text), nodeCrypto);

/** The eight leaves that implementations of Certificate Transparency are compared by, and the root after each. */
const KNOWN: readonly (readonly [leaf: string, root: string])[] = [
  ['', '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
  ['00', 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
  ['10', 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
  ['2021', 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'],
  ['3031', '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4'],
  ['40414243', '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef'],
  ['5051525354555657', 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
  ['606162636465666768696a6b6c6d6e6f', '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
];

/** The definition in RFC 6962, section 2.1, word for word: slow, and another way than the one that is tested. */
function rootByDefinition(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return nodeCrypto.sha256(new Uint8Array(0));
  if (leaves.length === 1) return leaves[0] as Uint8Array;
  const split = splitOf(leaves.length);
  return nodeHash(rootByDefinition(leaves.slice(0, split)), rootByDefinition(leaves.slice(split)), nodeCrypto);
}

const log = (size: number) => Array.from({ length: size }, (_, at) => leafHash(new TextEncoder().encode(`leaf ${at}`), nodeCrypto));

describe('the tree', () => {
  it('of nothing has the hash of nothing as its root', () => {
    expect(hex(rootOf([], nodeCrypto))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('has the roots that others compute', () => {
    const frontier = new Frontier(nodeCrypto);
    for (const [leaf, root] of KNOWN) {
      frontier.append(leafOf(leaf));
      expect(hex(frontier.root())).toBe(root);
    }
  });

  it('has the root of the definition at every size', () => {
    for (let size = 0; size <= 70; size++) expect(hex(rootOf(log(size), nodeCrypto))).toBe(hex(rootByDefinition(log(size))));
  });

  it('tells a leaf from a node with the same bytes', () => {
    const [left, right] = [leafOf('00'), leafOf('01')];
    expect(hex(leafHash(new Uint8Array([...left, ...right]), nodeCrypto))).not.toBe(hex(nodeHash(left, right, nodeCrypto)));
  });
});

describe('a proof of inclusion', () => {
  it('leads from every leaf of every small log to its root, and from no other place', () => {
    for (let size = 1; size <= 33; size++) {
      const leaves = log(size);
      const root = rootOf(leaves, nodeCrypto);
      for (const [position, leaf] of leaves.entries()) {
        const hashes = hashesOf(inclusionRanges(position, size), leaves, nodeCrypto);
        expect(isIncluded({ leaf, position, size, root, hashes }, nodeCrypto)).toBe(true);
        for (const other of [position - 1, position + 1, position + size])
          expect(isIncluded({ leaf, position: other, size, root, hashes }, nodeCrypto)).toBe(false);
        expect(isIncluded({ leaf, position, size, root, hashes: [...hashes, leaf] }, nodeCrypto)).toBe(false);
        expect(isIncluded({ leaf, position, size, root, hashes: hashes.slice(1) }, nodeCrypto)).toBe(hashes.length === 0);
      }
    }
  });

  it('is no longer than the tree is high', () => {
    expect(inclusionRanges(123_456_789, 2 ** 40).length).toBe(40);
  });
});

describe('a proof of consistency', () => {
  it('joins every two sizes of one log, and no two of different logs', () => {
    const leaves = log(33);
    const other = leaves.with(0, leafOf('ff'));
    for (let to = 0; to <= 33; to++) {
      for (let from = 0; from <= to; from++) {
        const hashes = hashesOf(consistencyRanges(from, to), leaves, nodeCrypto);
        const [earlier, later] = [from, to].map((size) => ({ size, root: rootOf(leaves.slice(0, size), nodeCrypto) }));
        const forked = { size: from, root: rootOf(other.slice(0, from), nodeCrypto) };
        if (earlier === undefined || later === undefined) throw new Error('two sizes');
        expect(isConsistent(earlier, later, hashes, nodeCrypto)).toBe(true);
        if (from === 0) continue;
        expect(isConsistent(forked, later, hashes, nodeCrypto)).toBe(false);
        expect(isConsistent(later, earlier, hashes, nodeCrypto)).toBe(from === to);
        expect(isConsistent(earlier, later, [...hashes, earlier.root], nodeCrypto)).toBe(false);
        if (hashes.length > 0) expect(isConsistent(earlier, later, hashes.slice(0, -1), nodeCrypto)).toBe(false);
      }
    }
  });

  it('fails when one bit of one hash, root or size is another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 60 }), fc.nat(), fc.nat(7), (from, more, nth, bit) => {
        const leaves = log(from + more);
        const earlier = { size: from, root: rootOf(leaves.slice(0, from), nodeCrypto).slice() };
        const later = { size: from + more, root: rootOf(leaves, nodeCrypto).slice() };
        const hashes = hashesOf(consistencyRanges(from, from + more), leaves, nodeCrypto).map((hash) => hash.slice());
        expect(isConsistent(earlier, later, hashes, nodeCrypto)).toBe(true);
        const texts = [earlier.root, later.root, ...hashes];
        const changed = texts[nth % texts.length] as Uint8Array;
        changed[nth % 32] = (changed[nth % 32] as number) ^ (1 << bit);
        // The root of one leaf is that leaf: two roots that are one array, changed alike, would be consistent.
        expect(isConsistent(earlier, later, hashes, nodeCrypto)).toBe(false);
      }),
    );
  });
});
