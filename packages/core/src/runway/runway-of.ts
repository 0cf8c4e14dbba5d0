/** The runway of a license or of a part of Glidepath: how long until its users notice, if nobody does anything. */
import { dateOf } from '../format-instant.ts';
import { oneLine } from '../one-line.ts';
import type { RunwayRecord } from '../ports/held-records.ts';
import type { LatentRisk } from '../probe/snapshot.ts';
import type { Instant, Milliseconds } from '../time.ts';
import { heldEnd, type LicenseEnd, selfEnd } from './license-end.ts';
import type { Runway, RunwayItem } from './runway.ts';
import type { DatedPart, RunwayFacts, UseFacts } from './runway-facts.ts';
import { readAt, tensed } from './sentences.ts';

/**
 * Takes the minimum over all that ends.
 *
 * What has ended already comes first, because its loss is here; then what is latent (the runway is zero, and nobody has noticed);
 * then what will end or become latent, soonest first. `open` only where it is known that nothing ends: a license
 * whose end nobody has said is `unknown`.
 */
export function runwayOf(facts: RunwayFacts, now: Instant): Runway {
  const end = endOf(facts, now);
  const items = [
    ...end.items,
    ...facts.uses.flatMap((use) => useItem(use, now)),
    ...facts.parts.map((part) => partItem(part, now)),
    ...facts.latent.map(latentItem),
  ].sort((a, b) => rankOf(a, now) - rankOf(b, now) || a.endsAt - b.endsAt);
  const [first] = items;
  if (!first) return { state: end.known === 'unknown' ? 'unknown' : 'open', endsAt: null, cause: null, evidence: end.evidence, items };
  return {
    state: isLatentNow(first, now) ? 'latent' : 'dated',
    endsAt: first.endsAt,
    cause: first.cause,
    evidence: end.known === 'unknown' ? `${first.evidence} ${end.evidence}` : first.evidence,
    items,
  };
}

/** Time that is left: zero for what is latent, negative for what has ended, null where nothing is known to end. */
export function runwayMs({ state, endsAt }: Pick<Runway, 'state' | 'endsAt'>, now: Instant): Milliseconds | null {
  if (state === 'latent') return 0;
  return endsAt === null ? null : endsAt - now;
}

/**
 * Worst first, as `Store.worstRunways` orders: latent and then dated ones by `endsAt`, then unknown, then open; alike by id.
 *
 * Reads no clock, so that an index can hold the order. Ended ones therefore come first among the dated, behind the latent.
 */
export function compareRunways(a: Pick<RunwayRecord, 'id' | 'state' | 'endsAt'>, b: Pick<RunwayRecord, 'id' | 'state' | 'endsAt'>): number {
  const byState = STATES.indexOf(a.state) - STATES.indexOf(b.state);
  if (byState !== 0) return byState;
  if (a.endsAt !== b.endsAt) {
    if (a.endsAt === null || b.endsAt === null) return a.endsAt === null ? 1 : -1;
    return a.endsAt - b.endsAt;
  }
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}

const STATES: readonly Runway['state'][] = ['latent', 'dated', 'unknown', 'open'];

function endOf(facts: RunwayFacts, now: Instant): LicenseEnd {
  if (facts.kind === 'self') return selfEnd(facts, now);
  if (facts.kind === 'held') return heldEnd(facts, now);
  return { known: 'open', evidence: 'Nothing that it stands on has an end.', items: [] };
}

/** Ended, latent, to come. */
function rankOf(item: RunwayItem, now: Instant): number {
  if (isLatentNow(item, now)) return 1;
  return item.endsAt <= now ? 0 : 2;
}

function isLatentNow({ cause, endsAt }: RunwayItem, now: Instant): boolean {
  return cause === 'latent' && endsAt <= now;
}

/** A single seat, and one that is tied to its machine, are in use all the time and run out of nothing. */
function useItem({ of, name, limit, peak, asOf, kind, forecast }: UseFacts, now: Instant): readonly RunwayItem[] {
  if (forecast === null || kind === 'node-locked' || kind === 'uncounted' || limit <= 1) return [];
  const { at, early, late } = forecast;
  const what = `${of === 'seats' ? 'Seats' : 'The quota'} of ${oneLine(name)}`;
  const verb = of === 'seats' ? ['are', 'were'] : ['is', 'was'];
  const known = peak === null ? '' : ` The last peak was ${peak} of ${limit}${asOf === null ? '' : ` (${readAt(asOf, now)})`}.`;
  const [is, was] = [verb[0] ?? '', verb[1] ?? ''];
  const range =
    late === null
      ? `not before ${dateOf(early)} in nine cases of ten, and perhaps never`
      : `between ${dateOf(early)} and ${dateOf(late)} with 80 % confidence`;
  const evidence =
    at <= now
      ? `${what} ${was} used up on ${dateOf(at)}.${known}`
      : `${what} ${is} forecast to be used up on ${dateOf(at)}: ${range}.${known}`;
  return [{ cause: of, endsAt: at, interval: { early, late }, act: null, evidence }];
}

function partItem({ cause, what, endsAt, source, asOf }: DatedPart, now: Instant): RunwayItem {
  const text = oneLine(what);
  const read = asOf === null ? '' : ` (${readAt(asOf, now)})`;
  const evidence = `${text.slice(0, 1).toUpperCase()}${text.slice(1)} ${tensed(endsAt, now, ['ends', 'ended'])} at ${dateOf(endsAt)} by ${oneLine(source)}${read}.`;
  return { cause, endsAt, interval: null, act: null, evidence };
}

const REASON_MAX = 400;

function latentItem({ act, from, reason }: LatentRisk): RunwayItem {
  return {
    cause: 'latent',
    endsAt: from,
    interval: null,
    act,
    evidence: `From ${dateOf(from)} on the next ${act} fails: ${oneLine(reason, REASON_MAX)}`,
  };
}
