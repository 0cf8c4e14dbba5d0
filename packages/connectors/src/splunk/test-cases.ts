import type { ContractCase } from '../contract/test-contract.ts';

const license = { label: 'Splunk Enterprise', stack_id: 'enterprise', status: 'VALID', type: 'enterprise', window_period: 30, guid: 'g-1' };

export const CASES: readonly ContractCase[] = [
  {
    name: 'licenses, with those that it brings along',
    source: JSON.stringify({
      entry: [
        { name: 'AAAA', content: { ...license, expiration_time: 1830297599, quota: 107374182400 } },
        {
          name: 'FFFF',
          content: { ...license, label: 'Splunk Forwarder', stack_id: 'forwarder', expiration_time: 2147483647, quota: 1048576 },
        },
        {
          name: 'BBBB',
          content: { ...license, label: 'Unlimited', status: 'EXPIRED', expiration_time: 1600000000, quota: 5, is_unlimited: true },
        },
      ],
    }),
    totals: { features: 3, issued: 107375230976, used: 0 },
  },
  {
    name: 'pools',
    source: JSON.stringify({
      entry: [
        {
          name: 'auto_generated_pool_enterprise',
          content: {
            stack_id: 'enterprise',
            quota: 'MAX',
            effective_quota: 107374182400,
            used_bytes: 2048,
            peers_usage_bytes: { a: 2048 },
          },
        },
        { name: 'small', content: { stack_id: 'enterprise', quota: 1000, effective_quota: 900, used_bytes: 0 } },
        { name: 'free', content: { stack_id: 'free', quota: 'MAX', slaves_usage_bytes: null } },
      ],
    }),
    totals: { features: 3, issued: 107374183300, used: 2048 },
  },
  {
    name: 'wrong types',
    source: JSON.stringify({
      entry: [7, { name: 'x' }, { name: 'AAAA', content: { ...license, expiration_time: 'soon', quota: 'lots' } }],
    }),
    totals: { features: 1, issued: 0 },
    unparsed: 4,
  },
];
