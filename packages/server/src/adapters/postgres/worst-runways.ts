/** What ends next: one walk of the index `runway_worst` for the environment and one for Glidepath itself, put together. */
import { tableOf } from '../records/tables.ts';
import { columnList } from './columns.ts';

/** The same words as the index, or it would not serve the order. */
const ORDER = `(case state when 'latent' then 0 when 'dated' then 1 when 'unknown' then 2 else 3 end), ends_at, id`;

function worst(where: string): string {
  return `(select * from glidepath.runway where ${where} order by ${ORDER} limit $2)`;
}

/** $1 environment, $2 how many. */
export const SELECT_WORST_RUNWAYS = `select ${columnList(tableOf('runway'))}
  from (${worst('environment = $1')} union all ${worst('environment is null')}) as worst
  order by ${ORDER} limit $2`;
