/**
 * Shares jobs among the nodes of one PostgreSQL through pg-boss: in each period of a job the first node to ask gets its turn.
 *
 * Time is cut into slots as long as the period, by the database's clock; a slot has one job, whoever asks, and one node takes
 * it. A node that dies with a turn loses it after `TURN_MS`, and the job goes on in a later slot. Two runs at once are possible
 * then (the node may only have been paused) and harmless, as jobs are level-triggered and guarded.
 *
 * pg-boss is loaded and its tables are made while the node serves already. Until then nobody here has a turn; where its tables
 * cannot be made at all, each node does every job itself, which costs work and harms nothing, and says so.
 */
import { type Instant, instant, type Milliseconds, SECOND } from '@glidepath/core';
import type { PgBoss } from 'pg-boss';
import type { Examiner } from '../../findings.ts';
import type { Fleet, FleetJob, Log } from '../../world.ts';

export interface PgBossFleetOptions {
  readonly connectionString: string;
  readonly log: Log;
  /** Default 15 s: how long a turn may take before others may have it. */
  readonly turnMs?: Milliseconds;
}

export interface PgBossFleet extends Fleet {
  /** Connects and makes what is missing, again and again until it could. Returns at once. */
  start(): void;
  readonly examiner: Examiner;
  close(): Promise<void>;
}

const SCHEMA = 'pgboss';
const TURN_MS: Milliseconds = 15 * SECOND;
/** How often turns that were lost are looked for. */
const LOOK_SECONDS = 5;
const CLEAN_SECONDS = 300;
const RETRY_MS: Milliseconds = 10 * SECOND;
/** Slots stay known for so long, or two of their own periods: a slot that is forgotten could be had twice. */
const KEPT_SECONDS = 300;
const STATEMENT_MS: Milliseconds = 10 * SECOND;
/** After so many failures to start, this node does the jobs itself meanwhile. */
const PATIENCE = 3;

type State = 'starting' | 'ready' | 'alone' | 'closed';

export function createPgBossFleet({ connectionString, log, turnMs = TURN_MS }: PgBossFleetOptions): PgBossFleet {
  const queues = new Set<string>();
  const endedWell = new Map<string, Instant>();
  let boss: PgBoss | null = null;
  let state: State = 'starting';
  let timer: NodeJS.Timeout | null = null;
  let starting: Promise<void> = Promise.resolve();
  let failures = 0;

  async function begin(): Promise<void> {
    try {
      const { PgBoss } = await import('pg-boss');
      boss ??= quiet(
        new PgBoss({
          ...{ connectionString, schema: SCHEMA, application_name: 'glidepath-jobs', max: 2, connectionTimeoutMillis: 5_000 },
          // The second is for a network that swallows answers.
          ...{ options: `-c statement_timeout=${STATEMENT_MS}`, query_timeout: STATEMENT_MS + 2_000 },
          ...{ schedule: false, superviseIntervalSeconds: LOOK_SECONDS, monitorIntervalSeconds: LOOK_SECONDS },
          ...{ maintenanceIntervalSeconds: CLEAN_SECONDS, registerInstance: false, persistWarnings: false, reindex: false },
          openTelemetry: { enabled: false },
        }),
        log,
      );
      await boss.start();
      for (const { name } of await boss.getQueues()) queues.add(name);
      if (state !== 'closed') state = 'ready';
      if (failures > 0) log.info('fleet.ready', { failures });
    } catch (error) {
      failures += 1;
      if (state === 'closed') return;
      if (failures >= PATIENCE) state = 'alone';
      log.warn('fleet.not-ready', { error, failures, isAlone: state === 'alone' });
      schedule(RETRY_MS);
    }
  }

  function schedule(delayMs: Milliseconds): void {
    timer = setTimeout(() => {
      starting = begin();
    }, delayMs);
    timer.unref();
  }

  async function takeTurn(from: PgBoss, { name, everyMs }: FleetJob, work: () => Promise<unknown>): Promise<'ran' | 'not-mine'> {
    // One that waits and one at work at most, whatever piles up.
    if (!queues.has(name)) await from.createQueue(name, { policy: 'stately' });
    queues.add(name);
    const singletonSeconds = Math.max(1, Math.round(everyMs / SECOND));
    const deleteAfterSeconds = Math.max(KEPT_SECONDS, 2 * singletonSeconds);
    const expireInSeconds = Math.max(1, Math.ceil(turnMs / SECOND));
    const retentionSeconds = deleteAfterSeconds;
    await from.send(name, null, { singletonSeconds, expireInSeconds, deleteAfterSeconds, retentionSeconds, retryLimit: 0 });
    const [turn] = await from.fetch(name);
    if (turn === undefined) {
      await look(from, name);
      return 'not-mine';
    }
    try {
      await work();
    } catch (error) {
      await from.fail(name, turn, { message: 'failed; the log of its node says why' }).catch(() => {});
      throw error;
    }
    // Unsaid, the turn ends by itself, and the work is done all the same.
    await from.complete(name, turn).catch((error: unknown) => log.warn('fleet.turn-not-ended', { job: name, error }));
    return 'ran';
  }

  /** How the job fares on other nodes. */
  async function look(from: PgBoss, name: string): Promise<void> {
    const { rows } = await from.getDb().executeSql(ENDED_WELL, [name]);
    const at = Number((rows[0] as { at?: unknown } | undefined)?.at ?? 0);
    if (at > 0) endedWell.set(name, instant(Math.floor(at)));
  }

  return {
    start: () => schedule(0),
    okAt: ({ name }) => endedWell.get(name) ?? null,
    async inTurn(job, work) {
      if (state === 'alone') {
        await work();
        return 'ran';
      }
      if (state !== 'ready' || boss === null) return 'not-mine';
      return await takeTurn(boss, job, work);
    },
    examiner: {
      name: 'jobs',
      async examine() {
        if (state !== 'alone') return [];
        const message = 'Jobs are not shared among nodes: the tables of pg-boss could not be made, so each node does every job.';
        const mend = `grant create on the database to this role, or create the schema ${SCHEMA} for it`;
        return [{ code: 'jobs-not-shared', severity: 'warning', blocksReadiness: false, subject: 'jobs', message, mend }];
      },
    },
    async close() {
      state = 'closed';
      if (timer !== null) clearTimeout(timer);
      await starting;
      await boss?.stop({ graceful: false, close: true }).catch(() => {});
    },
  };
}

const ENDED_WELL = `select extract(epoch from max(completed_on)) * 1000 as at from ${SCHEMA}.job where name = $1 and state = 'completed'`;

/** Its errors are lines of the log: unheard they would end the process. */
function quiet(boss: PgBoss, log: Log): PgBoss {
  boss.on('error', (error) => log.warn('fleet.error', { error }));
  boss.on('warning', (warning) => log.debug('fleet.warning', { warning }));
  return boss;
}
