/** A world for tests of this package: memory, a clock that the test moves, seeded entropy, real signatures. Not shipped. */
import { createHash } from 'node:crypto';
import { after, type Clock, type Entropy, type Instant, instant, type Milliseconds, type Role } from '@glidepath/core';
import { hashSecret, newId, newSecret, secretHint } from '@glidepath/protocol';
import { nodeCrypto } from '@glidepath/protocol/node';
import { MemoryStore } from './adapters/memory/memory-store.ts';
import { createSeal } from './adapters/seal/aes-seal.ts';
import { bootstrapEnvironment } from './features/keys/bootstrap.ts';
import type { CommandResponse } from './request.ts';
import { createServer, type Server, type ServerOptions } from './server.ts';
import { memoryBus, SILENT, SOUND_VITALS, type World } from './world.ts';

export const START = instant(Date.UTC(2026, 0, 5, 9));

export interface TestClock extends Clock {
  now(): Instant;
  advance(ms: Milliseconds): Instant;
}

export function testClock(start: Instant = START): TestClock {
  let now = start;
  return {
    now: () => now,
    monotonic: () => now - start,
    advance(ms) {
      now = after(now, ms);
      return now;
    },
  };
}

/** Counts hashes: never twice the same bytes, always the same ones for the same seed. */
export function seededEntropy(seed: string): Entropy {
  let count = 0;
  return {
    bytes(wanted) {
      const blocks: Buffer[] = [];
      for (let have = 0; have < wanted; have += 32) blocks.push(createHash('sha256').update(`${seed}:${count++}`).digest());
      return new Uint8Array(Buffer.concat(blocks).subarray(0, wanted));
    },
  };
}

export interface TestWorld extends World {
  readonly clock: TestClock;
  readonly store: MemoryStore;
}

export function testWorld(parts: Partial<World> = {}): TestWorld {
  const clock = testClock();
  const entropy = seededEntropy('test');
  return {
    store: new MemoryStore(clock),
    scheduler: { after: () => ({ cancel() {} }) },
    random: { next: () => 0.5 },
    entropy,
    crypto: nodeCrypto,
    seal: createSeal(new Uint8Array(32).fill(7), entropy),
    bus: memoryBus(),
    log: SILENT,
    vitals: SOUND_VITALS,
    ...parts,
    clock,
  } as TestWorld;
}

export interface Call {
  readonly token?: string;
  readonly query?: Record<string, string | string[]>;
  readonly headers?: Record<string, string>;
}

export interface TestServer {
  readonly world: TestWorld;
  readonly server: Server;
  /** A token for an admin of everything. */
  readonly admin: string;
  call(method: string, path: string, body?: unknown, how?: Call): Promise<CommandResponse & { readonly body: Record<string, unknown> }>;
  /** A token of a fresh principal with these roles, both for one environment or all; the principal's may differ. */
  tokenFor(roles: readonly Role[], environment?: string | null, granted?: string | null): Promise<string>;
}

/** A server with the environment `production` and an admin. Without `token`, calls are the admin's; with `''`, nobody's. */
export async function testServer(options: ServerOptions = {}, parts: Partial<World> = {}): Promise<TestServer> {
  const world = testWorld(parts);
  const server = createServer(world, { checkAnswers: true, ...options });
  await bootstrapEnvironment(world, { name: 'production', issuer: 'glidepath:test', lockRoot: () => 'locked' });
  const tokenFor: TestServer['tokenFor'] = (roles, environment = null, granted = environment) =>
    makeToken(world, roles, environment, granted);
  const admin = await tokenFor(['admin']);
  return {
    world,
    server,
    admin,
    tokenFor,
    async call(method, path, body, how = {}) {
      const token = how.token ?? admin;
      const [bare = '', search] = path.split('?');
      const response = await server.handle({
        method,
        path: bare,
        query: { ...Object.fromEntries(new URLSearchParams(search)), ...how.query },
        headers: { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...how.headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        requestId: 'req-test',
      });
      return response as CommandResponse & { body: Record<string, unknown> };
    },
  };
}

async function makeToken(world: World, roles: readonly Role[], environment: string | null, granted: string | null): Promise<string> {
  const now = world.clock.now();
  const secret = newSecret('token', world.entropy);
  const principal = newId('prn', now, world.entropy);
  const result = await world.store.commit({
    writes: [
      {
        op: 'insert',
        table: 'principal',
        row: { id: principal, kind: 'service', name: principal, email: null, createdAt: now, disabledAt: null, revision: 0 },
      },
      ...roles.map((role) => ({
        op: 'insert' as const,
        table: 'roleGrant' as const,
        row: { id: newId('rol', now, world.entropy), principal, role, environment: granted, createdAt: now },
      })),
      {
        op: 'insert',
        table: 'apiToken',
        row: {
          id: newId('tok', now, world.entropy),
          principal,
          name: 'test',
          hash: hashSecret(secret, world.crypto),
          hint: secretHint(secret),
          roles,
          environment,
          createdAt: now,
          expiresAt: after(now, 90 * 86_400_000),
          revokedAt: null,
          revision: 0,
        },
      },
    ],
    audit: [],
    events: [],
  });
  if (!result.ok) throw new Error(`no token: ${JSON.stringify(result)}`);
  return secret;
}
