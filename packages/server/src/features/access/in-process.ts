/**
 * Principals of the process itself: who it is when it asks its own command layer, as the agent that is built in, or to apply
 * the inventory that lies in its data folder. Their tokens exist in memory and end with the process or soon after.
 */
import { after, Fault, type Instant, MINUTE, type Milliseconds, type Principal, type Role, type Write, YEAR } from '@glidepath/core';
import { newId } from '@glidepath/protocol';
import { commitChange } from '../../commit.ts';
import type { World } from '../../world.ts';
import { makeToken } from './tokens.ts';

interface Insider extends Pick<Principal, 'id' | 'kind' | 'name'> {
  readonly roles: readonly Role[];
  readonly tokenMs: Milliseconds;
}

/** Fixed ids, so that of two nodes that start at once one makes each. */
export const INSIDERS = {
  /** The agent that is built into `up`. */
  agent: { id: 'prn_00000000-0000-7000-8000-000000000002', kind: 'agent', name: 'local', roles: [], tokenMs: YEAR },
  /** Who applies the inventory of the data folder: whoever may write there already has the key that seals everything. */
  folder: {
    id: 'prn_00000000-0000-7000-8000-000000000003',
    kind: 'service',
    name: 'data-folder',
    roles: ['operator'],
    tokenMs: 5 * MINUTE,
  },
} as const satisfies Record<string, Insider>;

export function isInsider(principal: string): boolean {
  return Object.values(INSIDERS).some(({ id }) => id === principal);
}

/** A token of an insider for one environment. Earlier ones of the same node are revoked: their process has ended. */
export async function inProcessToken(world: World, who: keyof typeof INSIDERS, environment: string, node: string): Promise<string> {
  const insider: Insider = INSIDERS[who];
  const now = world.clock.now();
  const maker = { world, now, newId: (prefix: Parameters<typeof newId>[0]) => newId(prefix, now, world.entropy) };
  const known = await world.store.get('principal', insider.id);
  const wish = { principal: insider.id, name: node, roles: insider.roles, environment, expiresAt: after(now, insider.tokenMs) };
  const { secret, row } = makeToken(maker, wish);
  const writes: readonly Write[] = [
    ...(known === null ? insiderWrites(insider, environment, maker) : []),
    ...(await revocations(world, insider.id, node, now)),
    { op: 'insert', table: 'apiToken', row },
  ];
  const happened = [{ action: 'token.created', subject: row.id, facts: { principal: insider.id, roles: insider.roles, environment } }];
  const result = await commitChange(world, { writes, happened }, { actor: 'in-process', environment, ...maker });
  if (result.ok) return secret;
  throw new Fault('in-process-token', `No token could be made: ${result.reason} in ${result.table}`, { retryable: true });
}

/** Ends what `inProcessToken` gave the same node, as soon as it has done its work. */
export async function endInProcessTokens(world: World, who: keyof typeof INSIDERS, environment: string, node: string): Promise<void> {
  const now = world.clock.now();
  const { id: principal } = INSIDERS[who];
  const writes = await revocations(world, principal, node, now);
  const by = { actor: 'in-process', environment, now, newId: (prefix: Parameters<typeof newId>[0]) => newId(prefix, now, world.entropy) };
  if (writes.length > 0) await commitChange(world, { writes, happened: [{ action: 'token.revoked', subject: principal, facts: {} }] }, by);
}

type Maker = { readonly now: Instant; newId(prefix: Parameters<typeof newId>[0]): string };

function insiderWrites({ id, kind, name, roles }: Insider, environment: string, { now, newId }: Maker): readonly Write[] {
  return [
    { op: 'insert', table: 'principal', row: { id, kind, name, email: null, createdAt: now, disabledAt: null, revision: 0 } },
    ...roles.map(
      (role): Write => ({ op: 'insert', table: 'roleGrant', row: { id: newId('rol'), principal: id, role, environment, createdAt: now } }),
    ),
  ];
}

const TOKENS_MAX = 100;

async function revocations({ store }: World, principal: string, node: string, now: Instant): Promise<readonly Write[]> {
  const tokens = await store.find('apiToken', { principal }, { limit: TOKENS_MAX, newestFirst: true });
  return tokens
    .filter(({ name, revokedAt, expiresAt }) => name === node && revokedAt === null && expiresAt > now)
    .map(({ id, revision }) => ({ op: 'update', table: 'apiToken', id, revision, set: { revokedAt: now } }));
}
