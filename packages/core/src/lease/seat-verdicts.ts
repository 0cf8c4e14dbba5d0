/** Every "no" that seats can say, each with its code and its sentence. Saying one changes nothing. */
import { durationWords } from '../format-instant.ts';
import { licenseStatusAt } from '../license/status.ts';
import type { Lease } from '../ports/records.ts';
import { MINUTE, type Milliseconds } from '../time.ts';
import type { HolderInput, SeatInput, SeatVerdict } from './seat-decision.ts';
import { seatLimit } from './seat-rules.ts';

/** A new holder is told to ask again as often as a running one would, but no less often than this. */
const ASK_AGAIN_MS: Milliseconds = MINUTE;

export function noSeat(input: SeatInput): SeatVerdict {
  const { plan, terms, now } = input;
  const limit = seatLimit(plan, terms) ?? 0;
  const taken = limit === 1 ? 'The one seat of this license is taken.' : `All ${limit} seats of this license are taken.`;
  const reason =
    plan.seats?.whenFull.kind === 'queue'
      ? `${taken} The plan asks for a queue; queues are recorded, not enforced yet, so nobody waits in one.`
      : taken;
  return { kind: 'denied', code: 'no-seat', reason, effectiveAt: now, retryAfterMs: askAgain(input) };
}

export function superseded(input: SeatInput, reason: string): SeatVerdict {
  return { kind: 'superseded', code: 'superseded', reason, effectiveAt: input.now, retryAfterMs: askAgain(input) };
}

export function holderRemoved(lease: Lease): SeatVerdict {
  const reason = 'This holder was removed from the license; whoever manages the license can admit it again.';
  return { kind: 'holder-removed', code: 'holder-removed', reason, effectiveAt: lease.tierSince, retryAfterMs: null };
}

export function leaseUnknown({ now }: SeatInput): SeatVerdict {
  const reason = 'This installation has no lease on the license to renew; it can acquire one.';
  return { kind: 'denied', code: 'lease-unknown', reason, effectiveAt: now, retryAfterMs: null };
}

export function wrongInstallation({ now }: SeatInput): SeatVerdict {
  const reason = 'The lease belongs to the key of another installation; a copy of it is not renewed.';
  return { kind: 'denied', code: 'wrong-installation', reason, effectiveAt: now, retryAfterMs: null };
}

/**
 * Says why nobody new is let in at all, or null.
 *
 * A suspended or revoked license still grants until its path has taken a tier by the server's clock: what may yet be a
 * mistake costs nobody a seat before the dwell is over. Expiry never bars anybody: it is a path.
 */
export function barred(input: HolderInput): SeatVerdict | null {
  const { terms, now, situation, policy } = input;
  if (terms.startsAt > now) {
    const retryAfterMs = terms.startsAt - now;
    const reason = `This license starts in ${durationWords(retryAfterMs)}.`;
    return { kind: 'denied', code: 'not-started', reason, effectiveAt: now, retryAfterMs };
  }
  const { status, since } = licenseStatusAt(situation.license, now);
  if (status === 'active') return null;
  const dwell = policy.glidePath.timed[status]?.find(({ tier }) => tier !== undefined);
  if (dwell === undefined || now - since < dwell.at) return null;
  return statusVerdict(input);
}

/** The license's own "no", or null while it is active. */
export function statusVerdict({ situation, now }: SeatInput): SeatVerdict | null {
  const { status, since } = licenseStatusAt(situation.license, now);
  if (status === 'active') return null;
  const reason = `This license is ${status}${situation.license.statusReason === null ? '' : `: ${situation.license.statusReason}`}`;
  return { kind: status, code: `license-${status}`, reason, effectiveAt: since, retryAfterMs: null };
}

function askAgain({ plan }: SeatInput): Milliseconds {
  return Math.min(ASK_AGAIN_MS, Math.floor((plan.lease.ttlMs * plan.lease.renewAtPercent) / 100));
}
