/** A license with its rows in memory, judged and applied as the server would: for tests of the seat rules. */
import { BUILD_SERVER, STARTS_AT, TEAM } from '../decision/test-policy.ts';
import { issued } from '../license/test-license.ts';
import type { Plan, SeatPlan } from '../policy/policy.ts';
import type { Lease, License, LicenseTerms, SeatState, ServiceState } from '../ports/records.ts';
import type { LeaseSituation, LicenseSituation } from '../ports/store.ts';
import { after, type Instant, type Milliseconds } from '../time.ts';
import { judgeAcquire } from './judge-acquire.ts';
import { judgeRelease } from './judge-release.ts';
import { judgeRenew } from './judge-renew.ts';
import { reap } from './reap.ts';
import { readmitHolder, removeHolder } from './remove-holder.ts';
import type { HolderInput, ReleaseDecision, SeatDecision, SeatEffects, SeatInput, SeatRequest } from './seat-decision.ts';
import { compareLapsed, compareWaiting, isWaiting, LISTED_MAX } from './seat-order.ts';
import { isLapsed, isLive, REAP_MARGIN_MS } from './seat-rules.ts';
import { openTurn, type SeatChanges, type SeatsTurn } from './seats-turn.ts';
import type { Counter } from './words.ts';

export const SEATS = TEAM.seats as SeatPlan;

export function planWith(seats: Partial<SeatPlan> | null, differing: Partial<Plan> = {}): Plan {
  return { ...TEAM, seats: seats === null ? null : { ...SEATS, ...seats }, ...differing };
}

type Asked = Partial<Pick<SeatRequest, 'requestId' | 'person' | 'group' | 'fingerprint' | 'epoch' | 'seq' | 'client'>>;

const JUDGES = { acquire: judgeAcquire, renew: judgeRenew, release: judgeRelease };
export type Asking = Asked & { readonly op: keyof typeof JUDGES; readonly jkt: string };

export class SeatWorld {
  plan: Plan;
  policy = BUILD_SERVER;
  license: License;
  terms: LicenseTerms;
  seats: SeatState;
  incarnation = 1;
  mayReap = true;
  service: ServiceState | null = null;
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
    return this.one(judgeAcquire, this.asking(jkt, asked));
  }

  /** With the epoch of the row unless another is given. */
  renew(jkt: string, asked: Asked = {}): SeatDecision {
    return this.one(judgeRenew, this.asking(jkt, { epoch: this.epochOf(jkt, asked) ?? { incarnation: 1, count: 1 }, ...asked }));
  }

  release(jkt: string, asked: Asked = {}): ReleaseDecision {
    return this.one(judgeRelease, this.asking(jkt, { epoch: this.epochOf(jkt, asked), ...asked }));
  }

  reap(): SeatEffects {
    const turn = this.turn([]);
    const effects = reap(this.input(turn.situationOf('')));
    turn.accept({ ...effects, lease: null });
    this.commit(turn.changes());
    return effects;
  }

  remove(holder: string) {
    return this.move(holder, removeHolder);
  }

  readmit(holder: string) {
    return this.move(holder, readmitHolder);
  }

  /** Judges all of them on one turn, and commits what came of it at once. */
  batch(all: readonly Asking[]): readonly (SeatDecision | ReleaseDecision)[] {
    const requests = all.map((asking) => ({ ...asking, ...this.asking(asking.jkt, asking) }));
    const turn = this.turn(requests.map(({ jkt, person }) => this.holderOf(jkt, person)));
    const decisions = requests.map((request) => {
      const decision = JUDGES[request.op](this.holderInput(turn, request));
      turn.accept(decision);
      return decision;
    });
    this.commit(turn.changes());
    return decisions;
  }

  /** What the store promises of a situation. */
  gathered(holders: readonly string[]): LicenseSituation {
    const rows = [...this.rows.values()];
    const reapBefore = this.reapBefore();
    const holding = rows.filter(({ state }) => state === 'granted' || state === 'overage');
    return {
      license: this.license,
      terms: [this.terms],
      seats: this.seats,
      leases: rows.filter(({ holder }) => holders.includes(holder)),
      lapsed: holding
        .filter(({ holdUntil }) => holdUntil <= reapBefore)
        .sort(compareLapsed)
        .slice(0, LISTED_MAX),
      waiting: rows.filter(isWaiting).sort(compareWaiting).slice(0, LISTED_MAX),
      isMetered: false,
      silent: rows.filter(({ state, promisedUntil }) => state === 'reaped' && promisedUntil > this.now).length,
      policy: this.terms.policy,
      candidate: null,
      meters: [],
      service: this.service,
      incarnation: this.incarnation,
    };
  }

  situation(holder: string): LeaseSituation {
    return this.turn([holder]).situationOf(holder);
  }

  turn(holders: readonly string[]): SeatsTurn {
    return openTurn(this.gathered(holders), { now: this.now, reapBefore: this.reapBefore() });
  }

  input(situation: LeaseSituation): SeatInput {
    return { situation, terms: this.terms, policy: this.policy, plan: this.plan, now: this.now, mayReap: this.mayReap };
  }

  holderInput(turn: SeatsTurn, request: SeatRequest): HolderInput {
    return { ...this.input(turn.situationOf(this.holderOf(request.jkt, request.person))), request };
  }

  /** How many live leases there are of each state, and how many of them take a seat that has not lapsed. */
  live(state: Lease['state']): readonly Lease[] {
    return [...this.rows.values()].filter((row) => row.state === state && isLive(row) && !isLapsed(row, this.input(this.situation(''))));
  }

  /** Writes what changed as a store does: a row that is not the one that was gathered is refused. */
  commit({ seats, license, inserted, updated }: SeatChanges): void {
    if (seats !== null) this.seats = this.write(this.seats, seats);
    if (license !== null) this.license = this.write(this.license, license);
    for (const row of inserted) {
      if (this.rows.has(row.holder)) throw new Error(`a second row of ${row.holder}`);
      this.rows.set(row.holder, row);
    }
    for (const change of updated) this.rows.set(change.before.holder, this.write(this.row(change.before.holder), change));
  }

  private write<R extends { readonly revision: number }>(row: R, { before, after }: { readonly before: R; readonly after: R }): R {
    if (row !== before || after.revision !== before.revision) throw new Error('stale');
    return after;
  }

  private one<D extends SeatEffects & { readonly lease: Lease | null }>(judge: (input: HolderInput) => D, request: SeatRequest): D {
    const turn = this.turn([this.holderOf(request.jkt, request.person)]);
    const decision = judge(this.holderInput(turn, request));
    turn.accept(decision);
    this.commit(turn.changes());
    return decision;
  }

  private move<R extends ReturnType<typeof removeHolder> | ReturnType<typeof readmitHolder>>(
    holder: string,
    by: (input: SeatInput) => R,
  ): R {
    const turn = this.turn([holder]);
    const result = by(this.input(turn.situationOf(holder)));
    if (result.ok) {
      turn.accept(result.value);
      this.commit(turn.changes());
    }
    return result;
  }

  asking(jkt: string, asked: Asked = {}): SeatRequest {
    const serial = ++this.asked;
    return {
      ...{ requestId: `req_${serial}`, person: null, fingerprint: null, epoch: null, client: null },
      ...{ jkt, leaseId: `lea_${String(serial).padStart(6, '0')}`, wordId: `wrd_${serial}` },
      ...asked,
    };
  }

  private epochOf(jkt: string, { person }: Asked): Counter | null {
    return this.rows.get(this.holderOf(jkt, person ?? null))?.epoch ?? null;
  }

  private holderOf(jkt: string, person: string | null): string {
    return this.plan.seats?.kind === 'named' ? (person ?? jkt) : jkt;
  }

  private reapBefore(): Instant {
    return after(this.now, -REAP_MARGIN_MS);
  }
}
