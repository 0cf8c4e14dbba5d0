/**
 * Published policies, checked and ready to decide with. A digest's content never changes, so a shelf needs no expiry: what was
 * whole when it was read stays in force on this node, whatever becomes of the database.
 */
import { type PathTerms, type Policy, type PolicyVersion, pathTerms, type Store } from '@glidepath/core';
import type { Crypto } from '@glidepath/protocol';
import type { Log } from '../../world.ts';
import { openStored } from './stored-policy.ts';

export interface PolicyInForce {
  readonly digest: string;
  readonly policy: Policy;
  readonly path: PathTerms;
}

export interface PolicyShelf {
  /** Null: no policy of that digest was published, or what is stored is not what the digest names. */
  take(digest: string): Promise<PolicyInForce | null>;
  /** The same; in place of a version that was changed in the database the last whole one of its name before it. */
  takeWhole(digest: string): Promise<PolicyInForce | null>;
}

/** More than any control plane uses at once; past it the shelf begins anew. */
const SHELF_MAX = 1_000;
/** Versions of a name that are looked at for a whole one. */
const BEFORE_MAX = 20;

export function createPolicyShelf({ store, crypto, log }: { store: Store; crypto: Crypto; log: Log }): PolicyShelf {
  const shelf = new Map<string, PolicyInForce>();

  function keep(version: PolicyVersion): PolicyInForce | null {
    const { digest, name } = version;
    const { policy, tampered } = openStored(version, crypto);
    if (tampered !== null) log.error('policy-tampered', { digest, policy: name, found: tampered, isRefused: policy === null });
    if (policy === null) return null;
    const inForce: PolicyInForce = { digest, policy, path: pathTerms(policy) };
    if (shelf.size >= SHELF_MAX) shelf.clear();
    shelf.set(digest, inForce);
    return inForce;
  }

  async function stored(digest: string): Promise<PolicyVersion | null> {
    return (await store.find('policyVersion', { digest }, { limit: 1 }))[0] ?? null;
  }

  return {
    async take(digest) {
      const known = shelf.get(digest);
      if (known !== undefined) return known;
      const version = await stored(digest);
      return version === null ? null : keep(version);
    },
    async takeWhole(digest) {
      const known = shelf.get(digest);
      if (known !== undefined) return known;
      const version = await stored(digest);
      if (version === null) return null;
      const whole = keep(version);
      if (whole !== null) return whole;
      const before = await store.find('policyVersion', { name: version.name }, { after: version.id, limit: BEFORE_MAX, newestFirst: true });
      for (const one of before) {
        const inForce = shelf.get(one.digest) ?? keep(one);
        if (inForce !== null) return inForce;
      }
      return null;
    },
  };
}
