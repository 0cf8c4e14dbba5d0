/** Captures for the contract suite and the fuzzing: licence and machine files, plain and encrypted. */
import type { ContractCase } from '../contract/test-contract.ts';
import { envelope, testLicenseFile } from './test-license-files.ts';

const LICENSE_KEY = 'AAAAAA-BBBBBB-CCCCCC-DDDDDD-V3';
const license = {
  ...{ id: 'lic-1', type: 'licenses' },
  attributes: { name: 'Renderer', key: LICENSE_KEY, expiry: '2027-06-01T00:00:00.000Z', floating: true, maxMachines: 5 },
  relationships: { machines: { meta: { count: 3 } } },
};
const meta = { issued: '2026-12-11T10:00:00.500Z', expiry: '2027-01-10T10:00:00.500Z', ttl: 2_592_000 };
const machine = { data: { id: 'm-1', type: 'machines', attributes: { fingerprint: 'ab:cd' } }, included: [license], meta };

export const CASES: readonly ContractCase[] = [
  {
    name: 'a licence file',
    source: testLicenseFile({ content: { data: license, meta } }),
    totals: { features: 1, issued: 5, used: 3 },
    secrets: [LICENSE_KEY],
  },
  {
    name: 'an encrypted one',
    source: testLicenseFile({ content: { data: license, meta }, openWith: LICENSE_KEY }),
    context: { openWith: LICENSE_KEY },
    totals: { features: 1, issued: 5, used: 3 },
    secrets: [LICENSE_KEY],
  },
  {
    name: 'an encrypted one that nobody opens',
    source: testLicenseFile({ content: { data: license, meta }, openWith: LICENSE_KEY }),
    totals: { features: 0 },
  },
  {
    name: 'a machine file',
    source: testLicenseFile({ kind: 'machine', content: machine }),
    totals: { features: 1, issued: 5 },
    secrets: [LICENSE_KEY],
  },
  { name: 'an algorithm that is not known', source: envelope('license', { enc: 'e30=', sig: 'AA==', alg: 'rot13+none' }), unparsed: 1 },
];

export const WORDS: readonly string[] = [
  '-----BEGIN LICENSE FILE-----',
  '-----END LICENSE FILE-----',
  '-----BEGIN MACHINE FILE-----',
  'e30=',
];
