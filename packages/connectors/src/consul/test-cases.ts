import type { ContractCase } from '../contract/test-contract.ts';

export const CASES: readonly ContractCase[] = [
  {
    name: 'an answer',
    source: JSON.stringify({
      Valid: true,
      License: {
        license_id: 'c-1',
        start_time: '2026-05-21T04:00:00Z',
        expiration_time: '2027-05-22T03:59:59.999Z',
        features: ['Redundancy Zone'],
      },
      Warnings: ['license ends soon\u001b[31m'],
    }),
    totals: { features: 1, holders: 0 },
  },
  {
    name: 'what the command prints',
    source: [
      'License is valid',
      'License ID: c-1',
      'Expires At: 2027-05-22 03:59:59.999 +0000 UTC',
      'Terminates At: 2037-05-21 03:59:59.999 +0000 UTC',
      'Licensed Features:',
      '        Automated Backups',
      '',
    ].join('\n'),
    totals: { features: 1 },
  },
];
