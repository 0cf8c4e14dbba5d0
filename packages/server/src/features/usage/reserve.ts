/**
 * Sets use aside before it happens: what is used, what is set aside already and what is asked for stay within the limit,
 * whoever else asks on whatever node at the same time.
 *
 * That is judged while no other turn on the license runs. Open reservations are read before balances: one that is spent in
 * between counts twice for a moment, which may refuse somebody, and never not at all. Use that is reported without a
 * reservation is counted even past the limit: it has happened.
 */
import {
  after,
  type BalanceKey,
  fromMicros,
  type Instant,
  invariant,
  type TurnStore,
  toMicros,
  type UsageReservation,
} from '@glidepath/core';
import type { World } from '../../world.ts';

export interface ReserveAsk {
  readonly id: string;
  readonly environment: string;
  readonly key: BalanceKey;
  readonly amount: number;
  readonly requestId: string;
  readonly expiresInMs: number;
  /** Null: set aside whatever is asked for. */
  readonly limit: number | null;
}

export type Reserved =
  | { readonly kind: 'reserved'; readonly reservation: UsageReservation; readonly isNew: boolean }
  | { readonly kind: 'exhausted'; readonly used: number; readonly reserved: number }
  /** The request id stands for a reservation of something else. */
  | { readonly kind: 'other' };

/** Answers in the order of the asks; those of one license are one turn and one commit. */
export async function reserveInTurn(world: World, asks: readonly ReserveAsk[]): Promise<readonly (Reserved | Error)[]> {
  const answers = new Map<ReserveAsk, Reserved | Error>();
  for (const [license, own] of Map.groupBy(asks, ({ key }) => key.license)) {
    try {
      const reserved = await world.store.inTurn(license, (turn) => reserveAll(world, turn, license, own));
      for (const [place, ask] of own.entries()) answers.set(ask, reserved[place] ?? new Error('each ask is answered'));
    } catch (error) {
      for (const ask of own) answers.set(ask, error instanceof Error ? error : new Error(String(error)));
    }
  }
  return asks.map((ask) => answers.get(ask) ?? new Error('each ask is answered'));
}

async function reserveAll(world: World, turn: TurnStore, license: string, asks: readonly ReserveAsk[]): Promise<readonly Reserved[]> {
  const { store } = world;
  const now = world.clock.now();
  const open = [...(await store.openReservations(license, now))];
  const balances = await store.balances(
    asks.map(({ key }) => key),
    now,
  );
  const fresh: UsageReservation[] = [];
  const answers: Reserved[] = [];
  for (const [place, ask] of asks.entries()) {
    const [stored] = await store.find('usageReservation', { license, requestId: ask.requestId }, { limit: 1 });
    const known = stored ?? fresh.find(({ requestId }) => requestId === ask.requestId);
    const answer = known === undefined ? judge(ask, balances[place]?.used ?? 0, open, now) : again(ask, known);
    answers.push(answer);
    if (answer.kind !== 'reserved' || !answer.isNew) continue;
    fresh.push(answer.reservation);
    open.push(answer.reservation);
  }
  if (fresh.length === 0) return answers;
  const result = await turn.commit({
    writes: fresh.map((row) => ({ op: 'insert', table: 'usageReservation', row })),
    audit: [],
    events: [],
  });
  invariant(result.ok, 'no reservation of a license is made outside of its turn');
  return answers;
}

function again({ key, amount }: ReserveAsk, known: UsageReservation): Reserved {
  const isSame = known.meter === key.meter && known.amount === amount;
  return isSame ? { kind: 'reserved', reservation: known, isNew: false } : { kind: 'other' };
}

function judge(ask: ReserveAsk, used: number, open: readonly UsageReservation[], now: Instant): Reserved {
  const { id, environment, key, amount, requestId, expiresInMs, limit } = ask;
  const reserved = reservedOf(open, key.meter);
  if (limit !== null && micros(used) + micros(reserved) + micros(amount) > micros(limit)) return { kind: 'exhausted', used, reserved };
  const dates = { createdAt: now, expiresAt: after(now, expiresInMs), releasedAt: null };
  return {
    kind: 'reserved',
    isNew: true,
    reservation: { id, license: key.license, environment, meter: key.meter, amount, requestId, ...dates, revision: 0 },
  };
}

/** What is set aside of a meter, exactly. */
export function reservedOf(open: readonly UsageReservation[], meter: string): number {
  return fromMicros(open.filter((row) => row.meter === meter).reduce((sum, { amount }) => sum + micros(amount), 0n));
}

/** What remains of a limit; never less than nothing. */
export function remainingOf(limit: number, used: number, reserved: number): number {
  const rest = micros(limit) - micros(used) - micros(reserved);
  return rest > 0n ? fromMicros(rest) : 0;
}

/** A balance past what a number can hold exactly has no millionths left to lose. */
function micros(amount: number): bigint {
  return toMicros(amount) ?? BigInt(Math.ceil(amount)) * 1_000_000n;
}
