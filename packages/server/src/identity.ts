/**
 * Who calls, in which environment, with which roles. Reads the store and decides; changes nothing.
 *
 * A token carries at most what its principal still has: roles are those of the token that a role grant of the principal
 * covers now, so that taking a grant away bites on the next request. Every "no" here is the same for a credential that
 * never was and for one that is unknown, and no answer tells whether a license, an environment or a name exists before the
 * caller is known.
 */
import type { ApiToken, Environment, Instant, LicenseKey, PrincipalKind, Role, RoleGrant, Store } from '@glidepath/core';
import { type Crypto, hashSecret, isWellFormedSecret } from '@glidepath/protocol';
import { type Actor, type Command, type Refusal, refuse } from './command.ts';
import type { EnvironmentShelf } from './environment-shelf.ts';
import type { LicenseKeyShelf } from './license-key-shelf.ts';
import { satisfies } from './roles.ts';

export const DEFAULT_ENVIRONMENT = 'production';

/** Access of one caller to one command. */
export interface Access {
  readonly actor: Actor;
  /** Null for commands of the control plane itself. */
  readonly environment: Environment | null;
}

interface Caller {
  readonly actor: Actor;
  readonly key: LicenseKey | null;
  readonly token: ApiToken | null;
  /** Null for who is no principal. */
  readonly principal: PrincipalKind | null;
  readonly grants: readonly RoleGrant[];
}

const NOBODY: Caller = { actor: { kind: 'nobody', id: 'nobody' }, key: null, token: null, principal: null, grants: [] };
/** More role grants of one principal than this are not read. */
const GRANTS_MAX = 200;

export interface Asking {
  readonly store: Store;
  readonly environments: EnvironmentShelf;
  readonly licenseKeys: LicenseKeyShelf;
  readonly crypto: Crypto;
  readonly now: Instant;
  readonly authorization: string | undefined;
  /** `?environment=`, if given. */
  readonly environment: string | undefined;
}

export async function accessTo(command: Command, asking: Asking): Promise<Access | Refusal> {
  if (command.auth === 'none') return inScope(command, NOBODY, asking);
  const caller = await identify(asking);
  if ('code' in caller) return caller;
  const admitted = admit(command, caller);
  if (admitted !== null) return admitted;
  return inScope(command, caller, asking);
}

async function identify(asking: Asking): Promise<Caller | Refusal> {
  const credential = bearerOf(asking.authorization);
  if (credential === null)
    return refuse('unauthenticated', 'Send "Authorization: Bearer …" with a license key (glk_…) or an API token (glt_…).');
  if (isWellFormedSecret('license-key', credential)) return byLicenseKey(asking, credential);
  if (isWellFormedSecret('token', credential)) return byToken(asking, credential);
  return refuse('unauthenticated', 'The credential is neither a license key nor an API token; a character may be missing or mistyped.');
}

function bearerOf(authorization: string | undefined): string | null {
  const match = /^Bearer +(\S+)$/i.exec(authorization ?? '');
  return match?.[1] ?? null;
}

async function byLicenseKey({ licenseKeys, crypto, now }: Asking, credential: string): Promise<Caller | Refusal> {
  const hash = hashSecret(credential, crypto);
  const key = await licenseKeys.byHash(hash, now);
  const isDead = key === null || key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt <= now);
  if (isDead) return refuse('unknown-license-key', 'This license key is not known, has ended or was revoked.');
  return { actor: { kind: 'license-key', id: key.id, license: key.license, keyHash: hash }, key, token: null, principal: null, grants: [] };
}

async function byToken({ store, crypto, now }: Asking, credential: string): Promise<Caller | Refusal> {
  const [token] = await store.find('apiToken', { hash: hashSecret(credential, crypto) }, { limit: 1 });
  if (token === undefined) return refuse('unauthenticated', 'This API token is not known.');
  if (token.revokedAt !== null || token.expiresAt <= now) return refuse('token-expired', 'This API token has ended or was revoked.');
  const [principal, grants] = await Promise.all([
    store.get('principal', token.principal),
    store.find('roleGrant', { principal: token.principal }, { limit: GRANTS_MAX }),
  ]);
  if (principal === null || principal.disabledAt !== null) return refuse('token-expired', 'The principal of this API token is disabled.');
  const actor: Actor = { kind: 'principal', id: principal.id, name: principal.name, token: token.id, roles: [] };
  return { actor, key: null, token, principal: principal.kind, grants };
}

/** Whether this kind of caller may call this command at all. */
function admit(command: Command, { actor, principal }: Caller): Refusal | null {
  const admitsKey = command.auth === 'license-key' || command.admitsLicenseKey === true;
  if (actor.kind === 'license-key' && !admitsKey) return refuse('forbidden', 'A license key cannot do this; it takes an API token.');
  if (actor.kind === 'principal' && command.auth === 'license-key')
    return refuse('forbidden', 'An API token cannot do this; it takes the license key.');
  if (command.auth === 'agent' && principal !== 'agent') return refuse('forbidden', 'Only an agent does this; POST /v1/agents makes one.');
  return null;
}

async function inScope(command: Command, caller: Caller, asking: Asking): Promise<Access | Refusal> {
  if (command.scope === 'control-plane') return withRoles(command, caller, null);
  const environment = await environmentOf(caller, asking);
  if ('code' in environment) return environment;
  return withRoles(command, caller, environment);
}

async function environmentOf({ key, token }: Caller, { environments, environment: asked }: Asking): Promise<Environment | Refusal> {
  const bound = key?.environment ?? token?.environment ?? null;
  const found = bound === null ? await environments.byName(asked ?? DEFAULT_ENVIRONMENT) : await environments.byId(bound);
  if (found === null) return refuse('not-found', `There is no environment named ${JSON.stringify(asked ?? DEFAULT_ENVIRONMENT)}.`);
  if (asked !== undefined && asked !== found.name)
    return refuse('forbidden', `This credential belongs to the environment "${found.name}".`);
  return found;
}

function withRoles(command: Command, caller: Caller, environment: Environment | null): Access | Refusal {
  if (caller.actor.kind !== 'principal') return { actor: caller.actor, environment };
  const roles = rolesIn(caller, environment?.id ?? null);
  const needed = command.auth;
  // What is admitted by what it is needs no role.
  if (needed !== 'none' && needed !== 'license-key' && needed !== 'agent' && !satisfies(roles, needed)) {
    const place = environment === null ? 'for the whole control plane' : `in the environment "${environment.name}"`;
    return refuse('forbidden', `This needs the role ${needed} ${place}; the token has ${roles.length === 0 ? 'none' : roles.join(', ')}.`);
  }
  return { actor: { ...caller.actor, roles }, environment };
}

/** A grant for all environments counts in each; a grant (or a token) for one counts neither elsewhere nor for the control plane. */
function rolesIn({ token, grants }: Caller, environment: string | null): readonly Role[] {
  if (token === null || (token.environment !== null && token.environment !== environment)) return [];
  const granted = grants.filter((grant) => grant.environment === null || grant.environment === environment).map(({ role }) => role);
  return token.roles.filter((role) => satisfies(granted, role));
}
