/** Jobs that one node does for all. */

export { createPgBossFleet, type PgBossFleet, type PgBossFleetOptions } from './pg-boss-fleet.ts';
