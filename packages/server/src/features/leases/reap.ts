/**
 * Frees the seats of holders whose hold ended in silence, for licenses that nobody happens to ask about.
 *
 * Not run while this node's clock is doubted. A license that others change meanwhile is left to the next run.
 */
import { after, REAP_MARGIN_MS, reap, SECOND } from '@glidepath/core';
import type { Job, JobContext } from '../../command.ts';
import { gather } from './license-facts.ts';
import { turnsOf } from './license-turns.ts';
import { seatWrites } from './seat-writes.ts';

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
    for (const license of licenses) await turnsOf(context.store).run(license, () => reapLicense(context, license));
  },
};

async function reapLicense(context: JobContext, license: string): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const gathered = await gather(context, license, '');
    if (gathered === null) return;
    const effects = reap(gathered.seatInput);
    if (effects.reaped.length === 0) return;
    const writes = seatWrites(gathered.situation, effects, null);
    const happened = [...gathered.happened, ...effects.happened];
    const result = await context.commit(gathered.situation.license.environment, { writes: [...gathered.writes, ...writes], happened });
    if (!result.ok) return;
  }
}
