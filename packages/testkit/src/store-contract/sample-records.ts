/**
 * One good record of every kind, each fitting the others: `sample.lease({ state: 'overage' })` is a lease of the sample
 * license. `foundation()` is the change set that puts down what a first lease needs.
 */
import type { ChangeSet, TableName, Tables, Write } from '@glidepath/core';
import { HELD_SAMPLES } from './held-samples.ts';
import { POLICY_SAMPLES } from './policy-samples.ts';
import { at } from './sample-time.ts';

export { at, START } from './sample-time.ts';

export const DIGEST = 'sha256:0000000000000000000000000000000000000000000000000000000000000001';
export const OTHER_DIGEST = 'sha256:0000000000000000000000000000000000000000000000000000000000000002';

type Samples = { readonly [T in TableName]: (over?: Partial<Tables[T]>) => Tables[T] };

const created = { createdAt: at(0) };

export const sample: Samples = {
  storeIdentity: (over) => ({ id: 'store', incarnation: 1, ...created, revision: 0, ...over }),
  environment: (over) => ({ id: 'env_1', name: 'production', issuer: 'https://license.example', ...created, ...over }),
  principal: (over) => ({
    id: 'pri_1',
    kind: 'person',
    name: 'Ada',
    email: 'ada@example.org',
    ...created,
    disabledAt: null,
    revision: 0,
    ...over,
  }),
  team: (over) => ({ id: 'tea_1', name: 'platform-team', ...created, ...over }),
  teamMember: (over) => ({ id: 'mem_1', team: 'tea_1', principal: 'pri_1', ...created, ...over }),
  roleGrant: (over) => ({ id: 'rol_1', principal: 'pri_1', role: 'admin', environment: null, ...created, ...over }),
  apiToken: (over) => ({
    id: 'tok_1',
    principal: 'pri_1',
    name: 'ci',
    hash: 'hash-of-token-1',
    hint: 'glt_abcd',
    roles: ['viewer', 'issuer'],
    environment: 'env_1',
    ...created,
    expiresAt: at(60),
    revokedAt: null,
    revision: 0,
    ...over,
  }),
  signInCode: (over) => ({
    id: 'sic_1',
    principal: 'pri_1',
    hash: 'hash-of-code-1',
    ...created,
    expiresAt: at(15),
    usedAt: null,
    revision: 0,
    ...over,
  }),
  policyVersion: (over) => ({
    id: 'pol_1',
    digest: DIGEST,
    name: 'acme-build',
    source: 'kind: Policy\n',
    tree: { kind: 'Policy' },
    ...created,
    createdBy: 'pri_1',
    ...over,
  }),
  policyPointer: (over) => ({
    id: 'env_1/acme-build',
    environment: 'env_1',
    name: 'acme-build',
    digest: DIGEST,
    previous: null,
    candidate: null,
    shareBasisPoints: 0,
    rollout: null,
    setAt: at(0),
    revision: 0,
    ...over,
  }),
  customer: (over) => ({ id: 'cus_1', environment: 'env_1', name: 'Acme', ...created, revision: 0, ...over }),
  product: (over) => ({ id: 'prd_1', environment: 'env_1', name: 'build', title: 'Build server', ...created, revision: 0, ...over }),
  license: (over) => ({
    id: 'lic_1',
    environment: 'env_1',
    product: 'prd_1',
    customer: 'cus_1',
    issuer: 'self',
    ownerTeam: 'tea_1',
    policyName: 'acme-build',
    policyMode: 'follow',
    pinnedDigest: null,
    status: 'active',
    statusAt: at(0),
    statusReason: null,
    seq: { incarnation: 1, count: 1 },
    quarantinedAt: null,
    ...created,
    revision: 0,
    ...over,
  }),
  licenseTerms: (over) => ({
    id: 'trm_1',
    license: 'lic_1',
    effectiveFrom: at(0),
    plan: 'team',
    startsAt: at(0),
    expiresAt: at(525_600),
    overrides: { seats: 3, quotas: { minutes: 100 } },
    policy: DIGEST,
    ...created,
    createdBy: 'pri_1',
    ...over,
  }),
  licenseKey: (over) => ({
    id: 'key_1',
    license: 'lic_1',
    environment: 'env_1',
    hash: 'hash-of-key-1',
    hint: 'glk_abcd',
    ...created,
    expiresAt: null,
    revokedAt: null,
    revision: 0,
    ...over,
  }),
  seatState: (over) => ({
    id: 'lic_1',
    granted: 0,
    overage: 0,
    overageOpenedAt: null,
    groups: { nightly: 2 },
    vacated: 0,
    reassignedAt: [at(0)],
    revision: 0,
    ...over,
  }),
  lease: (over) => ({
    id: 'lea_1',
    license: 'lic_1',
    environment: 'env_1',
    holder: 'holder-1',
    installations: ['holder-1'],
    person: null,
    kind: 'floating',
    state: 'granted',
    epoch: { incarnation: 1, count: 1 },
    tier: null,
    tierSince: at(0),
    fingerprint: { disk: 'd1' },
    acquiredAt: at(0),
    renewedAt: at(0),
    holdUntil: at(60),
    requestId: 'nonce-1',
    wordId: 'word-1',
    renewals: 0,
    waitingSince: null,
    client: 'node/24',
    seatGroup: 'nightly',
    promisedUntil: at(90),
    isShortened: false,
    reboundAt: [at(0)],
    revision: 0,
    ...over,
  }),
  holderName: (over) => ({ id: 'psn_1', license: 'lic_1', name: 'ada@example.org', ...created, revision: 0, ...over }),
  meterRecord: (over) => ({
    id: 'met_1',
    license: 'lic_1',
    meter: 'minutes',
    aggregate: 'sum',
    windowStart: at(0),
    windowEnd: at(60),
    used: 12.5,
    asOf: at(1),
    lastAt: null,
    lastKey: null,
    revision: 0,
    ...over,
  }),
  usageReservation: (over) => ({
    id: 'rsv_1',
    license: 'lic_1',
    environment: 'env_1',
    meter: 'minutes',
    amount: 2.5,
    requestId: 'request-1',
    ...created,
    expiresAt: at(5),
    releasedAt: null,
    revision: 0,
    ...over,
  }),
  serviceState: (over) => ({ id: 'service', servedAt: at(1), resumedAt: at(0), revision: 0, ...over }),
  onlineKey: (over) => ({
    id: 'onk_1',
    environment: 'env_1',
    kid: 'kid-1',
    use: 'sign',
    x: 'public-1',
    sealed: 'sealed-1',
    status: 'active',
    notBefore: at(0),
    signsUntil: at(43_200),
    statusAt: at(0),
    certificate: null,
    revision: 0,
    ...over,
  }),
  keySet: (over) => ({ id: 'kes_1', environment: 'env_1', version: 1, document: 'a.b.c', ...created, ...over }),
  root: (over) => ({
    id: 'roo_1',
    environment: 'env_1',
    x: 'public-root-1',
    kid: 'root-1',
    number: 1,
    signedByPrevious: null,
    ...created,
    exportedAt: null,
    revision: 0,
    ...over,
  }),
  grant: (over) => ({
    id: 'gra_1',
    license: 'lic_1',
    environment: 'env_1',
    purpose: 'break-glass',
    kid: 'sub-1',
    tier: 'full',
    seats: 2,
    until: at(60),
    ...created,
    createdBy: 'pri_1',
    usedBy: [],
    revision: 0,
    ...over,
  }),
  audit: (over) => ({
    id: 'aud_1',
    environment: 'env_1',
    at: at(0),
    actor: 'pri_1',
    action: 'license.issued',
    subject: 'lic_1',
    facts: { plan: 'team' },
    ...over,
  }),
  outbox: (over) => ({
    id: 'evt_1',
    environment: 'env_1',
    at: at(0),
    type: 'license.issued',
    subject: 'lic_1',
    data: { plan: 'team' },
    sentAt: null,
    revision: 0,
    ...over,
  }),
  idempotency: (over) => ({
    id: 'idm_1',
    principal: 'pri_1',
    key: 'retry-1',
    bodyHash: 'hash-of-body-1',
    status: 201,
    answer: { license: 'lic_1' },
    ...created,
    expiresAt: at(1_440),
    ...over,
  }),
  ...HELD_SAMPLES,
  ...POLICY_SAMPLES,
};

export const EVERY_TABLE = Object.keys(sample) as readonly TableName[];

/** An insert of the sample record with some fields changed. */
export function insert<T extends TableName>(table: T, over?: Partial<Tables[T]>): Write {
  return { op: 'insert', table, row: sample[table](over) } as unknown as Write;
}

export function update<T extends TableName>(table: T, id: string, revision: number, set: Partial<Tables[T]>): Write {
  return { op: 'update', table, id, revision, set } as unknown as Write;
}

export function remove(table: TableName, id: string): Write {
  return { op: 'delete', table, id } as Write;
}

export function changeOf(...writes: readonly Write[]): ChangeSet {
  return { writes, audit: [], events: [] };
}

/** What a first lease needs: environment, people, policy with pointer, product, customer, license with terms and seats. */
export function foundation(): ChangeSet {
  return changeOf(
    insert('storeIdentity'),
    insert('environment'),
    insert('principal'),
    insert('team'),
    insert('policyVersion'),
    insert('policyPointer'),
    insert('customer'),
    insert('product'),
    insert('license'),
    insert('licenseTerms'),
    insert('seatState'),
  );
}
