/** Stores that know wrongly what the log does not hold. */
import type { Store } from '@glidepath/core';
import type { Planted } from './planted.ts';

const ONCE = 'unsealed audit entries are those that no batch holds';

/** Everything after the greatest id that was ever sealed: what commits late is forgotten. */
async function byGreatestId(right: Store, limit: number) {
  const batches = await right.find('logBatch', {}, { limit: 100 });
  const sealed = batches.flatMap(({ entries }) => entries).toSorted();
  const last = sealed.at(-1);
  const entries = await right.find('audit', {}, { limit, ...(last === undefined ? {} : { after: last }) });
  return { entries, cursor: 'id', waitingSince: entries[0]?.at ?? null };
}

export const PLANTED_IN_AUDIT_LOG: readonly Planted[] = [
  {
    wrong: 'what commits late is forgotten',
    caughtBy: ONCE,
    plant: (right) => ({ unsealedAudit: (_, limit) => byGreatestId(right, limit) }),
  },
  {
    wrong: 'the limit of unsealed entries is forgotten',
    caughtBy: 'unsealed audit entries come whole',
    plant: (right) => ({ unsealedAudit: (after) => right.unsealedAudit(after, 99) }),
  },
  {
    wrong: 'a foreign cursor hides what there is',
    caughtBy: 'unsealed audit entries are found by a cursor',
    plant: (right) => ({
      unsealedAudit: async (after, limit) =>
        after?.startsWith('elsewhere') ? { entries: [], cursor: after, waitingSince: null } : right.unsealedAudit(after, limit),
    }),
  },
  {
    wrong: 'audit entries come in the order of their ids',
    caughtBy: 'audit entries are read',
    plant: (right) => ({ auditEntries: async (ids) => right.auditEntries(ids.toSorted()) }),
  },
];
