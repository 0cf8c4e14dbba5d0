/** One question on a connection of its own, for what must be known even when the pool is full or gone. */
import { type Milliseconds, SECOND } from '@glidepath/core';
import pg from 'pg';

const TIMEOUT_MS: Milliseconds = 3 * SECOND;

export async function askOnce(connectionString: string, text: string): Promise<readonly unknown[]> {
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
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}
