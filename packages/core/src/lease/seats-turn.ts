/**
 * The seats of one license while a batch of requests is judged on them, one after the other.
 *
 * Each request sees the license as the ones before it have left it; what all of them changed is written once, a row once,
 * however many of them moved it. A request whose judging fails has moved nothing: it is simply not accepted. Decides
 * nothing by itself.
 *
 * A situation lists only so many of those who wait. Where it was cut, whoever joins behind the cut is not listed either:
 * the ones that nobody has gathered come first.
 */
import type { Lease, License, SeatState } from '../ports/records.ts';
import type { LeaseSituation, LicenseSituation } from '../ports/store.ts';
import { invariant } from '../result.ts';
import type { Instant } from '../time.ts';
import type { SeatEffects } from './seat-decision.ts';
import { compareLapsed, compareWaiting, isWaiting, LISTED_MAX } from './seat-order.ts';

export interface SeatChanges {
  /** Null: the counts are as they were. */
  readonly seats: { readonly before: SeatState; readonly after: SeatState } | null;
  /** Null: the license is as it was. A holder can show that this store has forgotten something: then it is quarantined. */
  readonly license: { readonly before: License; readonly after: License } | null;
  readonly inserted: readonly Lease[];
  readonly updated: readonly { readonly before: Lease; readonly after: Lease }[];
}

export interface SeatsTurn {
  /** Of a holder that the situation was gathered for; of any other only what happens to be known. */
  situationOf(holder: string): LeaseSituation;
  /** Takes over what one decision did; `lease` is the requesting holder's row after it. All of it, or (a Bug) none. */
  accept(effects: SeatEffects & { readonly lease: Lease | null }): void;
  changes(): SeatChanges;
}

/** `now` and `reapBefore` are those that the situation was gathered with. */
export function openTurn(gathered: LicenseSituation, at: { readonly now: Instant; readonly reapBefore: Instant }): SeatsTurn {
  invariant(at.reapBefore <= at.now, 'a hold that ended in silence has ended');
  return new Turn(gathered, at.now, at.reapBefore);
}

class Turn implements SeatsTurn {
  readonly #gathered: LicenseSituation;
  readonly #now: Instant;
  readonly #reapBefore: Instant;
  /** The last one listed, where others wait behind it. */
  readonly #cutAt: Lease | null;
  readonly #before = new Map<string, Lease>();
  readonly #rows = new Map<string, Lease>();
  readonly #byHolder = new Map<string, string>();
  readonly #lapsed: Listing;
  readonly #waiting: Listing;
  #seats: SeatState;
  #license: License;
  #silent: number;

  constructor(gathered: LicenseSituation, now: Instant, reapBefore: Instant) {
    this.#gathered = gathered;
    this.#now = now;
    this.#reapBefore = reapBefore;
    this.#cutAt = gathered.waiting.length < LISTED_MAX ? null : (gathered.waiting.at(-1) ?? null);
    this.#seats = gathered.seats;
    this.#license = gathered.license;
    this.#silent = gathered.silent;
    this.#lapsed = new Listing(compareLapsed);
    this.#waiting = new Listing(compareWaiting);
    for (const row of [...gathered.leases, ...gathered.lapsed, ...gathered.waiting]) {
      this.#before.set(row.id, row);
      this.#keep(row);
    }
  }

  situationOf(holder: string): LeaseSituation {
    const { leases: _, ...rest } = this.#gathered;
    return {
      ...rest,
      license: this.#license,
      seats: this.#seats,
      silent: this.#silent,
      lease: this.#rows.get(this.#byHolder.get(holder) ?? '') ?? null,
      lapsed: this.#lapsed.listed(),
      waiting: this.#waiting.listed(),
      othersWait: this.#cutAt !== null,
    };
  }

  accept({ seats, license, promoted, reaped, lease }: SeatEffects & { readonly lease: Lease | null }): void {
    const others = [...reaped, ...promoted];
    for (const row of others) invariant(this.#rows.has(row.id), `nobody has gathered the lease ${row.id}`);
    if (lease !== null) {
      const known = this.#byHolder.get(lease.holder);
      invariant(known === undefined || known === lease.id, `the holder of ${lease.id} has another lease on this license`);
      invariant(lease.license === this.#license.id, `the lease ${lease.id} is another license's`);
    }
    this.#seats = seats;
    this.#license = license ?? this.#license;
    for (const row of lease === null ? others : [...others, lease]) {
      const was = this.#rows.get(row.id);
      this.#silent += Number(this.#isSilent(row)) - Number(was !== undefined && this.#isSilent(was));
      this.#keep(row);
    }
  }

  changes(): SeatChanges {
    const rows = [...this.#rows.values()];
    const { seats, license } = this.#gathered;
    return {
      seats: isAlike(seats, this.#seats) ? null : { before: seats, after: this.#seats },
      license: isAlike(license, this.#license) ? null : { before: license, after: this.#license },
      inserted: rows.filter(({ id }) => !this.#before.has(id)),
      updated: rows.flatMap((after) => {
        const before = this.#before.get(after.id);
        return before === undefined || isAlike(before, after) ? [] : [{ before, after }];
      }),
    };
  }

  #keep(row: Lease): void {
    this.#rows.set(row.id, row);
    this.#byHolder.set(row.holder, row.id);
    const holds = row.state === 'granted' || row.state === 'overage';
    this.#lapsed.put(row, holds && row.holdUntil <= this.#reapBefore);
    this.#waiting.put(row, isWaiting(row) && (this.#cutAt === null || compareWaiting(row, this.#cutAt) <= 0));
  }

  #isSilent({ state, promisedUntil }: Lease): boolean {
    return state === 'reaped' && promisedUntil > this.#now;
  }
}

/** Some of the rows, in an order that is found when it is asked for: most requests of a batch move none of them. */
class Listing {
  readonly #compare: (a: Lease, b: Lease) => number;
  readonly #rows = new Map<string, Lease>();
  #sorted: readonly Lease[] | null = null;

  constructor(compare: (a: Lease, b: Lease) => number) {
    this.#compare = compare;
  }

  put(row: Lease, isListed: boolean): void {
    if (isListed) this.#rows.set(row.id, row);
    else if (!this.#rows.delete(row.id)) return;
    this.#sorted = null;
  }

  listed(): readonly Lease[] {
    this.#sorted ??= [...this.#rows.values()].sort(this.#compare).slice(0, LISTED_MAX);
    return this.#sorted;
  }
}

/** Of the same value in every field; what has parts is the same when its parts are. */
function isAlike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => isAlike((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}
