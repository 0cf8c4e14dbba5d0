/**
 * Forgets what nobody can ask for any more, a bounded number at a time.
 *
 * Events are kept for 401 days, longer than late ones are counted (400 days): so one that is sent again is either known as
 * a duplicate or too late, and never counts twice. Those of the current term stay as long as it lasts. Snapshots of windows
 * that ended are kept for a day; leases that ended and promise nothing any more for 400 days.
 */
import { after, DAY, HOUR, USAGE_LATE_MAX_MS } from '@glidepath/core';
import type { Job } from '../../command.ts';

export const USAGE_KEPT_MS = USAGE_LATE_MAX_MS + DAY;
const SNAPSHOTS_KEPT_MS = DAY;
const LEASES_KEPT_MS = 400 * DAY;
const BATCH = 1_000;
const BATCHES_PER_RUN = 20;

export const forgetUsage: Job = {
  name: 'forget-usage',
  everyMs: HOUR,
  needsTrueTime: true,
  async run({ store, now }) {
    const before = {
      events: after(now, -USAGE_KEPT_MS),
      snapshots: after(now, -SNAPSHOTS_KEPT_MS),
      leases: after(now, -LEASES_KEPT_MS),
      now,
    };
    for (let batch = 0; batch < BATCHES_PER_RUN; batch++) if ((await store.forgetOld(before, BATCH)) === 0) return;
  },
};
