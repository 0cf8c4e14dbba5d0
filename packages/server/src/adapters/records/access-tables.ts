/** Tables of the store itself, of environments, and of who may do what. */
import { ROLES } from '@glidepath/core';
import { count, instant, orNull, refers, type Table, text, textsOf, toId, unique, word } from './shapes.ts';

type Names = 'storeIdentity' | 'environment' | 'principal' | 'team' | 'teamMember' | 'roleGrant' | 'apiToken' | 'signInCode';

export const ACCESS_TABLES: { readonly [T in Names]: Table<T> } = {
  storeIdentity: {
    sql: 'store_identity',
    life: 'revised',
    fields: { id: text, incarnation: count, createdAt: instant, revision: count },
    unique: [],
    references: [],
    indexed: [],
  },
  environment: {
    sql: 'environment',
    life: 'replaced',
    fields: { id: text, name: text, issuer: text, createdAt: instant },
    unique: [unique('environment', 'name'), unique('environment', 'issuer')],
    references: [],
    indexed: [],
  },
  principal: {
    sql: 'principal',
    life: 'revised',
    fields: {
      id: text,
      kind: word('person', 'service', 'agent'),
      name: text,
      email: orNull(text),
      createdAt: instant,
      disabledAt: orNull(instant),
      revision: count,
    },
    unique: [],
    references: [],
    indexed: ['name', 'email'],
  },
  team: {
    sql: 'team',
    life: 'replaced',
    fields: { id: text, name: text, createdAt: instant },
    unique: [unique('team', 'name')],
    references: [],
    indexed: [],
  },
  teamMember: {
    sql: 'team_member',
    life: 'replaced',
    fields: { id: text, team: text, principal: text, createdAt: instant },
    unique: [unique('team_member', 'team', 'principal')],
    references: [refers('team_member', ['team'], toId('team')), refers('team_member', ['principal'], toId('principal'))],
    indexed: ['principal'],
  },
  roleGrant: {
    sql: 'role_grant',
    life: 'replaced',
    fields: { id: text, principal: text, role: word(...ROLES), environment: orNull(text), createdAt: instant },
    unique: [unique('role_grant', 'principal', 'role', 'environment')],
    references: [refers('role_grant', ['principal'], toId('principal')), refers('role_grant', ['environment'], toId('environment'))],
    indexed: ['environment'],
  },
  apiToken: {
    sql: 'api_token',
    life: 'revised',
    fields: {
      id: text,
      principal: text,
      name: text,
      hash: text,
      hint: text,
      roles: textsOf(...ROLES),
      environment: orNull(text),
      createdAt: instant,
      expiresAt: instant,
      revokedAt: orNull(instant),
      revision: count,
    },
    unique: [unique('api_token', 'hash')],
    references: [refers('api_token', ['principal'], toId('principal')), refers('api_token', ['environment'], toId('environment'))],
    indexed: ['principal'],
  },
  signInCode: {
    sql: 'sign_in_code',
    life: 'revised',
    fields: { id: text, principal: text, hash: text, createdAt: instant, expiresAt: instant, usedAt: orNull(instant), revision: count },
    unique: [unique('sign_in_code', 'hash')],
    references: [refers('sign_in_code', ['principal'], toId('principal'))],
    indexed: ['principal'],
  },
};
