/**
 * Leases of each license as commands ask for them: holds in the order in which they end, and who waits for a seat in the
 * order in which seats are given. Every acquire and renew asks for both, so both are kept in order.
 */
import { type Instant, instant, type Lease } from '@glidepath/core';
import { compareIds } from '../records/order.ts';
import { SortedList } from './sorted-list.ts';

interface Leases {
  readonly holding: SortedList<Lease>;
  readonly waiting: SortedList<Lease>;
  readonly silent: SortedList<Lease>;
}

export class LeaseIndex {
  readonly #byLicense = new Map<string, Leases>();

  swap(before: Lease | null, after: Lease | null): void {
    if (before !== null) this.#each(before, (list) => list.remove(before));
    if (after !== null) this.#each(after, (list) => list.add(after));
  }

  /** Oldest hold first. */
  lapsed(license: string, reapBefore: Instant, limit: number): readonly Lease[] {
    return this.#byLicense.get(license)?.holding.head(limit, ({ holdUntil }) => holdUntil <= reapBefore) ?? [];
  }

  /** Overage holders by `acquiredAt`, then queued ones, then when-full ones, both by `waitingSince` (without one: last). */
  waiting(license: string, limit: number): readonly Lease[] {
    return this.#byLicense.get(license)?.waiting.head(limit) ?? [];
  }

  /** How many reaped leases were promised more than has passed. */
  silent(license: string, now: Instant): number {
    let count = 0;
    for (const { promisedUntil } of this.#byLicense.get(license)?.silent.walk(undefined, true) ?? []) {
      if (promisedUntil <= now) break;
      count += 1;
    }
    return count;
  }

  /** Licenses with a lapsed hold, the oldest hold first. */
  licensesWithLapsed(reapBefore: Instant): readonly string[] {
    const oldest = [...this.#byLicense.keys()].flatMap((license) => this.lapsed(license, reapBefore, 1));
    return oldest.sort((a, b) => a.holdUntil - b.holdUntil || compareIds(a.license, b.license)).map(({ license }) => license);
  }

  #each(lease: Lease, change: (list: SortedList<Lease>) => void): void {
    const leases = this.#leasesOf(lease.license);
    if (lease.state === 'granted' || lease.state === 'overage') change(leases.holding);
    if (lease.state === 'overage' || lease.state === 'queued' || lease.state === 'when-full') change(leases.waiting);
    if (lease.state === 'reaped') change(leases.silent);
  }

  #leasesOf(license: string): Leases {
    const known = this.#byLicense.get(license);
    if (known !== undefined) return known;
    const leases: Leases = { holding: new SortedList(byHold), waiting: new SortedList(byTurn), silent: new SortedList(byPromise) };
    this.#byLicense.set(license, leases);
    return leases;
  }
}

function byHold(a: Lease, b: Lease): number {
  return a.holdUntil - b.holdUntil || compareIds(a.id, b.id);
}

function byPromise(a: Lease, b: Lease): number {
  return a.promisedUntil - b.promisedUntil || compareIds(a.id, b.id);
}

function byTurn(a: Lease, b: Lease): number {
  return rank(a) - rank(b) || since(a) - since(b) || compareIds(a.id, b.id);
}

function rank({ state }: Lease): number {
  return state === 'overage' ? 0 : state === 'queued' ? 1 : 2;
}

const LAST = instant(Number.MAX_SAFE_INTEGER);
function since(lease: Lease): Instant {
  return lease.state === 'overage' ? lease.acquiredAt : (lease.waitingSince ?? LAST);
}
