/** A license with its rows in memory, judged and applied as the server would: for tests of the seat rules. */
import { BUILD_SERVER, STARTS_AT, TEAM } from '../decision/test-policy.ts';
import { issued } from '../license/test-license.ts';
import type { Plan, SeatPlan } from '../policy/policy.ts';
import type { Lease, License, LicenseTerms, SeatState } from '../ports/records.ts';
import type { LeaseSituation } from '../ports/store.ts';
import { after, type Instant, type Milliseconds } from '../time.ts';
import { judgeAcquire } from './judge-acquire.ts';
import { judgeRelease } from './judge-release.ts';
import { judgeRenew } from './judge-renew.ts';
import { reap } from './reap.ts';
import { readmitHolder, removeHolder } from './remove-holder.ts';
import type { HolderInput, ReleaseDecision, SeatDecision, SeatEffects, SeatInput, SeatRequest } from './seat-decision.ts';
import { isLapsed, isLive, REAP_MARGIN_MS } from './seat-rules.ts';

export const SEATS = TEAM.seats as SeatPlan;

export function planWith(seats: Partial<SeatPlan> | null, differing: Partial<Plan> = {}): Plan {
  return { ...TEAM, seats: seats === null ? null : { ...SEATS, ...seats }, ...differing };
}

type Asked = Partial<Pick<SeatRequest, 'requestId' | 'person' | 'fingerprint' | 'epoch' | 'client'>>;

export class SeatWorld {
  plan: Plan;
  policy = BUILD_SERVER;
  license: License;
  terms: LicenseTerms;
  seats: SeatState;
  incarnation = 1;
  mayReap = true;
  now: Instant = STARTS_AT;
  readonly rows = new Map<string, Lease>();
  private asked = 0;

  constructor(plan: Plan, differing: Partial<LicenseTerms> = {}) {
    const { license, terms, seats } = issued();
    this.plan = plan;
    this.license = license;
    this.terms = { ...terms, ...differing };
    this.seats = seats;
  }

  wait(ms: Milliseconds): this {
    this.now = after(this.now, ms);
    return this;
  }

  row(holder: string): Lease {
    const row = this.rows.get(holder);
    if (row === undefined) throw new Error(`no row of ${holder}`);
    return row;
  }

  acquire(jkt: string, asked: Asked = {}): SeatDecision {
    const decision = judgeAcquire(this.input(jkt, asked));
    this.apply(decision, decision.lease);
    return decision;
  }

  /** With the epoch of the row unless another is given. */
  renew(jkt: string, asked: Asked = {}): SeatDecision {
    const holder = asked.person ?? jkt;
    const decision = judgeRenew(this.input(jkt, { epoch: this.rows.get(holder)?.epoch ?? { incarnation: 1, count: 1 }, ...asked }));
    this.apply(decision, decision.lease);
    return decision;
  }

  release(jkt: string, asked: Asked = {}): ReleaseDecision {
    const decision = judgeRelease(this.input(jkt, { epoch: this.rows.get(asked.person ?? jkt)?.epoch ?? null, ...asked }));
    this.apply(decision, decision.lease);
    return decision;
  }

  reap(): SeatEffects {
    const effects = reap(this.seatInput(''));
    this.apply(effects, null);
    return effects;
  }

  remove(holder: string) {
    const result = removeHolder(this.seatInput(holder));
    if (result.ok) this.apply(result.value, result.value.lease);
    return result;
  }

  readmit(holder: string) {
    const result = readmitHolder(this.seatInput(holder));
    if (result.ok) this.apply(result.value, result.value.lease);
    return result;
  }

  /** What the store promises of a situation. */
  situation(holder: string): LeaseSituation {
    const rows = [...this.rows.values()];
    const byAcquired = (a: Lease, b: Lease) => a.acquiredAt - b.acquiredAt || (a.id < b.id ? -1 : 1);
    const byWaiting = (a: Lease, b: Lease) => (a.waitingSince ?? 0) - (b.waitingSince ?? 0) || (a.id < b.id ? -1 : 1);
    const reapBefore = after(this.now, -REAP_MARGIN_MS);
    const holding = rows.filter(({ state }) => state === 'granted' || state === 'overage');
    return {
      license: this.license,
      terms: [this.terms],
      seats: this.seats,
      lease: this.rows.get(holder) ?? null,
      lapsed: holding.filter(({ holdUntil }) => holdUntil <= reapBefore).sort((a, b) => a.holdUntil - b.holdUntil),
      waiting: [
        ...rows.filter(({ state }) => state === 'overage').sort(byAcquired),
        ...rows.filter(({ state }) => state === 'when-full').sort(byWaiting),
      ],
      policy: this.terms.policy,
      meters: [],
      silent: 0,
      service: null,
      incarnation: this.incarnation,
    };
  }

  input(jkt: string, asked: Asked): HolderInput {
    const serial = ++this.asked;
    const request: SeatRequest = {
      ...{ requestId: `req_${serial}`, person: null, fingerprint: null, epoch: null, client: null },
      ...{ jkt, leaseId: `lea_${String(serial).padStart(6, '0')}`, wordId: `wrd_${serial}` },
      ...asked,
    };
    return { ...this.seatInput(this.plan.seats?.kind === 'named' ? (request.person ?? jkt) : jkt), request };
  }

  /** How many live leases there are of each state, and how many of them take a seat that has not lapsed. */
  live(state: Lease['state']): readonly Lease[] {
    return [...this.rows.values()].filter((row) => row.state === state && isLive(row) && !isLapsed(row, this.now));
  }

  private seatInput(holder: string): SeatInput {
    return {
      situation: this.situation(holder),
      terms: this.terms,
      policy: this.policy,
      plan: this.plan,
      now: this.now,
      mayReap: this.mayReap,
    };
  }

  private apply(effects: SeatEffects, own: Lease | null): void {
    this.seats = { ...effects.seats };
    for (const row of [...effects.promoted, ...effects.reaped, ...(own === null ? [] : [own])]) this.rows.set(row.holder, row);
  }
}
