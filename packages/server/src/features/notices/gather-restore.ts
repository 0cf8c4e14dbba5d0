/**
 * Whether this store was restored from a backup, and which licenses are in quarantine since.
 *
 * No index finds a license by its quarantine, because as a rule there is none: the audit log of the last hour says which
 * began, and open notices which are known. In a store that was never restored nothing of this is read.
 */
import { after, HOUR, type Instant, instant, type OwnAlertFacts, type Store } from '@glidepath/core';
import { everyRecord } from '../lists.ts';

const LOOK_BACK_MS = HOUR;
const PAGE = 500;
/** Entries of the audit log that one round reads at most. */
const READ_MAX = 20 * PAGE;
const RESTORES_READ = 20;

export async function lastRestore(store: Store): Promise<OwnAlertFacts['restored']> {
  const entries = await store.find('audit', { subject: 'store' }, { limit: RESTORES_READ, newestFirst: true });
  const last = entries.find(({ action }) => action === 'store.restored');
  if (last === undefined) return null;
  const { takenAt, incarnation } = last.facts;
  return {
    at: last.at,
    takenAt: typeof takenAt === 'number' ? instant(takenAt) : null,
    incarnation: typeof incarnation === 'number' ? incarnation : null,
  };
}

/** Ids of licenses that may be in quarantine; the license itself says whether it is. */
export async function maybeQuarantined(store: Store, environment: string, now: Instant): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const restored = await lastRestore(store);
  if (restored === null) return found;
  for await (const { subject } of everyRecord(store, 'notice', { environment, condition: 'LicenseQuarantined', resolvedAt: null }))
    found.add(subject);
  const from = Math.max(restored.at, after(now, -LOOK_BACK_MS));
  let before: string | undefined;
  for (let read = 0; read < READ_MAX; read += PAGE) {
    const page = await store.find(
      'audit',
      { environment },
      { limit: PAGE, newestFirst: true, ...(before === undefined ? {} : { after: before }) },
    );
    for (const { action, subject } of page) if (action === 'license.quarantined') found.add(subject);
    const oldest = page.at(-1);
    if (oldest === undefined || page.length < PAGE || oldest.at < from) break;
    before = oldest.id;
  }
  return found;
}
