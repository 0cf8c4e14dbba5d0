/**
 * Everything that acquires, renews and releases need, for many licenses in one statement: one round trip, and one
 * snapshot, as every part of a statement sees the same instant under READ COMMITTED. Parts come as JSON arrays in the
 * order of `columnList`; a list of nothing is null and costs nothing.
 */
import {
  type Instant,
  invariant,
  type LicenseSituation,
  type PolicyCandidate,
  type SituationAsk,
  type TableName,
  type Tables,
} from '@glidepath/core';
import { LISTED_MAX } from '../records/query.ts';
import { isStorableText } from '../records/storable.ts';
import { tableOf } from '../records/tables.ts';
import { arrayLiteral } from './array-literal.ts';
import { columnList, recordFrom } from './columns.ts';
import type { SqlRow } from './connections.ts';
import type { Statement } from './statements.ts';

/** The same words as the index `lease_waiting`, or it would not serve the order. */
const WAITING_ORDER = `(case state when 'overage' then 0 when 'queued' then 1 else 2 end), (case when state = 'overage' then acquired_at else waiting_since end), id`;

function one(table: TableName, where: string): string {
  return `(select json_build_array(${columnList(tableOf(table))}) from glidepath.${tableOf(table).sql} where ${where})`;
}

function many(table: TableName, where: string, order: string, limit = ''): string {
  const from = `select * from glidepath.${tableOf(table).sql} where ${where} order by ${order}${limit}`;
  return `(select json_agg(json_build_array(${columnList(tableOf(table))}) order by ${order}) from (${from}) as listed)`;
}

/** $1 licenses, $2 holders of each, $3 the instant before which a hold must have ended, $4 the instant of the question. */
const SELECT_SITUATIONS = `select
  ${one('license', 'id = asked.of')},
  ${many('licenseTerms', 'license = asked.of', 'effective_from, id')},
  ${one('seatState', 'id = asked.of')},
  (select json_agg(json_build_array(${columnList(tableOf('lease'))}) order by id) from unnest(asked.holders::text[]) as wanted (named),
    lateral (select * from glidepath.lease where license = asked.of and holder = wanted.named limit 1) as held),
  ${many('lease', `license = asked.of and state in ('granted', 'overage') and hold_until <= $3::bigint`, 'hold_until, id', ` limit ${LISTED_MAX}`)},
  ${many('lease', `license = asked.of and state in ('overage', 'queued', 'when-full')`, WAITING_ORDER, ` limit ${LISTED_MAX}`)},
  (select count(*) from glidepath.lease where license = asked.of and state = 'reaped' and promised_until > $4::bigint),
  (select case policy_mode when 'pin' then pinned_digest else
    (select digest from glidepath.policy_pointer where environment = licensed.environment and name = licensed.policy_name)
  end from glidepath.license as licensed where id = asked.of),
  ${many('meterRecord', 'license = asked.of and window_start <= $4::bigint and window_end > $4::bigint', 'id')},
  ${one('serviceState', `id = 'service'`)},
  (select incarnation from glidepath.store_identity where id = 'store'),
  exists (select from glidepath.usage_event where license = asked.of),
  (select json_build_array(pointer.rollout, pointer.candidate, pointer.share_basis_points)
    from glidepath.license as licensed join glidepath.policy_pointer as pointer
      on pointer.environment = licensed.environment and pointer.name = licensed.policy_name
    where licensed.id = asked.of and licensed.policy_mode = 'follow' and pointer.candidate is not null)
  from unnest($1::text[], $2::text[]) with ordinality as asked (of, holders, place) order by place`;

export function selectSituations(asks: readonly SituationAsk[], at: { readonly now: Instant; readonly reapBefore: Instant }): Statement {
  // No license has the empty id; a holder that no text can name has no lease.
  const licenses = arrayLiteral(asks.map(({ license }) => (isStorableText(license) ? license : '')));
  const holders = arrayLiteral(asks.map((ask) => arrayLiteral([...new Set(ask.holders)].filter((holder) => isStorableText(holder)))));
  return { text: SELECT_SITUATIONS, values: [licenses, holders, at.reapBefore, at.now] };
}

/** $1 the instant before which a hold must have ended, $2 how many. */
export const SELECT_LICENSES_WITH_LAPSED_HOLDS = `select license from glidepath.lease
  where state in ('granted', 'overage') and hold_until <= $1
  group by license order by min(hold_until), license limit $2`;

/** The parts put together; null when there is no such license. */
export function situationFrom(row: SqlRow): LicenseSituation | null {
  const [license, terms, seats, leases, lapsed, waiting, silent, policy, meters, service, incarnation, isMetered, candidate] = row;
  if (license === null) return null;
  const licensed = recordFrom('license', license as SqlRow);
  invariant(seats !== null, `license ${licensed.id} has no seat state`);
  return {
    license: licensed,
    terms: listed('licenseTerms', terms),
    seats: recordFrom('seatState', seats as SqlRow),
    leases: listed('lease', leases),
    lapsed: listed('lease', lapsed),
    waiting: listed('lease', waiting),
    silent: silent as number,
    isMetered: isMetered as boolean,
    policy: policy as string | null,
    candidate: candidate === null ? null : candidateFrom(candidate as SqlRow),
    meters: listed('meterRecord', meters),
    service: service === null ? null : recordFrom('serviceState', service as SqlRow),
    incarnation: (incarnation as number | null) ?? 0,
  };
}

function candidateFrom([rollout, digest, shareBasisPoints]: SqlRow): PolicyCandidate {
  return { rollout: rollout as string, digest: digest as string, shareBasisPoints: shareBasisPoints as number };
}

function listed<T extends TableName>(table: T, rows: unknown): readonly Tables[T][] {
  return ((rows ?? []) as readonly SqlRow[]).map((row) => recordFrom(table, row));
}
