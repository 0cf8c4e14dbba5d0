/** Promises about a commit: what it writes, what refuses it, and that a refusal writes nothing. */
import { type ChangeSet, instant, type TableName, type Write } from '@glidepath/core';
import { expect } from 'vitest';
import { type Clause, contentOf, put, putFoundation } from './clause.ts';
import { HELD_DUPLICATES, HELD_MISSING } from './held-refusals.ts';
import { POLICY_DUPLICATES, POLICY_MISSING } from './policy-refusals.ts';
import { at, changeOf, DIGEST, foundation, insert, OTHER_DIGEST, remove, sample, update } from './sample-records.ts';

/** A change with one good write, an audit entry and an event, and the write that must refuse it all. */
function spoiltBy(...writes: readonly Write[]): ChangeSet {
  return {
    writes: [insert('customer', { id: 'cus_good', name: 'good' }), ...writes, insert('team', { id: 'tea_good', name: 'good' })],
    audit: [sample.audit({ id: 'aud_good' })],
    events: [sample.outbox({ id: 'evt_good' })],
  };
}
const TOUCHED: readonly TableName[] = ['customer', 'team', 'audit', 'outbox', 'product', 'license', 'lease', 'seatState', 'licenseKey'];

/** A row per unique constraint: two records that cannot both be. */
const DUPLICATES: readonly (readonly [constraint: string, first: Write | null, second: Write])[] = [
  ['license_pkey', null, insert('license')],
  ['environment_name_key', null, insert('environment', { id: 'env_2', issuer: 'https://other.example' })],
  ['environment_issuer_key', null, insert('environment', { id: 'env_2', name: 'staging' })],
  ['team_name_key', null, insert('team', { id: 'tea_2' })],
  ['team_member_team_principal_key', insert('teamMember'), insert('teamMember', { id: 'mem_2' })],
  ['role_grant_principal_role_environment_key', insert('roleGrant'), insert('roleGrant', { id: 'rol_2' })],
  ['api_token_hash_key', insert('apiToken'), insert('apiToken', { id: 'tok_2' })],
  ['sign_in_code_hash_key', insert('signInCode'), insert('signInCode', { id: 'sic_2' })],
  ['policy_version_digest_key', null, insert('policyVersion', { id: 'pol_2' })],
  ['policy_pointer_environment_name_key', null, insert('policyPointer', { id: 'other' })],
  ['customer_environment_name_key', null, insert('customer', { id: 'cus_2' })],
  ['product_environment_name_key', null, insert('product', { id: 'prd_2' })],
  ['license_key_hash_key', insert('licenseKey'), insert('licenseKey', { id: 'key_2' })],
  ['lease_license_holder_key', insert('lease'), insert('lease', { id: 'lea_2', state: 'released' })],
  ['meter_record_window_key', insert('meterRecord'), insert('meterRecord', { id: 'met_2', used: 1 })],
  ['usage_reservation_license_request_id_key', insert('usageReservation'), insert('usageReservation', { id: 'rsv_2', amount: 1 })],
  ['online_key_environment_kid_key', insert('onlineKey'), insert('onlineKey', { id: 'onk_2' })],
  ['key_set_environment_version_key', insert('keySet'), insert('keySet', { id: 'kes_2' })],
  ['root_environment_number_key', insert('root'), insert('root', { id: 'roo_2' })],
  ['delegation_grant_environment_kid_key', insert('grant'), insert('grant', { id: 'gra_2' })],
  ['idempotency_principal_key_key', insert('idempotency'), insert('idempotency', { id: 'idm_2' })],
  ...HELD_DUPLICATES,
  ...POLICY_DUPLICATES,
];

/** A row per way to refer to nothing, or across environments. */
const OTHER_ENVIRONMENT = insert('environment', { id: 'env_2', name: 'staging', issuer: 'https://staging.example' });
const MISSING: readonly (readonly [constraint: string, write: Write])[] = [
  ['product_environment_fkey', insert('product', { id: 'prd_2', name: 'x', environment: 'env_none' })],
  ['team_member_team_fkey', insert('teamMember', { team: 'tea_none' })],
  ['team_member_principal_fkey', insert('teamMember', { principal: 'pri_none' })],
  ['role_grant_environment_fkey', insert('roleGrant', { environment: 'env_none' })],
  ['policy_pointer_digest_fkey', update('policyPointer', 'env_1/acme-build', 0, { digest: OTHER_DIGEST })],
  ['license_product_environment_fkey', insert('license', { id: 'lic_2', product: 'prd_none' })],
  ['license_product_environment_fkey', insert('license', { id: 'lic_2', environment: 'env_2' })],
  ['license_owner_team_fkey', update('license', 'lic_1', 0, { ownerTeam: 'tea_none' })],
  ['license_pinned_digest_fkey', update('license', 'lic_1', 0, { policyMode: 'pin', pinnedDigest: OTHER_DIGEST })],
  ['license_terms_license_fkey', insert('licenseTerms', { id: 'trm_2', license: 'lic_none' })],
  ['license_terms_policy_fkey', insert('licenseTerms', { id: 'trm_2', policy: OTHER_DIGEST })],
  ['lease_license_environment_fkey', insert('lease', { license: 'lic_none' })],
  ['lease_license_environment_fkey', insert('lease', { environment: 'env_2' })],
  ['usage_reservation_license_environment_fkey', insert('usageReservation', { environment: 'env_2' })],
  ['license_key_license_environment_fkey', insert('licenseKey', { environment: 'env_2' })],
  ['delegation_grant_license_environment_fkey', insert('grant', { environment: 'env_2' })],
  ['license_owner_team_fkey', remove('team', 'tea_1')],
  ['license_customer_environment_fkey', remove('customer', 'cus_1')],
  ...HELD_MISSING,
  ...POLICY_MISSING,
];

export const COMMITS: readonly Clause[] = [
  {
    noun: 'commit',
    promise: 'of nothing succeeds and writes nothing',
    async check({ store }) {
      await putFoundation(store);
      const before = await contentOf(store, ...TOUCHED);
      await put(store, changeOf());
      expect(await contentOf(store, ...TOUCHED)).toEqual(before);
    },
  },
  {
    noun: 'commit',
    promise: 'writes records, audit entries and events together, seen at once by every node',
    async check({ store, other }) {
      await putFoundation(store);
      await put(store, { writes: [insert('lease')], audit: [sample.audit()], events: [sample.outbox()] });
      expect(await other.get('lease', 'lea_1')).toEqual(sample.lease());
      expect(await other.get('audit', 'aud_1')).toEqual(sample.audit());
      expect(await other.get('outbox', 'evt_1')).toEqual(sample.outbox());
    },
  },
  {
    noun: 'commit',
    promise: 'takes writes in any order: a record may refer to one that comes later in the change',
    async check({ store }) {
      const { writes } = foundation();
      await put(store, changeOf(...[...writes].reverse()));
      await put(
        store,
        changeOf(
          update('policyPointer', 'env_1/acme-build', 0, { digest: OTHER_DIGEST, previous: DIGEST }),
          insert('policyVersion', { id: 'pol_2', digest: OTHER_DIGEST }),
        ),
      );
      expect((await store.get('policyPointer', 'env_1/acme-build'))?.digest).toBe(OTHER_DIGEST);
    },
  },
  {
    noun: 'commit',
    promise: 'takes many records of one kind',
    async check({ store }) {
      await putFoundation(store);
      const many = Array.from({ length: 150 }, (_, n) => `cus_${1_000 + n}`);
      await put(store, changeOf(...many.map((id) => insert('customer', { id, name: id }))));
      await put(store, changeOf(...many.map((id) => update('customer', id, 0, { name: `${id} & sons` }))));
      expect(await store.get('customer', 'cus_1149')).toEqual(sample.customer({ id: 'cus_1149', name: 'cus_1149 & sons', revision: 1 }));
      await put(store, changeOf(...many.map((id) => remove('customer', id))));
      expect(await store.count('customer', {})).toBe(1);
    },
  },
  {
    noun: 'update',
    promise: 'sets the fields named, keeps the others, and raises the revision by one',
    async check({ store }) {
      await putFoundation(store);
      await put(
        store,
        changeOf(update('license', 'lic_1', 0, { status: 'suspended', statusReason: 'unpaid', seq: { incarnation: 1, count: 2 } })),
      );
      const once = sample.license({ status: 'suspended', statusReason: 'unpaid', seq: { incarnation: 1, count: 2 }, revision: 1 });
      expect(await store.get('license', 'lic_1')).toEqual(once);
      await put(store, changeOf(update('license', 'lic_1', 1, { statusReason: null })));
      expect(await store.get('license', 'lic_1')).toEqual({ ...once, statusReason: null, revision: 2 });
    },
  },
  {
    noun: 'update',
    promise: 'of no field only raises the revision: a guard of what was read',
    async check({ store }) {
      await putFoundation(store);
      await put(store, changeOf(update('license', 'lic_1', 0, {})));
      expect(await store.get('license', 'lic_1')).toEqual(sample.license({ revision: 1 }));
    },
  },
  {
    noun: 'update',
    promise: 'of another revision, or of a record that is gone, is stale and writes nothing',
    async check({ store }) {
      await putFoundation(store);
      await put(store, changeOf(update('seatState', 'lic_1', 0, { granted: 1 })));
      const before = await contentOf(store, ...TOUCHED);
      for (const [id, revision] of [
        ['lic_1', 0],
        ['lic_1', 2],
        ['lic_1', -1],
        ['lic_none', 0],
        ['lic_\0', 0],
      ] as const) {
        const refused = await store.commit(spoiltBy(update('seatState', id, revision, { granted: 2 })));
        expect(refused).toEqual({ ok: false, reason: 'stale', table: 'seatState', id, constraint: null });
        expect(await contentOf(store, ...TOUCHED)).toEqual(before);
      }
    },
  },
  {
    noun: 'delete',
    promise: 'removes the record; of one that is gone it is stale and writes nothing',
    async check({ store }) {
      await putFoundation(store);
      await put(store, changeOf(insert('roleGrant'), insert('holderName'), insert('idempotency')));
      await put(store, changeOf(remove('roleGrant', 'rol_1'), remove('holderName', 'psn_1')));
      expect(await contentOf(store, 'roleGrant', 'holderName')).toEqual([[], []]);
      expect(await store.get('idempotency', 'idm_1')).not.toBeNull();
      const before = await contentOf(store, ...TOUCHED);
      const refused = await store.commit(spoiltBy(remove('roleGrant', 'rol_1')));
      expect(refused).toEqual({ ok: false, reason: 'stale', table: 'roleGrant', id: 'rol_1', constraint: null });
      expect(await contentOf(store, ...TOUCHED)).toEqual(before);
    },
  },
  {
    noun: 'delete',
    promise: 'makes room in the same change for a record with the same id and the same unique values',
    async check({ store }) {
      await putFoundation(store);
      await put(store, changeOf(insert('idempotency')));
      await put(store, changeOf(insert('idempotency', { bodyHash: 'hash-of-body-2' }), remove('idempotency', 'idm_1')));
      expect((await store.get('idempotency', 'idm_1'))?.bodyHash).toBe('hash-of-body-2');
      await put(store, changeOf(insert('idempotency', { id: 'idm_2' }), remove('idempotency', 'idm_1')));
      expect(await store.count('idempotency', {})).toBe(1);
    },
  },
  ...DUPLICATES.map(
    ([constraint, first, second]): Clause => ({
      noun: 'duplicate',
      promise: `breaks ${constraint} and writes nothing`,
      async check({ store }) {
        await putFoundation(store);
        if (first !== null) await put(store, changeOf(first));
        const before = await contentOf(store, ...TOUCHED, second.table);
        const refused = await store.commit(spoiltBy(second));
        expect(refused).toEqual({ ok: false, reason: 'duplicate', table: second.table, id: idOf(second), constraint });
        expect(await contentOf(store, ...TOUCHED, second.table)).toEqual(before);
      },
    }),
  ),
  {
    noun: 'duplicate',
    promise: 'comes from an audit entry, an event and an update as well',
    async check({ store }) {
      await putFoundation(store);
      await put(store, {
        writes: [insert('customer', { id: 'cus_2', name: 'Zenith' })],
        audit: [sample.audit()],
        events: [sample.outbox()],
      });
      const before = await contentOf(store, ...TOUCHED);
      const audit = await store.commit({ writes: [insert('lease')], audit: [sample.audit({ action: 'other' })], events: [] });
      expect(audit).toEqual({ ok: false, reason: 'duplicate', table: 'audit', id: 'aud_1', constraint: 'audit_pkey' });
      const event = await store.commit({ writes: [insert('lease')], audit: [], events: [sample.outbox({ type: 'other' })] });
      expect(event).toEqual({ ok: false, reason: 'duplicate', table: 'outbox', id: 'evt_1', constraint: 'outbox_pkey' });
      const renamed = await store.commit(changeOf(update('customer', 'cus_2', 0, { name: 'Acme' })));
      expect(renamed).toMatchObject({ reason: 'duplicate', table: 'customer', id: 'cus_2', constraint: 'customer_environment_name_key' });
      expect(await contentOf(store, ...TOUCHED)).toEqual(before);
    },
  },
  {
    noun: 'duplicate',
    promise: 'is a matter of one environment, one license, one window: the same elsewhere is fine',
    async check({ store }) {
      await putFoundation(store);
      await put(store, changeOf(OTHER_ENVIRONMENT, insert('product', { id: 'prd_2', environment: 'env_2' })));
      await put(store, changeOf(insert('license', { id: 'lic_2' }), insert('lease'), insert('lease', { id: 'lea_2', license: 'lic_2' })));
      await put(store, changeOf(insert('meterRecord'), insert('meterRecord', { id: 'met_2', windowStart: instant(at(0) + 1) })));
      await put(store, changeOf(insert('roleGrant'), insert('roleGrant', { id: 'rol_2', environment: 'env_1' })));
      await put(store, changeOf(insert('customer', { id: 'cus_2', name: 'acme' })));
    },
  },
  {
    noun: 'duplicate',
    promise: 'gives way to what the same change updates',
    async check({ store }) {
      await putFoundation(store);
      await put(store, changeOf(insert('customer', { id: 'cus_2', name: 'Acme' }), update('customer', 'cus_1', 0, { name: 'Acme (old)' })));
      expect(await store.find('customer', { name: 'Acme' }, { limit: 9 })).toEqual([sample.customer({ id: 'cus_2' })]);
    },
  },
  ...MISSING.map(
    ([constraint, write]): Clause => ({
      noun: 'missing',
      promise: `breaks ${constraint} by ${write.op} ${write.table} and writes nothing (${JSON.stringify(whatIsSet(write))})`,
      async check({ store }) {
        await putFoundation(store);
        await put(store, changeOf(OTHER_ENVIRONMENT));
        const before = await contentOf(store, ...TOUCHED, write.table);
        const refused = await store.commit(spoiltBy(write));
        expect(refused).toEqual({ ok: false, reason: 'missing', table: write.table, id: idOf(write), constraint });
        expect(await contentOf(store, ...TOUCHED, write.table)).toEqual(before);
      },
    }),
  ),
  {
    noun: 'refusal',
    promise: 'names the first of several: stale, then duplicate, then missing; of one kind by id',
    async check({ store }) {
      await putFoundation(store);
      const missing = insert('lease', { license: 'lic_none' });
      const duplicate = insert('product', { id: 'prd_2' });
      const stale = update('seatState', 'lic_1', 9, {});
      expect(await store.commit(spoiltBy(missing, duplicate, stale))).toMatchObject({ reason: 'stale', table: 'seatState', id: 'lic_1' });
      expect(await store.commit(spoiltBy(missing, duplicate))).toMatchObject({ reason: 'duplicate', table: 'product', id: 'prd_2' });
      const several = changeOf(update('customer', 'cus_3', 8, {}), update('customer', 'cus_2', 8, {}), update('customer', 'cus_1', 0, {}));
      expect(await store.commit(several)).toMatchObject({ reason: 'stale', table: 'customer', id: 'cus_2' });
    },
  },
];

function idOf(write: Write): string {
  return write.op === 'insert' ? write.row.id : write.id;
}

function whatIsSet(write: Write): unknown {
  if (write.op === 'delete') return write.id;
  if (write.op === 'update') return write.set;
  const plain = sample[write.table]() as unknown as Record<string, unknown>;
  return Object.fromEntries(Object.entries(write.row).filter(([field, value]) => JSON.stringify(value) !== JSON.stringify(plain[field])));
}
