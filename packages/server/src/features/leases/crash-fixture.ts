/**
 * A control plane in a process of its own that kills itself at a statement of its choice, for `crash.pg.test.ts`.
 *
 * Argument: the database. Prints `{ "listening": address }`. A line `{ "at": n, "when": … }` on its input arms it: the n-th
 * statement from then on is never sent, or sent and its answer not awaited, or answered and nothing more. It answers
 * `{ "armed": n }`. Ends when its input ends.
 */
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { createHttpAdapter } from '../../adapters/http/index.ts';
import { PostgresStore } from '../../adapters/postgres/index.ts';
import { createServer } from '../../server.ts';
import { testWorld } from '../../test-world.ts';

export interface Arming {
  readonly at: number;
  readonly when: 'before' | 'sent' | 'after';
}

let arming: Arming | null = null;
let statements = 0;

function dieIf(when: Arming['when'], statement: number): void {
  if (arming?.at === statement && arming.when === when) process.kill(process.pid, 'SIGKILL');
}

type Query = (this: pg.Client, ...args: unknown[]) => unknown;
const query = pg.Client.prototype.query as Query;

const deadly: Query = function (...args) {
  const statement = ++statements;
  dieIf('before', statement);
  const result = query.apply(this, args);
  dieIf('sent', statement);
  if (arming !== null) void Promise.resolve(result).finally(() => dieIf('after', statement));
  return result;
};
pg.Client.prototype.query = deadly as typeof pg.Client.prototype.query;

// Whoever started this node may be gone before it.
process.stdout.on('error', () => process.exit(1));

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const connectionString = process.argv[2] ?? '';
const world = testWorld({ store: new PostgresStore({ connectionString }), entropy: { bytes: randomBytes } });
const adapter = await createHttpAdapter(createServer(world), { port: 0 });
say({ listening: await adapter.listen() });
for await (const line of createInterface({ input: process.stdin })) {
  arming = JSON.parse(line) as Arming;
  statements = 0;
  say({ armed: arming.at });
}
process.exit(0);
