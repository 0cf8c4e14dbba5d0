/**
 * Notices that this store has forgotten something of a license: a holder shows a word that is newer than the license here.
 *
 * What was forgotten may be a revocation as well as a renewal, so that only people can tell. Until then running holders go
 * on, and nobody new is let in. A claim that no restored store can have forgotten is not believed; that a holder of the
 * license key may lie within this bound costs nobody but its own license, and pages.
 */
import { FORGOTTEN_MAX } from '../license/release-quarantine.ts';
import type { License } from '../ports/records.ts';
import type { HolderInput, SeatEffects, SeatHappening } from './seat-decision.ts';
import { compareCounters } from './words.ts';

/** Judges a request on the license as this very request shows it to be. */
export function noticing<D extends SeatEffects>(input: HolderInput, judge: (input: HolderInput) => D): D {
  const seen = quarantineBy(input);
  if (seen === null) return judge(input);
  const decision = judge({ ...input, situation: { ...input.situation, license: seen.license } });
  return { ...decision, license: seen.license, happened: [seen.happening, ...decision.happened] };
}

function quarantineBy({ situation, request, now }: HolderInput): { readonly license: License; readonly happening: SeatHappening } | null {
  const { license, incarnation } = situation;
  const { seq = null } = request;
  if (seq === null || license.quarantinedAt !== null || compareCounters(seq, license.seq) <= 0) return null;
  if (seq.incarnation > incarnation || seq.count > license.seq.count + FORGOTTEN_MAX) return null;
  const facts = { known: license.seq, seen: seq, by: request.jkt };
  const happening = { action: 'license.quarantined', subject: license.id, facts };
  return { license: { ...license, quarantinedAt: now }, happening };
}
