/** How long after its signing a word of any key may still count: so long the key stays in the key set. */
import { DAY, type Milliseconds, type Store } from '@glidepath/core';
import type { PolicyInForce } from '../policies/policy-shelf.ts';

/** A grant ends at the latest this long after it was signed, and leases under it count from then. */
export const GRANT_MAX_MS = 30 * DAY;
/** Before any policy is published, and as a margin for a policy that is published while a word is under way. */
const FLOOR_MS = 60 * DAY;
const POLICIES_MAX = 2_000;

/** The last `unreachable` rung over every policy that was ever published, past the last grant. */
export async function longestWordMs(store: Store, policy: (digest: string) => Promise<PolicyInForce | null>): Promise<Milliseconds> {
  const versions = await store.find('policyVersion', {}, { limit: POLICIES_MAX, newestFirst: true });
  const lasts = await Promise.all(versions.map(async ({ digest }) => (await policy(digest))?.path.timed.unreachable?.at(-1)?.at ?? 0));
  return Math.max(FLOOR_MS, ...lasts) + GRANT_MAX_MS;
}
