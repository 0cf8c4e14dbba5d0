/**
 * Frees the seats of holders whose hold ended in silence, for licenses that nobody happens to ask about.
 *
 * Not run while this node's clock is doubted. A license that others change meanwhile is judged again with theirs.
 */
import { after, REAP_MARGIN_MS, reap, SECOND } from '@glidepath/core';
import type { Job, JobContext } from '../../command.ts';
import type { Judged, SeatView } from './engine/seat-task.ts';

/** Licenses that one run looks at; what is left is the next run's. */
const LICENSES_MAX = 200;
/** How often one license is reaped in a run: each time frees up to as many holds as a situation lists. */
const ROUNDS_MAX = 10;

export const reapLeases: Job = {
  name: 'lease.reap',
  everyMs: 5 * SECOND,
  needsTrueTime: true,
  async run(context) {
    const reapBefore = after(context.now, -REAP_MARGIN_MS);
    const licenses = await context.store.licensesWithLapsedHolds(reapBefore, LICENSES_MAX);
    for (const license of licenses) await reapLicense(context, license);
  },
};

async function reapLicense(context: JobContext, license: string): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const freed = await context.leases.submit({
      license,
      by: { actor: 'job:lease.reap', environment: null },
      isUrgent: false,
      holders: [],
      person: null,
      grants: [],
      judge: judgeReap,
    });
    if (freed === null || freed === 0) return;
  }
}

function judgeReap({ situationOf, terms, policy, plan, now, mayReap }: SeatView): Judged<number> {
  const effects = reap({ situation: situationOf(''), terms, policy, plan, now, mayReap });
  const { happened, reaped } = effects;
  return { effects: { ...effects, lease: null }, named: null, grants: [], happened, writes: [], answer: reaped.length };
}
