/**
 * The keys of an export: opened from the roots as a client does, and from the present key set back to the first by the hash that
 * each has of the one before, so that heads of keys long gone can be checked, too.
 */
import type { Instant } from '@glidepath/core';
import type { Crypto } from '../crypto.ts';
import type { KeySetClaims, KeySetEntry } from '../keys/key-set.ts';
import { keySetDigest, openKeySet } from '../keys/open-key-set.ts';
import { decodeJson, KEY_SET_TYP, splitWord } from '../words/compact.ts';
import type { ExportedItems } from './log-export.ts';
import type { Find } from './log-finding.ts';
import { openLogHead } from './log-head.ts';

export interface ExpectedHead {
  readonly size: number;
  readonly root: string;
  readonly at: Instant;
  readonly incarnation: number;
}

export interface ExportedKeys {
  readonly remarks: readonly string[];
  /** Null: it is signed by a key of the export and says what is expected; otherwise why not, to follow "the head". */
  openHead(head: string, expected: ExpectedHead | null, roots?: ReadonlyMap<number, string>): string | null;
}

interface Signers {
  readonly name: string;
  readonly issuer: string;
  readonly keys: readonly KeySetEntry[];
}

interface Options {
  readonly crypto: Crypto;
  readonly roots: readonly string[];
  readonly now: Instant;
}

export function readExportedKeys(
  environments: readonly ExportedItems['environments'][],
  sets: readonly ExportedItems['key-sets'][],
  { crypto, roots, now }: Options,
  find: Find,
): ExportedKeys {
  const remarks: string[] =
    roots.length > 0 ? [] : ['The roots are those of the export itself: name one that you pin to be sure whose log this is.'];
  const signers = environments.map((environment): Signers => {
    const { id, name, issuer, keySet } = environment;
    const trusted = roots.length > 0 ? roots : environment.roots.map(({ x }) => x);
    const opened = openKeySet(keySet, { roots: trusted, env: name, iss: issuer, now, crypto, isOwnCopy: true });
    if (!opened.ok) {
      find('keys', name, `The key set of ${name} does not open from the roots that are trusted: ${opened.reason}.`);
      return { name, issuer, keys: [] };
    }
    const documents = sets.filter((set) => set.environment === id).toSorted((a, b) => b.version - a.version);
    return { name, issuer, keys: keysBack(name, opened.value, documents, crypto, find) };
  });
  return {
    remarks,
    openHead(head, expected, known) {
      let why = 'is signed by no key of this control plane';
      for (const { name, issuer, keys } of signers) {
        const opened = openLogHead(head, { keys: { keys }, crypto, env: name, iss: issuer });
        if (opened.ok) return expected === null ? differsFrom(opened.value, known) : differs(opened.value, expected);
        if (opened.reason === 'compromised-key') {
          remarks.push(`A head is signed by a key of ${name} that is known to be compromised: it proves nothing by itself.`);
          return null;
        }
        if (opened.reason !== 'unknown-key') why = `is not believed: ${opened.reason}`;
      }
      return why;
    },
  };
}

function differs(claims: ExpectedHead, expected: ExpectedHead): string | null {
  const wrong = (['size', 'root', 'at', 'incarnation'] as const).filter((key) => claims[key] !== expected[key]);
  return wrong.length === 0 ? null : `says something else about ${wrong.join(', ')} than what is stored`;
}

function differsFrom({ size, root }: ExpectedHead, roots: ReadonlyMap<number, string> | undefined): string | null {
  return roots?.get(size) === root ? null : `is of another log: this one has no ${size} entries with that root`;
}

/** All keys that ever were in a key set: as the newest set that still names them says. */
function keysBack(
  name: string,
  latest: KeySetClaims,
  documents: readonly ExportedItems['key-sets'][],
  crypto: Crypto,
  find: Find,
): readonly KeySetEntry[] {
  const keys = new Map(latest.keys.map((key) => [key.kid, key]));
  let { previous } = latest;
  while (previous !== null) {
    const document = documents.find((set) => keySetDigest(set.document, crypto) === previous)?.document;
    const split = document === undefined ? null : splitWord(document, KEY_SET_TYP, crypto);
    const claims = split?.ok === true ? (decodeJson(split.value.payload, crypto) as KeySetClaims | null) : null;
    if (claims === null) {
      find('keys', name, `A key set of ${name} that a later one names is gone or was changed.`);
      break;
    }
    for (const key of claims.keys) if (!keys.has(key.kid)) keys.set(key.kid, key);
    previous = claims.previous;
  }
  return [...keys.values()];
}
