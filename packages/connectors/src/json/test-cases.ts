import type { ContractCase } from '../contract/test-contract.ts';

export const CASES: readonly ContractCase[] = [
  {
    name: 'our own words',
    source: JSON.stringify(
      {
        takenAt: '2026-11-02T08:00:00Z',
        servers: [
          { name: 'lic-1', state: 'up', reason: null },
          { name: 'lic-2', state: 'down' },
        ],
        features: [
          {
            ...{
              name: 'sim',
              version: '2026.1',
              pool: 'eda',
              issued: 40,
              used: 31,
              reserved: 4,
              queued: 2,
              lingering: 1,
              denied: 3,
              overage: 0,
            },
            ...{ expiresAt: '2027-03-31', ends: 'dated', stopsAt: null, kind: 'floating' },
            holders: [
              { user: 'ana', host: 'w1', count: 30, since: '2026-11-02T07:00:00Z' },
              { user: '=cmd()', host: null, count: 1, since: null },
            ],
          },
          { name: 'lint', issued: null, ends: 'permanent', kind: 'uncounted' },
        ],
        notes: ['read by hand'],
        latent: [{ act: 'restart', from: '2026-12-01T00:00:00Z', reason: 'the file on disk is older' }],
      },
      null,
      2,
    ),
    totals: { features: 2, holders: 2, servers: 2, issued: 40, used: 31, reserved: 4, queued: 2, lingering: 1, denied: 3 },
  },
  {
    name: 'wrong types, of which nothing is made',
    source: JSON.stringify({
      features: [
        { name: 'a', issued: '40', used: -1, expiresAt: 1e12, kind: 'wooden', holders: [{ user: 'x' }, 7] },
        { name: '' },
        'b',
        { name: 'c', issued: 5, kind: 'uncounted' },
      ],
      servers: [{ name: 's', state: 'sleeping' }],
    }),
    totals: { features: 2, issued: 5, used: 0, holders: 0, servers: 0 },
    unparsed: 11,
  },
];
