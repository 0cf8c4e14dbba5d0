import type { ContractCase } from '../contract/test-contract.ts';

export const CASES: readonly ContractCase[] = [
  {
    name: 'a standard license',
    source: JSON.stringify({
      seats: 1400,
      seats_used: 1316,
      seats_available: 84,
      kind: 'standard',
      days_until_expiration: 365,
      expire_at: '2027/02/06 12:41:52 -0600',
    }),
    totals: { features: 1, issued: 1400, used: 1316 },
  },
  {
    name: 'unlimited seats',
    source: JSON.stringify({ seats: 'unlimited', seats_used: 12, seats_available: 'unlimited', expire_at: '2027/02/06 12:41:52 -0600' }),
    totals: { features: 1, issued: 0, used: 12 },
  },
  {
    name: 'wrong types',
    source: '{"seats":{},"seats_used":-4,"expire_at":"2027/13/06 12:41:52 -0600"}',
    totals: { features: 1, issued: 0, used: 0 },
    unparsed: 3,
  },
];
