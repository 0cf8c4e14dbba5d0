/** Licenses over the API: reading, keys, export. Issuing and changing lie beside this. */
import type { Instant, LicenseKey } from '@glidepath/core';
import { body, LicenseKeyIssued, LicenseKeyRequest, LicenseKeyView, ListQuery, page } from '@glidepath/protocol/http';
import { answer, type Command, defineCommand, refuse } from '../../command.ts';
import { listed } from '../lists.ts';
import { findLicense, nothingCalled } from '../references.ts';
import { exportLicense } from './export-license.ts';
import { findOwnLicense } from './held.ts';
import { issueLicense, makeLicenseKey } from './issue-license.ts';
import { LICENSE_CHANGE_COMMANDS } from './license-changes.ts';
import { LicenseView, licenseKeyView, showLicense } from './license-view.ts';

const list = defineCommand({
  name: 'license.list',
  method: 'GET',
  path: '/v1/licenses',
  summary: 'Lists licenses with the terms in force',
  auth: 'viewer',
  query: ListQuery,
  answers: { 200: page(LicenseView) },
  run: ({ store, environment, query, now }) =>
    listed(store, 'license', { environment: environment.id }, query, (license) => showLicense(store, license, now)),
});

const show = defineCommand({
  name: 'license.show',
  method: 'GET',
  path: '/v1/licenses/{license}',
  summary: 'Shows a license; with a license key, its own',
  auth: 'viewer',
  admitsLicenseKey: true,
  query: body({}),
  answers: { 200: LicenseView },
  async run({ store, environment, actor, now, params: { license: id = '' } }) {
    if (actor.kind === 'license-key' && actor.license !== id) return refuse('forbidden', 'A license key shows its own license only.');
    const license = await findLicense(store, environment.id, id);
    return license === null ? nothingCalled('license', id) : answer(200, await showLicense(store, license, now));
  },
});

/** More keys than a rotation with overlap leaves behind in years. */
const KEYS_MAX = 500;

const createKey = defineCommand({
  name: 'license.create-key',
  method: 'POST',
  path: '/v1/licenses/{license}/keys',
  summary: 'Makes another license key, shown once; the others go on until they are revoked',
  auth: 'issuer',
  body: LicenseKeyRequest,
  bodyOptional: true,
  answers: { 201: LicenseKeyIssued },
  secretAnswer: true,
  async run(context) {
    const {
      store,
      environment,
      now,
      params: { license: id = '' },
      body: { expiresAt = null, reason = null },
    } = context;
    const license = await findOwnLicense(store, environment.id, id);
    if ('code' in license) return license;
    if (expiresAt !== null && expiresAt <= now) {
      return refuse('bad-input', 'A license key has to end later than now.', {
        errors: [{ path: '/expiresAt', found: String(expiresAt), expected: 'an instant to come' }],
      });
    }
    if ((await store.count('licenseKey', { license: id })) >= KEYS_MAX)
      return refuse('conflict', `The license has had ${KEYS_MAX} keys; issue a new license.`);
    const { secret, row } = makeLicenseKey(context, license, expiresAt as Instant | null);
    const happened = [{ action: 'license.key-created', subject: id, facts: { key: row.id, hint: row.hint, expiresAt, reason } }];
    return context.commit({ writes: [{ op: 'insert', table: 'licenseKey', row }], happened }, answer(201, { id: row.id, key: secret }));
  },
});

const listKeys = defineCommand({
  name: 'license.list-keys',
  method: 'GET',
  path: '/v1/licenses/{license}/keys',
  summary: 'Lists the keys of a license without their secrets',
  auth: 'viewer',
  query: body({}),
  answers: { 200: page(LicenseKeyView) },
  async run({ store, environment, params: { license: id = '' } }) {
    const license = await findLicense(store, environment.id, id);
    if (license === null) return nothingCalled('license', id);
    const keys = await store.find('licenseKey', { license: id }, { limit: KEYS_MAX });
    return answer(200, { items: keys.map(licenseKeyView), next: null });
  },
});

const revokeKey = defineCommand({
  name: 'license.revoke-key',
  method: 'DELETE',
  path: '/v1/licenses/{license}/keys/{key}',
  summary: 'Ends a license key; applications that carry it go on with what was signed, and ask no more',
  auth: 'issuer',
  query: body({}),
  answers: { 200: LicenseKeyView },
  async run({ store, environment, now, params: { license: id = '', key: keyId = '' }, commit }) {
    const license = await findLicense(store, environment.id, id);
    const key: LicenseKey | null = license === null ? null : await store.get('licenseKey', keyId);
    if (key === null || key.license !== id) return nothingCalled('license key', keyId);
    if (key.revokedAt !== null) return answer(200, licenseKeyView(key));
    const write = { op: 'update' as const, table: 'licenseKey' as const, id: key.id, revision: key.revision, set: { revokedAt: now } };
    const happened = [{ action: 'license.key-revoked', subject: id, facts: { key: key.id, hint: key.hint } }];
    return commit({ writes: [write], happened }, answer(200, licenseKeyView({ ...key, revokedAt: now })));
  },
});

export const LICENSE_COMMANDS: readonly Command[] = [
  issueLicense,
  list,
  show,
  ...LICENSE_CHANGE_COMMANDS,
  createKey,
  listKeys,
  revokeKey,
  exportLicense,
];
