/** The statements of usage: counting by one function, balances, reservations, and events in their order. */
import type { BalanceKey, Instant, MeterRecord, UsageEvent } from '@glidepath/core';
import { tableOf } from '../records/tables.ts';
import { balanceId, type Fold, RESERVATION_SOURCE, RESERVATIONS_MAX, type UsagePlace } from '../records/usage.ts';
import { arrayLiteral } from './array-literal.ts';
import { columnList, recordFrom } from './columns.ts';
import type { SqlRow } from './connections.ts';
import type { Statement } from './statements.ts';

const COUNT = `select glidepath.count_usage(
  $1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::numeric[], $8::text[])`;

/** Gives one row: the places, from 1, of events that were new. */
export function countStatement(events: readonly UsageEvent[]): Statement {
  const column = (of: (event: UsageEvent) => string | number | null) => arrayLiteral(events.map(of));
  return {
    text: COUNT,
    values: [
      column(({ license }) => license),
      column(({ source }) => source),
      column(({ eventId }) => eventId),
      column(({ meter }) => meter),
      column(({ at }) => at),
      column(({ receivedAt }) => receivedAt),
      column(({ amount }) => amount),
      column(({ value }) => value),
    ],
  };
}

const METER = tableOf('meterRecord');
const IN_WINDOW = 'license = asked.of and meter = asked.meter and at >= asked.window_start and at < asked.window_end';

const SELECT_BALANCES = `select
  held.id is null and exists (select from glidepath.usage_event where ${IN_WINDOW}), ${columnList(METER)
    .split(', ')
    .map((name) => `held.${name}`)
    .join(', ')}
  from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[]) with ordinality
    as asked (of, meter, aggregate, window_start, window_end, place)
  left join lateral (select * from glidepath.meter_record as kept
    where kept.license = asked.of and kept.meter = asked.meter and kept.aggregate = asked.aggregate
      and kept.window_start = asked.window_start and kept.window_end = asked.window_end) as held on true
  order by asked.place`;

/** A row per key: its snapshot, or whether it must be folded; neither, where nothing was used. */
export function selectBalances(keys: readonly BalanceKey[]): Statement {
  return { text: SELECT_BALANCES, values: keyArrays(keys) };
}

export function balanceRow([isToFold, ...columns]: SqlRow): { readonly record: MeterRecord | null; readonly isToFold: boolean } {
  return { record: columns[0] === null ? null : recordFrom('meterRecord', columns), isToFold: isToFold as boolean };
}

const KEEP = `select used, as_of, last_at, last_key from glidepath.keep_balances(
  $1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[]) order by place`;

/** A row per key: what its events add up to, kept from now on. */
export function keepBalances(keys: readonly BalanceKey[]): Statement {
  return { text: KEEP, values: [arrayLiteral(keys.map(balanceId)), ...keyArrays(keys)] };
}

export function foldFrom([used, asOf, lastAt, lastKey]: SqlRow): Fold {
  return { used: used as number, asOf: asOf as Instant | null, lastAt: lastAt as Instant | null, lastKey: lastKey as string | null };
}

function keyArrays(keys: readonly BalanceKey[]): string[] {
  return [
    arrayLiteral(keys.map(({ license }) => license)),
    arrayLiteral(keys.map(({ meter }) => meter)),
    arrayLiteral(keys.map(({ aggregate }) => aggregate)),
    arrayLiteral(keys.map(({ windowStart }) => windowStart)),
    arrayLiteral(keys.map(({ windowEnd }) => windowEnd)),
  ];
}

export const SELECT_OPEN_RESERVATIONS = `select ${columnList(tableOf('usageReservation'))} from glidepath.usage_reservation as open
  where license = $1 and released_at is null and expires_at > $2 and not exists (
    select from glidepath.usage_event as spent
      where spent.license = $1 and spent.source = '${RESERVATION_SOURCE}' and spent.event_id = open.id)
  order by id limit ${RESERVATIONS_MAX}`;

const SELECT_EVENTS = `select license, source, event_id, meter, at, received_at, amount, value from glidepath.usage_event
  where license = $1 and meter = $2 and at >= $3 and at < $4`;

export function selectEvents(
  license: string,
  meter: string,
  { from, to }: { readonly from: Instant; readonly to: Instant },
  { after, limit }: { readonly after?: UsagePlace; readonly limit: number },
): Statement {
  const end = (place: number) => ` order by at, source, event_id limit $${place}`;
  if (after === undefined) return { text: SELECT_EVENTS + end(5), values: [license, meter, from, to, limit] };
  const { at, source, eventId } = after;
  const text = `${SELECT_EVENTS} and (at, source, event_id) > ($5, $6, $7)${end(8)}`;
  return { text, values: [license, meter, from, to, at, source, eventId, limit] };
}

export function eventFrom(row: SqlRow): UsageEvent {
  const [license, source, eventId, meter, at, receivedAt, amount, value] = row as readonly never[];
  return { license, source, eventId, meter, at, receivedAt, amount, value } as unknown as UsageEvent;
}

/** What is forgotten, each at most $1 rows: what was asked for is asked again of the row, which may have changed since. */
export const FORGET: Readonly<Record<'events' | 'reservations' | 'snapshots' | 'leases', string>> = {
  events: `with old as (
      select license, source, event_id from glidepath.usage_event as event
        where at < $2::bigint and at < coalesce((select starts_at from glidepath.license_terms
          where license = event.license and effective_from <= $3::bigint order by effective_from desc, id desc limit 1), $2::bigint)
        order by at limit $1
    ), gone as (
      delete from glidepath.usage_event as event using old
        where event.license = old.license and event.source = old.source and event.event_id = old.event_id returning 1
    ) select count(*) from gone`,
  reservations: forget('usage_reservation', 'expires_at < $2'),
  snapshots: forget('meter_record', 'window_end < $2'),
  leases: forget('lease', `state in ('reaped', 'released') and promised_until < $2`),
};

function forget(table: string, isOld: string): string {
  return `with old as (select id as old_id from glidepath.${table} where ${isOld} limit $1 for update skip locked),
    gone as (delete from glidepath.${table} using old where id = old_id and ${isOld} returning 1)
    select count(*) from gone`;
}
