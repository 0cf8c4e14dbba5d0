/**
 * Whether a stored version is still what its digest names.
 *
 * It is stored twice, as it was written and as the tree that was read from it: one of them that is whole is the version, and
 * the other one tells that somebody has changed the database. Neither whole: there is no such version any more.
 */
import { checkPolicy, type Policy, type PolicyVersion } from '@glidepath/core';
import type { Crypto } from '@glidepath/protocol';
import { digestOf, readPolicy } from '@glidepath/protocol/policy';

export interface StoredPolicy {
  /** Null: what is stored is not the version. */
  readonly policy: Policy | null;
  /** Null: as it should be. Otherwise the digest that something of it has; empty where it has none. */
  readonly tampered: string | null;
}

export function openStored({ digest, tree, source }: PolicyVersion, crypto: Pick<Crypto, 'sha256'>): StoredPolicy {
  const ofTree = digestOf(tree, crypto);
  const read = readPolicy(source, crypto);
  const ofSource = read.document?.digest ?? '';
  const tampered = ofTree !== digest ? ofTree : ofSource !== digest ? ofSource : null;
  if (ofTree === digest) return { policy: checkPolicy(tree).policy, tampered };
  return { policy: ofSource === digest ? read.policy : null, tampered };
}
