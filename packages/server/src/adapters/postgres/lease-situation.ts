/**
 * Everything that an acquire, renew or release needs, in one statement: one round trip, and one snapshot, as every part
 * of a statement sees the same instant under READ COMMITTED. Parts come as JSON arrays in the order of `columnList`.
 */
import type { LeaseSituation, TableName, Tables } from '@glidepath/core';
import { LISTED_MAX } from '../records/query.ts';
import { tableOf } from '../records/tables.ts';
import { columnList, recordFrom } from './columns.ts';
import type { SqlRow } from './connections.ts';

/** The same words as the index `lease_waiting`, or it would not serve the order. */
const WAITING_ORDER = `(case state when 'overage' then 0 when 'queued' then 1 else 2 end), (case when state = 'overage' then acquired_at else waiting_since end), id`;

function one(table: TableName, where: string): string {
  return `(select json_build_array(${columnList(tableOf(table))}) from glidepath.${tableOf(table).sql} where ${where})`;
}

function many(table: TableName, where: string, order: string, limit = ''): string {
  const from = `select * from glidepath.${tableOf(table).sql} where ${where} order by ${order}${limit}`;
  return `(select json_agg(json_build_array(${columnList(tableOf(table))}) order by ${order}) from (${from}) as listed)`;
}

/** $1 license, $2 holder, $3 the instant before which a hold must have ended. */
export const SELECT_SITUATION = `select
  ${one('license', 'id = $1')},
  ${many('licenseTerms', 'license = $1', 'effective_from, id')},
  ${one('seatState', 'id = $1')},
  ${one('lease', 'license = $1 and holder = $2')},
  ${many('lease', `license = $1 and state in ('granted', 'overage') and hold_until <= $3`, 'hold_until, id', ` limit ${LISTED_MAX}`)},
  ${many('lease', `license = $1 and state in ('overage', 'queued', 'when-full')`, WAITING_ORDER, ` limit ${LISTED_MAX}`)},
  (select case policy_mode when 'pin' then pinned_digest else
    (select digest from glidepath.policy_pointer where environment = licensed.environment and name = licensed.policy_name)
  end from glidepath.license as licensed where id = $1),
  ${many('meterRecord', 'license = $1', 'id')},
  (select incarnation from glidepath.store_identity where id = 'store')`;

/** $1 the instant before which a hold must have ended, $2 how many. */
export const SELECT_LICENSES_WITH_LAPSED_HOLDS = `select license from glidepath.lease
  where state in ('granted', 'overage') and hold_until <= $1
  group by license order by min(hold_until), license limit $2`;

/** The parts put together; null when there is no such license, and `seats` null when it lacks its seat state. */
export function situationFrom(row: SqlRow): (Omit<LeaseSituation, 'seats'> & { seats: LeaseSituation['seats'] | null }) | null {
  const [license, terms, seats, lease, lapsed, waiting, policy, meters, incarnation] = row;
  if (license === null) return null;
  return {
    license: recordFrom('license', license as SqlRow),
    terms: listed('licenseTerms', terms),
    seats: seats === null ? null : recordFrom('seatState', seats as SqlRow),
    lease: lease === null ? null : recordFrom('lease', lease as SqlRow),
    lapsed: listed('lease', lapsed),
    waiting: listed('lease', waiting),
    policy: policy as string | null,
    meters: listed('meterRecord', meters),
    silent: 0,
    service: null,
    incarnation: (incarnation as number | null) ?? 0,
  };
}

function listed<T extends TableName>(table: T, rows: unknown): readonly Tables[T][] {
  return ((rows ?? []) as readonly SqlRow[]).map((row) => recordFrom(table, row));
}
