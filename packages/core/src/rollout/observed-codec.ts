/**
 * Observed decisions as text: many of them in one row of a table, and on their way to whoever replays them.
 *
 * Names stand once in a list each and are meant by their place; instants count from the first one. Version 1: a reader
 * that meets another one says so, and reads nothing of it.
 */
import { after, type Instant } from '../time.ts';
import type { ObservedDecision, ObservedUse } from './observed-decision.ts';

const VERSION = 1;
const ASKED = ['check', 'acquire', 'renew'] as const;

type Cell = number | null | readonly Cell[];

/** JSON as it stands. */
export interface ObservedChunkBody {
  readonly v: number;
  readonly from: Instant;
  readonly names: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export function encodeObserved(decisions: readonly ObservedDecision[]): ObservedChunkBody {
  const from = decisions[0]?.at ?? (0 as Instant);
  const places = new Map<string, number>();
  const place = (name: string): number => {
    const known = places.get(name);
    if (known !== undefined) return known;
    places.set(name, places.size);
    return places.size - 1;
  };
  const offset = (at: Instant | null): number | null => (at === null ? null : at - from);
  const rows = decisions.map((decision): readonly Cell[] => {
    const { seats } = decision;
    const row: Cell[] = [
      ...[place(decision.license), decision.at - from, place(decision.policy), place(decision.plan)],
      ...[offset(decision.startsAt), offset(decision.expiresAt), offset(decision.lastSignedWordAt)],
      ...[offset(decision.suspendedAt), offset(decision.revokedAt)],
      ...[seats.used, seats.limit, flag(seats.isAgreed), offset(seats.overageOpenedAt)],
      ...[ASKED.indexOf(decision.asked), place(decision.tier), flag(decision.isDenied)],
    ];
    const usage = decision.usage.flatMap((use) => [place(use.meter), use.used, use.limit, flag(use.isAgreed), offset(use.asOf)]);
    const lowered = decision.lowered.flatMap((lowering) => [place(lowering.from), offset(lowering.effectiveAt)]);
    if (usage.length > 0 || lowered.length > 0) row.push(usage);
    if (lowered.length > 0) row.push(lowered);
    return row;
  });
  return { v: VERSION, from, names: [...places.keys()], rows };
}

const flag = (is: boolean): number => (is ? 1 : 0);

/** Null: it was written by a version of this program that writes something else. */
export function decodeObserved(body: ObservedChunkBody): readonly ObservedDecision[] | null {
  if (body.v !== VERSION) return null;
  return body.rows.map((row) => decodeRow(body, row));
}

const NONE: readonly never[] = [];

function decodeRow({ from, names }: ObservedChunkBody, row: readonly Cell[]): ObservedDecision {
  const usage = row[16] as readonly number[] | undefined;
  const lowered = row[17] as readonly number[] | undefined;
  return {
    license: nameAt(names, row[0]),
    at: at(from, row[1]),
    policy: nameAt(names, row[2]),
    plan: nameAt(names, row[3]),
    startsAt: at(from, row[4]),
    expiresAt: maybeAt(from, row[5]),
    lastSignedWordAt: maybeAt(from, row[6]),
    suspendedAt: maybeAt(from, row[7]),
    revokedAt: maybeAt(from, row[8]),
    usage: usage === undefined || usage.length === 0 ? NONE : usageOf(from, names, usage),
    seats: {
      used: row[9] as number,
      limit: row[10] as number | null,
      isAgreed: row[11] === 1,
      overageOpenedAt: maybeAt(from, row[12]),
    },
    lowered: lowered === undefined ? NONE : loweredOf(from, names, lowered),
    asked: ASKED[row[13] as number] ?? 'check',
    tier: nameAt(names, row[14]),
    isDenied: row[15] === 1,
  };
}

function usageOf(from: Instant, names: readonly string[], cells: readonly Cell[]): readonly ObservedUse[] {
  const usage: ObservedUse[] = [];
  for (let start = 0; start < cells.length; start += 5) {
    usage.push({
      meter: nameAt(names, cells[start]),
      used: cells[start + 1] as number,
      limit: cells[start + 2] as number,
      isAgreed: cells[start + 3] === 1,
      asOf: at(from, cells[start + 4]),
    });
  }
  return usage;
}

function loweredOf(from: Instant, names: readonly string[], cells: readonly Cell[]): ObservedDecision['lowered'] {
  const lowered: { from: string; effectiveAt: Instant }[] = [];
  for (let start = 0; start < cells.length; start += 2) {
    lowered.push({ from: nameAt(names, cells[start]), effectiveAt: at(from, cells[start + 1]) });
  }
  return lowered;
}

function nameAt(names: readonly string[], place: Cell | undefined): string {
  return names[place as number] ?? '';
}

function at(from: Instant, offset: Cell | undefined): Instant {
  return after(from, offset as number);
}

function maybeAt(from: Instant, offset: Cell | undefined): Instant | null {
  return offset === null || offset === undefined ? null : after(from, offset as number);
}
