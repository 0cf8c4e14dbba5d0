/** Forgets what has had its time: answers kept for an `Idempotency-Key`, and sign-in codes that can no longer be used. */
import { after, DAY, MINUTE, type Write } from '@glidepath/core';
import type { Job } from '../../command.ts';

const BATCH = 500;
/** A used code is of interest for a while to whoever asks who came in. */
const CODE_KEPT_MS = 7 * DAY;

export const forgetOld: Job = {
  name: 'forget-old',
  everyMs: 10 * MINUTE,
  needsTrueTime: true,
  async run({ store, now }) {
    // Ids ascend in time and all live equally long, so that the first are the oldest.
    const kept = await store.find('idempotency', {}, { limit: BATCH });
    const codes = await store.find('signInCode', {}, { limit: BATCH });
    const writes: readonly Write[] = [
      ...kept.filter(({ expiresAt }) => expiresAt <= now).map(({ id }): Write => ({ op: 'delete', table: 'idempotency', id })),
      ...codes
        .filter(({ expiresAt }) => after(expiresAt, CODE_KEPT_MS) <= now)
        .map(({ id }): Write => ({ op: 'delete', table: 'signInCode', id })),
    ];
    if (writes.length > 0) await store.commit({ writes, audit: [], events: [] });
  },
};
