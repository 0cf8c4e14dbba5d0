/** Published policies, checked and ready to decide with. A digest's content never changes, so a shelf needs no expiry. */
import { checkPolicy, invariant, type PathTerms, type Policy, pathTerms, type Store } from '@glidepath/core';

export interface PolicyInForce {
  readonly digest: string;
  readonly policy: Policy;
  readonly path: PathTerms;
}

export interface PolicyShelf {
  /** Null: no policy of that digest was published. */
  take(digest: string): Promise<PolicyInForce | null>;
}

/** More than any control plane uses at once; past it the shelf begins anew. */
const SHELF_MAX = 1_000;

export function createPolicyShelf(store: Store): PolicyShelf {
  const shelf = new Map<string, PolicyInForce>();
  return {
    async take(digest) {
      const known = shelf.get(digest);
      if (known !== undefined) return known;
      const [version] = await store.find('policyVersion', { digest }, { limit: 1 });
      if (version === undefined) return null;
      const { policy } = checkPolicy(version.tree);
      invariant(policy !== null, `the published policy ${digest} keeps the publishing rules`);
      const inForce: PolicyInForce = { digest, policy, path: pathTerms(policy) };
      if (shelf.size >= SHELF_MAX) shelf.clear();
      shelf.set(digest, inForce);
      return inForce;
    },
  };
}
