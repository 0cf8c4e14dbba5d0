/**
 * The name of a policy: `sha256:…` over its canonical bytes (RFC 8785), over the tree as it was written.
 *
 * No default is filled in first: two documents that mean the same today may differ tomorrow, and `apiVersion` pins what the
 * absent keys mean.
 */

import { invariant } from '@glidepath/core';
import canonicalJson from 'canonicalize';
import type { Crypto } from '../crypto.ts';

/** Only for trees in which `notJson` finds nothing; the library would leave out or convert what JSON cannot say. */
export function canonicalize(tree: unknown): string {
  const text = canonicalJson(tree);
  invariant(text !== undefined, 'a tree with a canonical form is one that JSON can say');
  return text;
}

/** `sha256:` and 64 hexadecimal digits. */
export function digestOf(tree: unknown, crypto: Pick<Crypto, 'sha256'>): string {
  const hash = crypto.sha256(new TextEncoder().encode(canonicalize(tree)));
  return `sha256:${Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
