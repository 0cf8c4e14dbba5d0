/** Outputs of olixtool, written for these tests; totals counted by hand. */
import type { ContractCase } from '../contract/test-contract.ts';

const HEAD = `olixtool 4.8.0 - OLicense XML Status Application
Copyright (C) 2007-2013 Optimum GmbH, Karlsruhe, Germany

Server: <10.0.0.5:31212:0> (Proxy: <>)

`;

const block = (id: string, modules: string) => `==============================================
Application:	tyres
VersionRange:	0-20261
Licenser:	Example tyre software
Licensee:	Zoë Müller
License-ID:	tyres-${id}
Modules:
  Name; LicenseType; FloatCount; Expiration
  --------------------------------------------
${modules}

`;

const IN_USE = `${HEAD}List of requested licenses:

${block(
  'faf7@host-1',
  `  tyre_model;         	FreeFloating;	3;	2026-12-31 23:59:59;
    3 FloatsLockedBy:
      ana@WS0007 #2
      bo lee@ws-8.example.com #1
  road_model;	FreeFloating;	12;	unlimited;
  viewer;	NodeLocked;	;	2026-12-31 23:59:59;`,
)}${block(
  'faf8@host-2',
  `  tyre_model;         	FreeFloating;	11;	2027-02-28 23:59:00;
    4 FloatsLockedBy 'unknown clients'
  editor;	NamedUser;	unlimited;	2027-02-28 23:59:00;`,
)}`;

export const CASES: readonly ContractCase[] = [
  { name: 'two licenses with modules', source: IN_USE, totals: { features: 5, issued: 26, used: 7, holders: 2, servers: 1 } },
  {
    name: 'no connection',
    source: `${HEAD}OlComm 454 Request cannot connect to target\n`,
    totals: { features: 0, servers: 1 },
  },
  { name: 'an output that ends early', source: HEAD, totals: { features: 0, servers: 1 } },
  {
    name: 'lines that nobody knows',
    source: `${IN_USE}  what is this\n  module; FreeFloating; many; 2027-02-28;\n`,
    totals: { features: 5, used: 7 },
    unparsed: 2,
  },
  { name: 'Windows line ends', source: IN_USE.replaceAll('\n', '\r\n'), totals: { features: 5, issued: 26, used: 7, holders: 2 } },
];
