/** The lease's own tier over time: the plan's, or the lower one that seats, a bootstrap or a grant gave. */
import type { Instant } from '../time.ts';
import { type Course, LONG_SINCE, type Step } from './course.ts';
import { bitesOf } from './dwell.ts';
import type { Observations, Terms } from './terms.ts';

/**
 * Lays out the way from the tiers that the lease had to the one that it has.
 *
 * While a lowering has not bitten fully, the better tier is in force; of several the best holds, so that two changes
 * received together still cost one tier a day. A receipt counts no earlier than the change's own `effectiveAt`.
 */
export function leaseCourse(terms: Terms, observations: Observations): Course {
  const ways = terms.lowered.map(({ id, from, effectiveAt }) => {
    const receivedAt = receiptOf(observations, id, effectiveAt);
    return { from, bites: bitesOf([{ tier: terms.tier, receivedAt }], from) };
  });
  const best = ways.reduce((tier, { from }) => Math.min(tier, from), terms.tier);
  const steps: [Step, ...Step[]] = [{ at: LONG_SINCE, tier: best, since: terms.tierSince, notify: 'none' }];
  for (let tier = best + 1; tier <= terms.tier; tier++) {
    const at = ways.reduce((latest, way) => {
      const bite = way.bites.find((candidate) => candidate.tier === tier);
      return bite !== undefined && bite.at > latest ? bite.at : latest;
    }, LONG_SINCE);
    const since = tier === terms.tier && terms.tierSince > at ? terms.tierSince : at;
    const step: Step = { at, tier, since, notify: 'none' };
    if (at === LONG_SINCE) steps[0] = step;
    else steps.push(step);
  }
  return { cause: terms.tierCause, begunAt: terms.tierCause === 'none' ? null : terms.tierSince, steps };
}

function receiptOf(observations: Observations, id: string, effectiveAt: Instant): Instant {
  const receivedAt = Object.hasOwn(observations.loweringReceivedAt, id) ? observations.loweringReceivedAt[id] : undefined;
  if (receivedAt === undefined) return LONG_SINCE;
  return receivedAt > effectiveAt ? receivedAt : effectiveAt;
}

/** The best tier that this lease had or has: the tier from which a quota's dwell counts down. */
export function bestTierOf(terms: Terms): number {
  return terms.lowered.reduce((best, { from }) => Math.min(best, from), Math.min(terms.planTier, terms.tier));
}
