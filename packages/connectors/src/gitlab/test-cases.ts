import type { ContractCase } from '../contract/test-contract.ts';

const license = {
  id: 2,
  plan: 'ultimate',
  starts_at: '2026-01-27',
  licensee: { Name: '<script>', Company: '=cmd()' },
  add_ons: { GitLab_FileLocks: 1 },
};

export const CASES: readonly ContractCase[] = [
  {
    name: 'more users than seats',
    source: JSON.stringify({
      ...license,
      expires_at: '2027-01-27',
      historical_max: 310,
      maximum_user_count: 305,
      expired: false,
      overage: 210,
      user_limit: 100,
      active_users: 300,
    }),
    totals: { features: 1, issued: 100, used: 300 },
  },
  {
    name: 'an endless license without a limit',
    source: JSON.stringify({ ...license, expires_at: null, user_limit: 0, active_users: 7, overage: 0 }),
    totals: { features: 1, issued: 0, used: 7 },
  },
  {
    name: 'wrong types',
    source: JSON.stringify({ ...license, expires_at: '2027-02-30', user_limit: '100', active_users: 1.5 }),
    totals: { features: 1, issued: 0, used: 0 },
    unparsed: 3,
  },
];
