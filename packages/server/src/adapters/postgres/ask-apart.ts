/** Questions on a connection of their own, for what must be known even when the pool is full or gone. */
import { type Milliseconds, SECOND } from '@glidepath/core';
import pg from 'pg';

const TIMEOUT_MS: Milliseconds = 3 * SECOND;

export type Ask = <R extends Record<string, unknown>>(text: string, values?: readonly unknown[]) => Promise<readonly R[]>;

/** Connects, asks, and lets go; throws when the database does not answer within 3 s. */
export async function askApart<T>(connectionString: string, asking: (ask: Ask) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
    application_name: 'glidepath-doctor',
  });
  // A connection that breaks while idle is told by the next query.
  client.on('error', () => {});
  await client.connect();
  try {
    return await asking(async <R extends Record<string, unknown>>(text: string, values: readonly unknown[] = []) => {
      return (await client.query<R>(text, [...values])).rows;
    });
  } finally {
    await client.end().catch(() => {});
  }
}
