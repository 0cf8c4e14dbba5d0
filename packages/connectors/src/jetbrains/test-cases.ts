import type { ContractCase } from '../contract/test-contract.ts';

export const CASES: readonly ContractCase[] = [
  {
    name: 'the health',
    source: '{"serverUID":"q7x2abcd","lastCallHome":"03 Nov 2026 09:05"}',
    totals: { features: 1, servers: 1, used: 0 },
  },
  {
    name: 'a health without a call',
    source: '{"serverUID":"q7x2abcd","lastCallHome":"Never"}',
    totals: { features: 1, servers: 1 },
    unparsed: 1,
  },
  {
    name: 'the report',
    source: JSON.stringify({
      licenses: [
        { name: 'IntelliJ IDEA Ultimate', allocated: 17, available: 3 },
        { name: 'All Products Pack <!channel>', allocated: 0, available: 5 },
        { name: 'CLion', allocated: '4', available: 6 },
        'nonsense',
      ],
    }),
    totals: { features: 3, issued: 25, used: 17 },
    unparsed: 2,
  },
];
