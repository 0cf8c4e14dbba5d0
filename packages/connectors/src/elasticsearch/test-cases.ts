import type { ContractCase } from '../contract/test-contract.ts';

const license = { status: 'active', uid: 'e-1', type: 'platinum', issued_to: '=cmd()', issuer: 'elasticsearch', start_date_in_millis: -1 };

export const CASES: readonly ContractCase[] = [
  {
    name: 'a paid license by nodes',
    source: JSON.stringify(
      { license: { ...license, expiry_date: '2027-06-30T23:59:59.999Z', expiry_date_in_millis: 1814399999999, max_nodes: 12 } },
      null,
      1,
    ),
    totals: { features: 1, issued: 12, used: 0 },
  },
  {
    name: 'a paid license by resource units',
    source: JSON.stringify({
      license: { ...license, type: 'enterprise', expiry_date_in_millis: 1814399999999, max_nodes: null, max_resource_units: 50 },
    }),
    totals: { features: 1, issued: 50 },
  },
  {
    name: 'a basic license, which names no end',
    source: JSON.stringify({ license: { ...license, type: 'basic', max_nodes: 1000, max_resource_units: null } }),
    totals: { features: 1, issued: 1000 },
  },
  {
    name: 'an end beyond any calendar',
    source: JSON.stringify({ license: { ...license, expiry_date_in_millis: 9_223_372_005_318_775_000 } }),
    totals: { features: 1 },
  },
  {
    name: 'wrong types',
    source: JSON.stringify({ license: { ...license, max_nodes: '12', expiry_date_in_millis: 'soon' } }),
    totals: { features: 1, issued: 0 },
    unparsed: 2,
  },
];
