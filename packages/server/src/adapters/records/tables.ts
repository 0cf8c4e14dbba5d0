/**
 * Every table of the store, as data: names, fields, what may happen to its records, and what must hold among them.
 *
 * The order of tables is the order in which a commit takes its locks: what is referred to comes before what refers to
 * it, and `seatState`, the most contended record, after everything that is read with it but the leases it counts.
 * A reference holds the `id` of the record it names; references that carry `environment` as well keep a license, its
 * keys and its leases from ever crossing into another environment.
 */
import { ROLES, type TableName } from '@glidepath/core';
import {
  type AnyTable,
  amount,
  anyJson,
  count,
  counter,
  type Field,
  instant,
  json,
  longText,
  orNull,
  snakeCase,
  type Table,
  text,
  texts,
  textsOf,
  word,
} from './shapes.ts';

type Foreign = { readonly table: TableName; readonly on: readonly string[] };

/** Names constraints as PostgreSQL would, so that a `duplicate` reads the same from any store. */
function unique<const F extends string>(sql: string, ...fields: readonly F[]) {
  return { name: `${sql}_${fields.map(snakeCase).join('_')}_key`, fields };
}
function refers<const F extends string>(sql: string, fields: readonly F[], to: Foreign) {
  return { name: `${sql}_${fields.map(snakeCase).join('_')}_fkey`, fields, ...to };
}
const toId = (table: TableName): Foreign => ({ table, on: ['id'] });
const toIdIn = (table: TableName): Foreign => ({ table, on: ['id', 'environment'] });
const toDigest: Foreign = { table: 'policyVersion', on: ['digest'] };

export const TABLES: { readonly [T in TableName]: Table<T> } = {
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
  policyVersion: {
    sql: 'policy_version',
    life: 'append-only',
    fields: { id: text, digest: text, name: text, source: longText, tree: anyJson, createdAt: instant, createdBy: text },
    unique: [unique('policy_version', 'digest')],
    references: [],
    indexed: ['name'],
  },
  policyPointer: {
    sql: 'policy_pointer',
    life: 'revised',
    fields: { id: text, environment: text, name: text, digest: text, previous: orNull(text), setAt: instant, revision: count },
    unique: [unique('policy_pointer', 'environment', 'name')],
    references: [
      refers('policy_pointer', ['environment'], toId('environment')),
      refers('policy_pointer', ['digest'], toDigest),
      refers('policy_pointer', ['previous'], toDigest),
    ],
    indexed: ['digest'],
  },
  customer: {
    sql: 'customer',
    life: 'revised',
    fields: { id: text, environment: text, name: text, createdAt: instant, revision: count },
    unique: [unique('customer', 'environment', 'name')],
    references: [refers('customer', ['environment'], toId('environment'))],
    indexed: ['environment'],
  },
  product: {
    sql: 'product',
    life: 'revised',
    fields: { id: text, environment: text, name: text, title: longText, createdAt: instant, revision: count },
    unique: [unique('product', 'environment', 'name')],
    references: [refers('product', ['environment'], toId('environment'))],
    indexed: ['environment'],
  },
  license: {
    sql: 'license',
    life: 'revised',
    fields: {
      id: text,
      environment: text,
      product: text,
      customer: text,
      issuer: text,
      ownerTeam: orNull(text),
      policyName: text,
      policyMode: word('follow', 'pin'),
      pinnedDigest: orNull(text),
      status: word('active', 'suspended', 'revoked'),
      statusAt: instant,
      statusReason: orNull(longText),
      seq: counter,
      createdAt: instant,
      revision: count,
    },
    unique: [],
    references: [
      refers('license', ['environment'], toId('environment')),
      refers('license', ['product', 'environment'], toIdIn('product')),
      refers('license', ['customer', 'environment'], toIdIn('customer')),
      refers('license', ['ownerTeam'], toId('team')),
      refers('license', ['pinnedDigest'], toDigest),
    ],
    indexed: ['environment', 'product', 'customer', 'ownerTeam', 'policyName', 'pinnedDigest'],
  },
  licenseTerms: {
    sql: 'license_terms',
    life: 'append-only',
    fields: {
      id: text,
      license: text,
      effectiveFrom: instant,
      plan: text,
      startsAt: instant,
      expiresAt: orNull(instant),
      overrides: json,
      policy: text,
      createdAt: instant,
      createdBy: text,
    },
    unique: [],
    references: [refers('license_terms', ['license'], toId('license')), refers('license_terms', ['policy'], toDigest)],
    indexed: ['license', 'policy'],
  },
  licenseKey: {
    sql: 'license_key',
    life: 'revised',
    fields: {
      id: text,
      license: text,
      environment: text,
      hash: text,
      hint: text,
      createdAt: instant,
      expiresAt: orNull(instant),
      revokedAt: orNull(instant),
      revision: count,
    },
    unique: [unique('license_key', 'hash')],
    references: [refers('license_key', ['license', 'environment'], toIdIn('license'))],
    indexed: ['license'],
  },
  seatState: {
    sql: 'seat_state',
    life: 'revised',
    fields: { id: text, granted: count, overage: count, overageOpenedAt: orNull(instant), revision: count },
    unique: [],
    references: [refers('seat_state', ['id'], toId('license'))],
    indexed: [],
  },
  lease: {
    sql: 'lease',
    life: 'revised',
    fields: {
      id: text,
      license: text,
      environment: text,
      holder: text,
      installations: texts,
      person: orNull(text),
      kind: orNull(word('floating', 'named', 'node-locked')),
      state: word('granted', 'overage', 'when-full', 'reaped', 'released', 'removed'),
      epoch: counter,
      tier: orNull(text),
      tierSince: instant,
      fingerprint: json,
      acquiredAt: instant,
      renewedAt: instant,
      holdUntil: instant,
      requestId: text,
      wordId: text,
      renewals: count,
      waitingSince: orNull(instant),
      client: orNull(longText),
      revision: count,
    },
    unique: [unique('lease', 'license', 'holder')],
    references: [refers('lease', ['license', 'environment'], toIdIn('license'))],
    indexed: ['license'],
  },
  holderName: {
    sql: 'holder_name',
    life: 'revised',
    fields: { id: text, license: text, name: longText, createdAt: instant, revision: count },
    unique: [],
    references: [refers('holder_name', ['license'], toId('license'))],
    indexed: ['license'],
  },
  meterRecord: {
    sql: 'meter_record',
    life: 'revised',
    fields: { id: text, license: text, meter: text, windowStart: instant, used: amount, asOf: instant, revision: count },
    unique: [unique('meter_record', 'license', 'meter', 'windowStart')],
    references: [refers('meter_record', ['license'], toId('license'))],
    indexed: ['license'],
  },
  onlineKey: {
    sql: 'online_key',
    life: 'revised',
    fields: {
      id: text,
      environment: text,
      kid: text,
      use: word('sign', 'key-set'),
      x: text,
      sealed: longText,
      status: word('active', 'retired', 'compromised'),
      notBefore: instant,
      signsUntil: instant,
      statusAt: instant,
      certificate: orNull(longText),
      revision: count,
    },
    unique: [unique('online_key', 'environment', 'kid')],
    references: [refers('online_key', ['environment'], toId('environment'))],
    indexed: ['environment'],
  },
  keySet: {
    sql: 'key_set',
    life: 'append-only',
    fields: { id: text, environment: text, version: count, document: longText, createdAt: instant },
    unique: [unique('key_set', 'environment', 'version')],
    references: [refers('key_set', ['environment'], toId('environment'))],
    indexed: ['environment'],
  },
  root: {
    sql: 'root',
    life: 'revised',
    fields: {
      id: text,
      environment: text,
      x: text,
      kid: text,
      number: count,
      signedByPrevious: orNull(longText),
      createdAt: instant,
      exportedAt: orNull(instant),
      revision: count,
    },
    unique: [unique('root', 'environment', 'number')],
    references: [refers('root', ['environment'], toId('environment'))],
    indexed: ['environment'],
  },
  grant: {
    sql: 'delegation_grant',
    life: 'revised',
    fields: {
      id: text,
      license: text,
      environment: text,
      purpose: text,
      kid: text,
      tier: text,
      seats: count,
      until: instant,
      createdAt: instant,
      createdBy: text,
      usedBy: texts,
      revision: count,
    },
    unique: [unique('delegation_grant', 'environment', 'kid')],
    references: [refers('delegation_grant', ['license', 'environment'], toIdIn('license'))],
    indexed: ['license'],
  },
  audit: {
    sql: 'audit',
    life: 'append-only',
    fields: { id: text, environment: orNull(text), at: instant, actor: text, action: text, subject: text, facts: json },
    unique: [],
    // It outlives what it speaks of, and must not make every commit lock one environment's row.
    references: [],
    indexed: ['environment', 'subject'],
  },
  outbox: {
    sql: 'outbox',
    life: 'revised',
    fields: {
      id: text,
      environment: orNull(text),
      at: instant,
      type: text,
      subject: text,
      data: json,
      sentAt: orNull(instant),
      revision: count,
    },
    unique: [],
    references: [],
    indexed: ['environment', 'sentAt'],
  },
  idempotency: {
    sql: 'idempotency',
    life: 'replaced',
    fields: {
      id: text,
      principal: text,
      key: text,
      bodyHash: text,
      status: count,
      answer: anyJson,
      createdAt: instant,
      expiresAt: instant,
    },
    unique: [unique('idempotency', 'principal', 'key')],
    references: [],
    indexed: [],
  },
};

export const TABLE_NAMES = Object.keys(TABLES) as readonly TableName[];

const ORDER = new Map(TABLE_NAMES.map((name, index) => [name, index]));

/** The description as generic code reads it. */
export function tableOf(name: TableName): AnyTable {
  return TABLES[name] as unknown as AnyTable;
}

const FIELDS = new Map(TABLE_NAMES.map((name) => [name, Object.entries(tableOf(name).fields)]));

/** Fields with their names, in their order. */
export function fieldsOf(name: TableName): readonly (readonly [string, Field])[] {
  return FIELDS.get(name) ?? [];
}

/** Place of a table in the order of locks. */
export function lockOrder(name: TableName): number {
  return ORDER.get(name) ?? -1;
}
