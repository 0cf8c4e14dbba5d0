/**
 * API tokens: random, kept as a hash, shown once, ending, revocable.
 *
 * A token carries no more than its maker has: for itself anybody makes one, for another principal an admin does. It ends
 * after 90 days if nobody says otherwise, after a year at the latest.
 */
import { type ApiToken, after, DAY, type Instant, type Principal, type Role, YEAR } from '@glidepath/core';
import { hashSecret, newSecret, secretHint } from '@glidepath/protocol';
import { body, ListQuery, page, TokenIssued, TokenRequest, TokenView } from '@glidepath/protocol/http';
import { Type } from 'typebox';
import { answer, type Command, type Context, defineCommand, type Refusal, refuse } from '../../command.ts';
import { satisfies } from '../../roles.ts';
import { listed } from '../lists.ts';
import { findPrincipal, nothingCalled } from '../references.ts';
import { environmentId } from './principals.ts';

export const TOKEN_DEFAULT_MS = 90 * DAY;
export const TOKEN_MAX_MS = YEAR;

export interface TokenWish {
  readonly principal: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly environment: string | null;
  readonly expiresAt: Instant;
}

/** A fresh token: the secret for its bearer, the row without it. */
export function makeToken(
  { world, now, newId }: Pick<Context, 'world' | 'now' | 'newId'>,
  wish: TokenWish,
): { secret: string; row: ApiToken } {
  const secret = newSecret('token', world.entropy);
  const hash = hashSecret(secret, world.crypto);
  return { secret, row: { id: newId('tok'), ...wish, hash, hint: secretHint(secret), createdAt: now, revokedAt: null, revision: 0 } };
}

export function tokenView({ id, createdAt, principal, name, hint, roles, environment, expiresAt, revokedAt }: ApiToken) {
  return { id, createdAt, principal, name, hint, roles, environment, expiresAt, revokedAt };
}

const create = defineCommand({
  name: 'token.create',
  method: 'POST',
  path: '/v1/tokens',
  summary: 'Makes an API token; it is shown once',
  auth: 'viewer',
  scope: 'control-plane',
  body: TokenRequest,
  answers: { 201: TokenIssued },
  secretAnswer: true,
  async run(context) {
    const { name, roles, principal: reference, environment: environmentName = null } = context.body;
    const expiresAt = (context.body.expiresAt ?? after(context.now, TOKEN_DEFAULT_MS)) as Instant;
    const principal = await bearerOf(context, reference);
    if (principal === null) return nothingCalled('principal', String(reference));
    const environment = await environmentId(context.store, environmentName);
    if (environment === undefined) return nothingCalled('environment', String(environmentName));
    const wrong = refusalOf(context, principal, roles, expiresAt);
    if (wrong !== null) return wrong;
    const { secret, row } = makeToken(context, { principal: principal.id, name, roles, environment, expiresAt });
    const happened = [{ action: 'token.created', subject: row.id, facts: { principal: principal.id, roles, environment, expiresAt } }];
    return context.commit(
      { writes: [{ op: 'insert', table: 'apiToken', row }], happened },
      answer(201, { id: row.id, token: secret, expiresAt }),
    );
  },
});

/** Whose token it will be: the caller's own unless another is named. */
async function bearerOf({ store, actor }: Context, reference: string | undefined): Promise<Principal | null> {
  return reference === undefined ? store.get('principal', actor.id) : findPrincipal(store, reference);
}

function refusalOf({ actor, now, may }: Context, principal: Principal, roles: readonly Role[], expiresAt: Instant): Refusal | null {
  if (principal.id !== actor.id && !may('admin')) return refuse('forbidden', 'Only an admin makes tokens for another principal.');
  const held = actor.kind === 'principal' ? actor.roles : [];
  const beyond = roles.find((role) => !satisfies(held, role));
  if (beyond !== undefined) return refuse('forbidden', `A token cannot have the role ${beyond}, which its maker has not.`);
  if (expiresAt > now && expiresAt <= after(now, TOKEN_MAX_MS)) return null;
  const error = { path: '/expiresAt', found: String(expiresAt), expected: 'an instant to come, within a year' };
  return refuse('bad-input', 'A token ends within a year.', { errors: [error] });
}

const list = defineCommand({
  name: 'token.list',
  method: 'GET',
  path: '/v1/tokens',
  summary: 'Lists tokens without their secrets: an admin sees all, others their own',
  auth: 'viewer',
  scope: 'control-plane',
  query: ListQuery,
  answers: { 200: page(TokenView) },
  run: ({ store, query, actor, may }) => listed(store, 'apiToken', may('admin') ? {} : { principal: actor.id }, query, tokenView),
});

const revoke = defineCommand({
  name: 'token.revoke',
  method: 'DELETE',
  path: '/v1/tokens/{token}',
  summary: 'Ends a token at once: an admin any, others their own',
  auth: 'viewer',
  scope: 'control-plane',
  query: body({}),
  answers: { 200: TokenView },
  async run({ params: { token = '' }, store, actor, may, now, commit }) {
    const found = await store.get('apiToken', token);
    if (found === null || (found.principal !== actor.id && !may('admin'))) return nothingCalled('token', token);
    if (found.revokedAt !== null) return answer(200, tokenView(found));
    const happened = [{ action: 'token.revoked', subject: found.id, facts: { principal: found.principal } }];
    const write = { op: 'update' as const, table: 'apiToken' as const, id: found.id, revision: found.revision, set: { revokedAt: now } };
    return commit({ writes: [write], happened }, answer(200, tokenView({ ...found, revokedAt: now })));
  },
});

export const WhoAmI = Type.Object({
  principal: Type.String(),
  name: Type.String(),
  token: Type.String(),
  roles: Type.Array(Type.String()),
});

const whoAmI = defineCommand({
  name: 'token.whoami',
  method: 'GET',
  path: '/v1/whoami',
  summary: 'Says whose token this is and which roles it has for the whole control plane',
  auth: 'viewer',
  scope: 'control-plane',
  query: body({}),
  answers: { 200: WhoAmI },
  async run({ actor }) {
    if (actor.kind !== 'principal') return refuse('forbidden', 'Only an API token has a principal.');
    return answer(200, { principal: actor.id, name: actor.name, token: actor.token, roles: actor.roles });
  },
});

export const TOKEN_COMMANDS: readonly Command[] = [create, list, revoke, whoAmI];
