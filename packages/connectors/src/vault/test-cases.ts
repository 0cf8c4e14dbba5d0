import type { ContractCase } from '../contract/test-contract.ts';

const license = {
  license_id: '5b1f0c1e-7c55-4f0b-9d2f-5d9d2b0a1111',
  features: ['HSM', 'Performance Replication', '=cmd()', '<script>alert(1)</script>'],
  start_time: '2026-01-01T00:00:00Z',
  expiration_time: '2027-01-31T23:59:59.999Z',
  termination_time: '2037-01-31T23:59:59.999Z',
};

export const CASES: readonly ContractCase[] = [
  {
    name: 'a license that was loaded by itself',
    source: JSON.stringify(
      { request_id: 'a', data: { autoloading_used: true, autoloaded: license, persisted_autoload: license }, warnings: null },
      null,
      2,
    ),
    totals: { features: 1, holders: 0, servers: 0 },
  },
  {
    name: 'a cluster that was reloaded by halves',
    source: JSON.stringify({ data: { autoloaded: license, persisted_autoload: { ...license, license_id: 'other' } } }),
    totals: { features: 1 },
  },
  {
    name: 'an old answer, without termination',
    source: '{"data":{"expiration_time":"2026-11-14T16:34:36.546753-05:00"}}',
    totals: { features: 1 },
  },
  {
    name: 'an end that nobody can read',
    source: '{"data":{"autoloaded":{"expiration_time":"next year"}}}',
    totals: { features: 1 },
    unparsed: 1,
  },
  {
    name: 'the table of the command',
    source: [
      'WARNING! time left on license is 29m33s',
      '',
      'Key                          Value',
      '---                          -----',
      'expiration_time              2027-01-31T23:59:59Z',
      'features                     [HSM Performance Replication Namespaces]',
      'license_id                   5b1f0c1e-7c55-4f0b-9d2f-5d9d2b0a1111',
      'performance_standby_count    9999',
      'termination_time             2037-01-31T23:59:59Z',
      '',
    ].join('\r\n'),
    totals: { features: 1 },
  },
];
