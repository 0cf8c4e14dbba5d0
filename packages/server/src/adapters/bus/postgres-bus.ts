/**
 * The bus between nodes of one PostgreSQL: LISTEN/NOTIFY on a connection of its own, and behind it a poll of the outbox.
 *
 * A notification is sent after the commit that it tells of, and may be lost with its sender or its connection: whatever was
 * missed is read from the outbox at most a second later. So a hint is late at worst, and hearing one twice is harmless. Who
 * publishes hears itself at once and once. While there is no connection, publishing costs nothing and waits for nothing.
 */
import { after, type Clock, type Instant, instant, type Milliseconds, type Random, SECOND } from '@glidepath/core';
import pg from 'pg';
import { type Bus, type Hint, type Log, memoryBus } from '../../world.ts';
import { CHANNEL, isRare, RARE_SQL, readHint, writeHint } from './hint-payload.ts';
import { createSeenHints, firstEventId, OVERLAP_MS } from './seen-hints.ts';

export interface PostgresBusOptions {
  readonly connectionString: string;
  /** Tells this node's notifications from those of others. */
  readonly node: string;
  readonly log: Log;
  readonly random: Random;
  readonly clock: Pick<Clock, 'now'>;
  /** Default 1 s. */
  readonly pollMs?: Milliseconds;
}

export interface PostgresBus extends Bus {
  /** Listens on, and again after each loss of its connection. Returns at once. */
  start(): void;
  /** Whether it hears of other nodes' events now. */
  isListening(): boolean;
  close(): Promise<void>;
}

const POLL_MS = SECOND;
const ANSWER_MS = 3 * SECOND;
const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 5 * SECOND;
/** Notifications that wait to be sent; what comes beyond is told by the poll of the others. */
const UNSENT_MAX = 1_000;
const NOTIFY_BATCH = 200;
const PAGE = 1_000;

const POLL_SQL = `select id, type, environment, subject from glidepath.outbox where id > $1 and ${RARE_SQL} order by id limit ${PAGE}`;
const TIME_SQL = 'select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now';
const NOTIFY_SQL = 'select pg_notify($1, payload) from unnest($2::text[]) payload';

interface EventRow {
  readonly id: string;
  readonly type: string;
  readonly environment: string | null;
  readonly subject: string;
}

export function createPostgresBus(options: PostgresBusOptions): PostgresBus {
  const { node, log, random, clock, pollMs = POLL_MS } = options;
  const local = memoryBus();
  const seen = createSeenHints();
  let unsent: string[] = [];
  let client: pg.Client | null = null;
  let isClosed = false;
  let failures = 0;
  /** The database's time at the end of the last poll; null: none was yet. */
  let polledAt: Instant | null = null;
  let timer: NodeJS.Timeout | null = null;
  let working: Promise<void> = Promise.resolve();
  let isSending = false;

  function publish(hint: Hint): void {
    if (hint.id !== undefined) seen.isNew(hint.id, clock.now());
    local.publish(hint);
    if (client === null || !isRare(hint.type) || unsent.length >= UNSENT_MAX) return;
    const payload = writeHint(node, hint);
    if (payload === null) return;
    unsent.push(payload);
    if (!isSending) queueMicrotask(() => void send());
  }

  /** What gathers while one statement is on its way goes with the next. */
  async function send(): Promise<void> {
    if (isSending) return;
    isSending = true;
    try {
      while (client !== null && unsent.length > 0) {
        const batch = unsent.slice(0, NOTIFY_BATCH);
        unsent = unsent.slice(NOTIFY_BATCH);
        await client.query(NOTIFY_SQL, [CHANNEL, batch]);
      }
    } catch {
      // The connection is gone, and whoever looks after it knows.
    } finally {
      isSending = false;
    }
  }

  function hear(payload: string | undefined): void {
    const found = readHint(payload ?? '');
    if (found === null) log.debug('bus.unreadable');
    if (found === null || found.node === node || !seen.isNew(found.hint.id, clock.now())) return;
    local.publish(found.hint);
  }

  async function connect(): Promise<void> {
    const fresh = new pg.Client({
      connectionString: options.connectionString,
      application_name: 'glidepath-bus',
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      statement_timeout: ANSWER_MS,
      keepAlive: true,
    });
    fresh.on('error', () => lose(fresh));
    fresh.on('end', () => lose(fresh));
    fresh.on('notification', ({ payload }) => hear(payload));
    try {
      await fresh.connect();
      await fresh.query(`listen ${CHANNEL}`);
      // The first time only what is under way is read: nothing of it can be in a memory that was empty.
      if (polledAt === null) await poll(fresh, () => {});
    } catch (error) {
      await endOf(fresh);
      throw error;
    }
    if (isClosed) return await endOf(fresh);
    client = fresh;
    if (failures > 0) log.info('bus.listening-again', { failures });
    failures = 0;
  }

  function lose(lost: pg.Client): void {
    if (client !== lost) return;
    client = null;
    unsent = [];
    if (!isClosed) log.warn('bus.connection-lost');
    void endOf(lost);
  }

  async function poll(through: pg.Client, tell: (hint: Hint) => void): Promise<void> {
    const { rows } = await through.query<{ now: number }>(TIME_SQL);
    const now = instant(rows[0]?.now ?? 0);
    let from = firstEventId(after(polledAt ?? now, -OVERLAP_MS));
    for (;;) {
      const page: readonly EventRow[] = (await through.query<EventRow>(POLL_SQL, [from])).rows;
      for (const { id, type, environment, subject } of page) if (seen.isNew(id, clock.now())) tell({ id, type, environment, subject });
      from = page.at(-1)?.id ?? from;
      if (page.length < PAGE) break;
    }
    polledAt = now;
    seen.forget(clock.now());
  }

  async function turn(): Promise<void> {
    try {
      if (client === null) await connect();
      if (client !== null) await poll(client, local.publish);
    } catch (error) {
      if (isClosed) return;
      failures += 1;
      if (failures === 1) log.warn('bus.not-listening', { error });
      if (client !== null) lose(client);
    }
  }

  function schedule(delayMs: Milliseconds): void {
    if (isClosed) return;
    timer = setTimeout(() => {
      working = turn().then(() => schedule(failures === 0 ? pollMs : backoffMs(failures, random.next())));
    }, delayMs);
    timer.unref();
  }

  return {
    publish,
    subscribe: (listener) => local.subscribe(listener),
    start: () => schedule(0),
    isListening: () => client !== null,
    async close() {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      const open = client;
      client = null;
      if (open !== null) await endOf(open);
      await working;
    },
  };
}

/** Full jitter, so that nodes which lost their database together do not come back together. */
export function backoffMs(failures: number, chance: number): Milliseconds {
  const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(failures, 10));
  return BACKOFF_FIRST_MS + Math.floor(chance * ceiling);
}

/** A connection to a database that swallows everything is not waited for. */
async function endOf(client: pg.Client): Promise<void> {
  const ended = client.end().catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, 500);
    timer.unref();
  });
  await Promise.race([ended, late]);
  clearTimeout(timer);
}
