/** Every "no" that seats can say, each with its code and its sentence. Saying one changes nothing. */
import { durationWords } from '../format-instant.ts';
import { licenseStatusAt } from '../license/status.ts';
import type { Lease } from '../ports/records.ts';
import type { Milliseconds } from '../time.ts';
import { askAgainMs } from './queue.ts';
import type { HolderInput, SeatInput, SeatVerdict } from './seat-decision.ts';
import type { Room } from './seat-room.ts';
import { seatLimit } from './seat-rules.ts';
import type { QueuePlace } from './words.ts';

/** There is no room; `room` says why, where it is not that every seat is taken. */
export function noSeat(input: SeatInput, room: Room): SeatVerdict {
  const { now } = input;
  if (room.kind === 'reassign-quota') {
    const retryAfterMs = Math.max(0, room.until - now);
    const reason = `A seat is free, but may not be given to another person for ${durationWords(retryAfterMs)}: seats of this license were reassigned as often as its plan allows.`;
    return { kind: 'denied', code: 'reassign-quota', reason, effectiveAt: now, retryAfterMs };
  }
  return { kind: 'denied', code: 'no-seat', reason: takenWords(input), effectiveAt: now, retryAfterMs: askAgain(input) };
}

export function queued(input: SeatInput, queue: QueuePlace): SeatVerdict {
  const ahead = queue.position === 1 ? 'This holder is the next in the queue.' : `This holder is number ${queue.position} in the queue.`;
  const reason = `${takenWords(input)} ${ahead}`;
  return { kind: 'queued', code: 'queued', reason, effectiveAt: input.now, retryAfterMs: askAgain(input), queue };
}

export function waitedTooLong(input: SeatInput): SeatVerdict {
  const reason = `${takenWords(input)} The time that the plan lets a holder wait for one is over; asking again joins the queue at its end.`;
  return { kind: 'denied', code: 'no-seat', reason, effectiveAt: input.now, retryAfterMs: askAgain(input) };
}

function takenWords({ plan, terms }: SeatInput): string {
  const limit = seatLimit(plan, terms) ?? 0;
  const reserved = plan.seats !== null && plan.seats.reserve.length > 0 ? ' or reserved' : '';
  return limit === 1 ? `The one seat of this license is taken${reserved}.` : `All ${limit} seats of this license are taken${reserved}.`;
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
  if (situation.license.quarantinedAt !== null) return quarantined(input);
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

function quarantined(input: SeatInput): SeatVerdict {
  const reason =
    'The control plane was restored and has forgotten something of this license; nobody new is let in until somebody has looked.';
  const effectiveAt = input.situation.license.quarantinedAt ?? input.now;
  return { kind: 'denied', code: 'license-quarantined', reason, effectiveAt, retryAfterMs: askAgain(input) };
}

function askAgain({ plan }: SeatInput): Milliseconds {
  return askAgainMs(plan);
}
