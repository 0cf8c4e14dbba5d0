/**
 * License keys that were read lately, by their hash: each acquire and renewal of a fleet shows the same one.
 *
 * Kept for a second, and forgotten as soon as a change of any key is heard of, so that a key that was revoked on another node
 * opens nothing a second later. What is not known is asked for each time: it may be made meanwhile.
 */
import { after, type Instant, type LicenseKey, SECOND, type Store } from '@glidepath/core';

export interface LicenseKeyShelf {
  byHash(hash: string, now: Instant): Promise<LicenseKey | null>;
  forgetAll(): void;
}

const KEPT_MS = SECOND;
/** More keys than ask within a second; past it the shelf begins anew. */
const SHELF_MAX = 50_000;

interface Kept {
  readonly key: Promise<LicenseKey | null>;
  readonly until: Instant;
}

export function createLicenseKeyShelf(store: Store): LicenseKeyShelf {
  const shelf = new Map<string, Kept>();
  return {
    async byHash(hash, now) {
      const kept = shelf.get(hash);
      if (kept !== undefined && now < kept.until) return kept.key;
      const key = store.find('licenseKey', { hash }, { limit: 1 }).then(([found]) => found ?? null);
      if (shelf.size >= SHELF_MAX) shelf.clear();
      const own: Kept = { key, until: after(now, KEPT_MS) };
      shelf.set(hash, own);
      const found = await key.catch((error: unknown) => {
        if (shelf.get(hash) === own) shelf.delete(hash);
        throw error;
      });
      if (found === null && shelf.get(hash) === own) shelf.delete(hash);
      return found;
    },
    forgetAll: () => shelf.clear(),
  };
}
