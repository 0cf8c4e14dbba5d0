/** Outputs of lmxendutil, written for these tests; totals counted by hand. */
import type { ContractCase } from '../contract/test-contract.ts';

const HEAD = `LM-X End-user Utility v4.9
Copyright (C) 2002-2022 X-Formation. All rights reserved.

++++++++++++++++++++++++++++++++++++++++
`;

const RULE = '----------------------------------------\n';

const IN_USE = `${HEAD}LM-X License Server on 6200@lmx-1.example.com:

Server version: v5.1 Uptime: 3 day(s) 12 hour(s) 0 min(s) 51 sec(s)
${RULE}Feature: Mesher Version: 21.0 Vendor: REEF
Start date: 2026-02-17 Expire date: 2027-01-31
Key type: EXCLUSIVE License sharing: CUSTOM VIRTUAL

0 of 3 license(s) used
${RULE}Feature: Solver Units Version: 21.0 Vendor: REEF
Start date: NONE Expire date: NONE
Key type: TOKEN License sharing: HOST USER VIRTUAL

45 of 100 license(s) used:

15 license(s) used by ana@ws-7 [10.0.0.7]
Login time: 2026-02-18 09:26   Checkout time: 2026-02-18 09:29
Shared on custom string: ana:ws-7

30 license(s) used by bo lee@ws-8.example.com_2023 [10.0.0.8]
    Login time: 2026-02-18 23:50   Checkout time: 2026-02-18 23:51 
    Shared on username: bo   Shared on hostname: ws-8 
${RULE}Feature: Viewer Version: 21.0 Vendor: REEF
Start date: 2026-02-17 Expire date: 2027-01-31
Key type: EXCLUSIVE License sharing: CUSTOM VIRTUAL

12 of 2147483647 license(s) used:

12 license(s) used by <!channel>@ws-9 [10.0.0.9]
Login time: 2026-02-18 09:26   Checkout time: 2026-02-18 09:26
`;

const SECOND = `++++++++++++++++++++++++++++++++++++++++
LM-X License Server on 6200@lmx-2.example.com:

Server version: v5.1 Uptime: 0 day(s) 1 hour(s) 0 min(s) 51 sec(s)
${RULE}Feature: Mesher Version: 21.0 Vendor: REEF
Start date: 2026-02-17 Expire date: 2026-12-31
Key type: ADDITIVE License sharing: CUSTOM VIRTUAL

5 of 4 license(s) used:

5 license(s) used by ana@ws-7 [10.0.0.7]
Login time: 2026-02-18 09:26   Checkout time: 2026-02-18 09:29
2 license(s) queued by bo@ws-8 [10.0.0.8]
`;

export const CASES: readonly ContractCase[] = [
  {
    name: 'holders, a token, one without a limit',
    source: IN_USE,
    totals: { features: 3, issued: 2147483750, used: 57, holders: 3, servers: 1 },
  },
  {
    name: 'two servers, one over its limit',
    source: IN_USE + SECOND,
    totals: { features: 4, issued: 2147483754, used: 62, holders: 4, servers: 2, queued: 2 },
  },
  {
    name: 'no server',
    source: `${HEAD}LM-X license server(s):\n${RULE}There are no license server(s) available.\n`,
    totals: { features: 0, servers: 1 },
  },
  {
    name: 'lines that nobody knows',
    source: `${IN_USE}some of 3 license(s) used\nFeature: x\n`,
    totals: { features: 3, used: 57 },
    unparsed: 2,
  },
  { name: 'Windows line ends', source: IN_USE.replaceAll('\n', '\r\n'), totals: { features: 3, used: 57, holders: 3 } },
];
