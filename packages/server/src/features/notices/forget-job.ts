/**
 * Forgets messages that arrived, and notices that were resolved, when nobody asks about them any more. What was given up
 * stays until it is tried again or its channel is removed: it is what is wrong.
 */
import { after, DAY, HOUR, type Write } from '@glidepath/core';
import type { Job } from '../../command.ts';

export const MESSAGE_KEPT_MS = 30 * DAY;
export const NOTICE_KEPT_MS = 365 * DAY;
const BATCH = 500;

export const forgetTold: Job = {
  name: 'notice.forget',
  everyMs: HOUR,
  needsTrueTime: true,
  async run({ store, now }) {
    // Ids ascend in time, so that the first are the oldest.
    const sent = await store.find('delivery', { state: 'sent' }, { limit: BATCH });
    const tests = (await store.find('delivery', { state: 'dead' }, { limit: BATCH })).filter(({ notices }) => notices.length === 0);
    const notices = await store.find('notice', {}, { limit: BATCH });
    const writes: readonly Write[] = [
      ...[...sent, ...tests]
        .filter(({ createdAt, sentAt }) => after(sentAt ?? createdAt, MESSAGE_KEPT_MS) <= now)
        .map(({ id }): Write => ({ op: 'delete', table: 'delivery', id })),
      ...notices
        .filter(({ resolvedAt }) => resolvedAt !== null && after(resolvedAt, NOTICE_KEPT_MS) <= now)
        .map(({ id }): Write => ({ op: 'delete', table: 'notice', id })),
    ];
    if (writes.length > 0) await store.commit({ writes, audit: [], events: [] });
  },
};
