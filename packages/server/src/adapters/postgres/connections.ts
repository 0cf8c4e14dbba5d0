/**
 * The pool of connections: how many, how long anything may take, and what an error means.
 *
 * Few connections serve many callers, as statements are short: a database does most on about twice as many connections
 * as it has cores, shared by all nodes. Time-outs are the server's, so that it stops working too; the client's is a
 * little longer, for a network that swallows answers.
 */
import { Fault, type Milliseconds } from '@glidepath/core';
import pg from 'pg';
import { type Doing, endsConnection, faultFrom, faultFromConnecting } from './faults.ts';

export interface ConnectionOptions {
  readonly connectionString: string;
  /** Default 10. */
  readonly connections?: number;
  /** How it is called in `pg_stat_activity`. Default `glidepath`. */
  readonly applicationName?: string;
  /** Default 10 s. */
  readonly statementTimeoutMs?: Milliseconds;
  /** How long a statement waits for another's lock. Default 3 s. */
  readonly lockTimeoutMs?: Milliseconds;
  /** How long a caller waits for a connection. Default 5 s. */
  readonly connectTimeoutMs?: Milliseconds;
  /** Statements are prepared once per connection. Off behind a pooler that cannot carry them. Default on. */
  readonly prepared?: boolean;
  /** Hears of idle connections that were lost; the next caller gets a new one. */
  readonly onLost?: (error: Error) => void;
}

export type SqlValue = string | number | null | readonly string[];
export type SqlRow = readonly unknown[];

/** bigint and numeric as numbers: our own columns stay within what a number says exactly. */
const TYPES = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    return oid === pg.types.builtins.INT8 || oid === pg.types.builtins.NUMERIC ? Number : pg.types.getTypeParser(oid, format as 'text');
  },
};

/**
 * A statement is planned once per connection, for whatever values come: planning costs more than most of ours take. All of
 * them are found by an index, also while a table is small or empty, when the planner would rather read it whole and stay
 * with that as it grows. Compiling to machine code pays off for long ones, which there are not.
 */
const PLANNING = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off';

/** Texts beyond these are sent unprepared: a statement once prepared stays with its connection. */
const PREPARED_MAX = 500;

export class Connections {
  readonly #pool: pg.Pool;
  readonly #isPrepared: boolean;
  readonly #names = new Map<string, string>();
  #closing: Promise<void> | null = null;

  constructor(options: ConnectionOptions) {
    const statementTimeoutMs = options.statementTimeoutMs ?? 10_000;
    this.#isPrepared = options.prepared ?? true;
    this.#pool = new pg.Pool({
      connectionString: options.connectionString,
      max: options.connections ?? 10,
      ...(this.#isPrepared ? { options: PLANNING } : {}),
      application_name: options.applicationName ?? 'glidepath',
      connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + 2_000,
      lock_timeout: options.lockTimeoutMs ?? 3_000,
      idle_in_transaction_session_timeout: statementTimeoutMs,
      idleTimeoutMillis: 60_000,
      // A node that never lets go of a connection never finds out that the database moved.
      maxLifetimeSeconds: 3_600,
      keepAlive: true,
    });
    // Without listeners a lost connection, idle or at work, would end the process; who is at work hears of it by the query.
    this.#pool.on('error', (error) => options.onLost?.(error));
    this.#pool.on('connect', (client) => client.on('error', () => {}));
  }

  /** One statement in a transaction of its own. Errors are Faults and Bugs. */
  async read(text: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    return await this.use('read', async (session) => await session.run(text, values));
  }

  /** Runs statements on one connection. Errors of the server pass through `work` as they are and come out as Faults. */
  async use<R>(doing: Doing, work: (session: Session) => Promise<R>): Promise<R> {
    const client = await this.#connect();
    try {
      const result = await work(new Session(client, (text) => this.#nameOf(text)));
      client.release();
      return result;
    } catch (error) {
      client.release(endsConnection(error));
      throw faultFrom(error, doing);
    }
  }

  async close(): Promise<void> {
    this.#closing ??= this.#pool.end();
    await this.#closing;
  }

  async #connect(): Promise<pg.PoolClient> {
    if (this.#closing !== null) throw new Fault('store-closed', 'The store is closed.', { retryable: false });
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw faultFromConnecting(error);
    }
  }

  #nameOf(text: string): string | undefined {
    if (!this.#isPrepared) return undefined;
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size >= PREPARED_MAX) return known;
    const name = `glidepath_${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }
}

/** One connection, for as long as it is used. */
export class Session {
  readonly #client: pg.PoolClient;
  readonly #nameOf: (text: string) => string | undefined;

  constructor(client: pg.PoolClient, nameOf: (text: string) => string | undefined) {
    this.#client = client;
    this.#nameOf = nameOf;
  }

  /** A statement with values: prepared, its rows as arrays in the order of its columns. */
  async run(text: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    const name = this.#nameOf(text);
    const query = { text, values: [...values], rowMode: 'array' as const, types: TYPES };
    const { rows } = await this.#client.query<unknown[]>(name === undefined ? query : { ...query, name });
    return rows;
  }

  /** Statements without values, such as `begin`; several at once when separated by semicolons. */
  async tell(text: string): Promise<void> {
    await this.#client.query(text);
  }
}
