/**
 * Sign-in codes: once, within 15 minutes, against a token. The first start prints one, an admin makes them for others.
 *
 * Every wrong code gets the same answer, whether it never was, has ended or was used.
 */
import { after, MINUTE, type Principal, type Role, type SignInCode, type Store, type Write } from '@glidepath/core';
import { hashSecret, isWellFormedSecret, newSecret } from '@glidepath/protocol';
import { SignInRequest, TokenIssued } from '@glidepath/protocol/http';
import { Type } from 'typebox';
import { answer, type Command, type Context, defineCommand, refuse } from '../../command.ts';
import { findPrincipal, nothingCalled } from '../references.ts';
import { makeToken, TOKEN_DEFAULT_MS } from './tokens.ts';

export const SIGN_IN_MS = 15 * MINUTE;
const ROLES_MAX = 200;

type Maker = Pick<Context, 'world' | 'now' | 'newId'>;

/** A fresh code: the secret for the person, the row without it. */
export function makeSignInCode({ world, now, newId }: Maker, principal: string): { secret: string; row: SignInCode } {
  const secret = newSecret('sign-in-code', world.entropy);
  const hash = hashSecret(secret, world.crypto);
  return {
    secret,
    row: { id: newId('sic'), principal, hash, createdAt: now, expiresAt: after(now, SIGN_IN_MS), usedAt: null, revision: 0 },
  };
}

const signIn = defineCommand({
  name: 'sign-in.use',
  method: 'POST',
  path: '/v1/sign-in',
  summary: 'Exchanges a one-time sign-in code for a token',
  auth: 'none',
  scope: 'control-plane',
  body: SignInRequest,
  answers: { 201: TokenIssued },
  secretAnswer: true,
  async run(context) {
    const { store, now, world } = context;
    const code = await findCode(store, world.crypto, context.body.code);
    const principal = code === null ? null : await store.get('principal', code.principal);
    if (code === null || code.usedAt !== null || code.expiresAt <= now || principal === null || principal.disabledAt !== null) {
      return refuse('sign-in-code-invalid', 'This sign-in code is not known, has ended or was used.');
    }
    const expiresAt = after(now, TOKEN_DEFAULT_MS);
    const wish = { principal: principal.id, name: 'sign-in', roles: await rolesOf(store, principal), environment: null, expiresAt };
    const { secret, row } = makeToken(context, wish);
    const writes: readonly Write[] = [
      { op: 'update', table: 'signInCode', id: code.id, revision: code.revision, set: { usedAt: now } },
      { op: 'insert', table: 'apiToken', row },
    ];
    const happened = [{ action: 'principal.signed-in', subject: principal.id, facts: { token: row.id } }];
    return context.commit({ writes, happened }, answer(201, { id: row.id, token: secret, expiresAt }));
  },
});

async function findCode(store: Store, crypto: Maker['world']['crypto'], code: string): Promise<SignInCode | null> {
  if (!isWellFormedSecret('sign-in-code', code)) return null;
  const [found] = await store.find('signInCode', { hash: hashSecret(code, crypto) }, { limit: 1 });
  return found ?? null;
}

/** Every role that the principal has anywhere; where it counts is the role grants' business. */
async function rolesOf(store: Store, { id }: Principal): Promise<readonly Role[]> {
  const grants = await store.find('roleGrant', { principal: id }, { limit: ROLES_MAX });
  return [...new Set(grants.map(({ role }) => role))];
}

const CodeIssued = Type.Object({
  id: Type.String(),
  code: Type.String({ description: 'Shown once, kept as a hash.' }),
  expiresAt: Type.Integer(),
});

const createCode = defineCommand({
  name: 'sign-in.create',
  method: 'POST',
  path: '/v1/principals/{principal}/sign-in-codes',
  summary: 'Makes a one-time sign-in code for a principal',
  auth: 'admin',
  scope: 'control-plane',
  answers: { 201: CodeIssued },
  secretAnswer: true,
  async run(context) {
    const { principal: reference = '' } = context.params;
    const principal = await findPrincipal(context.store, reference);
    if (principal === null || principal.disabledAt !== null) return nothingCalled('principal', reference);
    const { secret, row } = makeSignInCode(context, principal.id);
    const happened = [{ action: 'sign-in.created', subject: row.id, facts: { principal: principal.id } }];
    const given = answer(201, { id: row.id, code: secret, expiresAt: row.expiresAt });
    return context.commit({ writes: [{ op: 'insert', table: 'signInCode', row }], happened }, given);
  },
});

export const SIGN_IN_COMMANDS: readonly Command[] = [signIn, createCode];
