import type { ContractCase } from '../contract/test-contract.ts';

export const CASES: readonly ContractCase[] = [
  {
    name: 'an answer with offsets and nanoseconds',
    source: JSON.stringify({
      License: {
        ...{ LicenseID: 'l-1', CustomerID: '<!channel>', Product: 'nomad', Features: ['Namespaces'], Flags: { modules: [] } },
        ...{ ExpirationTime: '2027-06-01T14:50:16.581304556-04:00', TerminationTime: '2028-06-01T14:50:16.581304556-04:00' },
      },
      RequestTime: 0,
    }),
    totals: { features: 1, holders: 0 },
  },
  {
    name: 'what the command prints',
    source: [
      'Product         = nomad',
      'License Status  = valid',
      'License ID      = l-1',
      'Expiration Time = 2027-12-01 00:00:00 +0000 UTC',
      'Terminates At   = 2028-01-01 00:00:00 +0000 UTC',
      '',
      'License is valid',
      '',
    ].join('\n'),
    totals: { features: 1 },
  },
];
