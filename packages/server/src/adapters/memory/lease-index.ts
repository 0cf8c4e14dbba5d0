/**
 * Leases of each license by what a command asks of them: whose hold may have lapsed, and who waits for a seat.
 *
 * Every acquire and renew asks for lapsed holds and nearly always there are none. So each license remembers an instant
 * before which no hold ends: renewals leave it too early, which costs a scan when it passes, and then it is exact again.
 */
import { type Instant, instant, type Lease } from '@glidepath/core';
import { compareIds } from '../records/order.ts';

interface Leases {
  readonly holding: Map<string, Lease>;
  readonly waiting: Map<string, Lease>;
  /** No hold of this license ends before it. */
  noneBefore: number;
}

export class LeaseIndex {
  readonly #byLicense = new Map<string, Leases>();

  swap(before: Lease | null, after: Lease | null): void {
    if (before !== null) this.#forget(before);
    if (after !== null) this.#remember(after);
  }

  /** Oldest hold first. */
  lapsed(license: string, reapBefore: Instant): readonly Lease[] {
    const leases = this.#byLicense.get(license);
    if (leases === undefined || leases.noneBefore > reapBefore) return [];
    const lapsed: Lease[] = [];
    let earliest = Number.POSITIVE_INFINITY;
    for (const lease of leases.holding.values()) {
      if (lease.holdUntil <= reapBefore) lapsed.push(lease);
      if (lease.holdUntil < earliest) earliest = lease.holdUntil;
    }
    leases.noneBefore = earliest;
    return lapsed.sort((a, b) => a.holdUntil - b.holdUntil || compareIds(a.id, b.id));
  }

  /** Overage holders by `acquiredAt`, then when-full holders by `waitingSince` (without one: last). */
  waiting(license: string): readonly Lease[] {
    const waiting = this.#byLicense.get(license)?.waiting;
    if (waiting === undefined || waiting.size === 0) return [];
    return [...waiting.values()].sort(
      (a, b) => Number(a.state === 'when-full') - Number(b.state === 'when-full') || since(a) - since(b) || compareIds(a.id, b.id),
    );
  }

  /** Licenses with a lapsed hold, the oldest hold first. */
  licensesWithLapsed(reapBefore: Instant): readonly string[] {
    const found: { license: string; oldest: Instant }[] = [];
    for (const license of this.#byLicense.keys()) {
      const oldest = this.lapsed(license, reapBefore)[0];
      if (oldest !== undefined) found.push({ license, oldest: oldest.holdUntil });
    }
    return found.sort((a, b) => a.oldest - b.oldest || compareIds(a.license, b.license)).map(({ license }) => license);
  }

  #forget(lease: Lease): void {
    const leases = this.#byLicense.get(lease.license);
    leases?.holding.delete(lease.id);
    leases?.waiting.delete(lease.id);
  }

  #remember(lease: Lease): void {
    const isHolding = lease.state === 'granted' || lease.state === 'overage';
    const isWaiting = lease.state === 'overage' || lease.state === 'when-full';
    if (!isHolding && !isWaiting) return;
    const leases = this.#leasesOf(lease.license);
    if (isWaiting) leases.waiting.set(lease.id, lease);
    if (!isHolding) return;
    leases.holding.set(lease.id, lease);
    leases.noneBefore = Math.min(leases.noneBefore, lease.holdUntil);
  }

  #leasesOf(license: string): Leases {
    const known = this.#byLicense.get(license);
    if (known !== undefined) return known;
    const leases: Leases = { holding: new Map(), waiting: new Map(), noneBefore: Number.POSITIVE_INFINITY };
    this.#byLicense.set(license, leases);
    return leases;
  }
}

const LAST = instant(Number.MAX_SAFE_INTEGER);
function since(lease: Lease): Instant {
  return lease.state === 'overage' ? lease.acquiredAt : (lease.waitingSince ?? LAST);
}
