/**
 * Everything that is recorded about one license, as one document. Never gated by a licence: whoever may read it gets it,
 * suspended, revoked or ended. Holds no secret; holders are pseudonyms, names are left to the table that can forget them.
 */
import type { Lease } from '@glidepath/core';
import { body } from '@glidepath/protocol/http';
import { Type } from 'typebox';
import { answer, defineCommand } from '../../command.ts';
import { everyRecord } from '../lists.ts';
import { findLicense, nothingCalled } from '../references.ts';
import { licenseKeyView, licenseView, readLicenseHouse } from './license-view.ts';

/** Past this the export says that it is not whole. */
const LEASES_MAX = 20_000;

const LicenseExport = Type.Object({
  format: Type.Literal('glidepath.dev/v1/LicenseExport'),
  exportedAt: Type.Integer(),
  license: Type.Unknown(),
  product: Type.Unknown(),
  customer: Type.Unknown(),
  terms: Type.Array(Type.Unknown()),
  keys: Type.Array(Type.Unknown()),
  leases: Type.Array(Type.Unknown()),
  isWhole: Type.Boolean({ description: 'False when there were more leases than one document holds.' }),
  usage: Type.Array(Type.Unknown()),
  grants: Type.Array(Type.Unknown()),
  policies: Type.Array(Type.Unknown()),
});

export const exportLicense = defineCommand({
  name: 'license.export',
  method: 'GET',
  path: '/v1/licenses/{license}/export',
  summary: 'Everything recorded about a license, whatever its state',
  auth: 'viewer',
  query: body({}),
  answers: { 200: LicenseExport },
  async run({ store, environment, now, params: { license: id = '' } }) {
    const license = await findLicense(store, environment.id, id);
    if (license === null) return nothingCalled('license', id);
    const { terms, inForce, seats } = await readLicenseHouse(store, license, now);
    const [product, customer, keys, usage, grants] = await Promise.all([
      store.get('product', license.product),
      store.get('customer', license.customer),
      store.find('licenseKey', { license: id }, { limit: 1_000 }),
      store.find('meterRecord', { license: id }, { limit: 1_000 }),
      store.find('grant', { license: id }, { limit: 1_000 }),
    ]);
    const leases: Lease[] = [];
    for await (const lease of everyRecord(store, 'lease', { license: id })) if (leases.push(lease) > LEASES_MAX) break;
    const digests = [...new Set(terms.map(({ policy }) => policy))];
    const versions = await Promise.all(digests.map(async (digest) => (await store.find('policyVersion', { digest }, { limit: 1 }))[0]));
    return answer(200, {
      format: 'glidepath.dev/v1/LicenseExport',
      exportedAt: now,
      license: licenseView(license, inForce, seats, now),
      ...{ product, customer, terms },
      keys: keys.map(licenseKeyView),
      leases: leases.slice(0, LEASES_MAX),
      isWhole: leases.length <= LEASES_MAX,
      ...{ usage, grants },
      policies: versions.flatMap((version) =>
        version === undefined ? [] : [{ digest: version.digest, name: version.name, source: version.source }],
      ),
    });
  },
});
