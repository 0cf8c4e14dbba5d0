/** The walk from parsed nodes to one JSON tree, with the place of each part and everything that JSON cannot say. */
import { describeValue, shown, type Violation } from '@glidepath/core';
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { ReadingViolationCode } from './reading-violations.ts';

export type Path = Violation['path'];

/** Where a part stands, by offset: its value, and the key that leads to it. */
export interface Spot {
  readonly key: number | null;
  readonly value: number;
  readonly items: ReadonlyMap<string | number, Spot>;
}

export interface Flaw {
  readonly code: ReadingViolationCode;
  readonly path: Path;
  readonly message: string;
  readonly found: string;
  readonly expected: string;
  readonly offset: number;
}

export interface Walked {
  readonly tree: unknown;
  readonly root: Spot;
  readonly flaws: readonly Flaw[];
  /** False once something could not be taken into the tree, so that nothing more can be said about it. */
  readonly isWhole: boolean;
}

interface Part {
  readonly tree: unknown;
  readonly spot: Spot;
}

const FLAWS_MAX = 100;

/** Aliases are not followed, so the work is bounded by the text; the parser has bounded the depth. */
export function walk(contents: Node | null): Walked {
  const flaws: Flaw[] = [];
  let isWhole = true;
  const { tree, spot } = read(contents, null, 0, []);
  return { tree, root: spot, flaws, isWhole };

  function read(node: Node | null, key: number | null, emptyAt: number, path: Path): Part {
    const offset = node?.range?.[0] ?? emptyAt;
    noteProperties(node, offset, path);
    if (isMap(node)) return readMap(node.items, key, offset, path);
    if (isSeq(node)) {
      const parts = node.items.map((item, index) => read(item as Node | null, null, offset, [...path, index]));
      return {
        tree: parts.map((part) => part.tree),
        spot: { key, value: offset, items: new Map(parts.map((part, index) => [index, part.spot])) },
      };
    }
    const isEmpty = !node || (isScalar(node) && node.source === '' && node.type === 'PLAIN');
    const spot: Spot = { key, value: isEmpty ? (key ?? offset) : offset, items: new Map() };
    if (isAlias(node)) {
      leaveOut('alias', path, 'an alias is not read', `*${shown(node.source)}`, 'the part itself, written again', offset);
      return { tree: null, spot };
    }
    return { tree: isScalar(node) ? node.value : null, spot };
  }

  function readMap(pairs: readonly Pair[], key: number | null, offset: number, path: Path): Part {
    const tree = {};
    const items = new Map<string, Spot>();
    for (const pair of pairs) {
      const keyNode = pair.key as Node | null;
      const keyAt = keyNode?.range?.[0] ?? offset;
      noteProperties(keyNode, keyAt, path);
      const name = isScalar(keyNode) ? keyNode.value : undefined;
      if (typeof name !== 'string') {
        const found = isScalar(keyNode) ? describeValue(name) : 'a mapping, a list or an alias';
        leaveOut('key-not-text', path, 'this key is no text', found, 'text; in quotes, if it looks like something else', keyAt);
      } else if (name === '<<' && isScalar(keyNode) && keyNode.type === 'PLAIN' && !isScalar(pair.value)) {
        note('merge-key', [...path, name], '`<<` merges nothing here', '<<', 'the keys themselves', keyAt);
      } else if (items.has(name)) {
        note('duplicate-key', [...path, name], `\`${shown(name)}\` stands above already`, describeValue(name), 'each key once', keyAt);
      } else {
        const part = read(pair.value as Node | null, keyAt, keyAt, [...path, name]);
        items.set(name, part.spot);
        // Defined, not assigned: `__proto__` is a key like any other.
        Object.defineProperty(tree, name, { value: part.tree, enumerable: true, writable: true, configurable: true });
      }
    }
    return { tree, spot: { key, value: offset, items } };
  }

  /** Anchors and tags change no part of the tree as we read it, so the rest of the document can still be judged. */
  function noteProperties(node: Node | null, offset: number, path: Path): void {
    if (!node || isAlias(node)) return;
    const { anchor, tag } = node as Node & { anchor?: string; tag?: string };
    if (anchor !== undefined) note('anchor', path, 'an anchor is not read', `&${shown(anchor)}`, 'no anchor', offset);
    if (tag !== undefined) note('tag', path, 'an explicit tag is not read', shown(tag), 'no tag', offset);
  }

  function leaveOut(...flaw: Parameters<typeof note>): void {
    isWhole = false;
    note(...flaw);
  }

  function note(code: ReadingViolationCode, path: Path, message: string, found: string, expected: string, offset: number): void {
    if (flaws.length < FLAWS_MAX) flaws.push({ code, path, message, found, expected, offset });
  }
}
