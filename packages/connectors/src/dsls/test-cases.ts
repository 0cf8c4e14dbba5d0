/** Outputs of the DSLS administration tool, written for these tests; totals counted by hand. */
import type { ContractCase } from '../contract/test-contract.ts';

const PREFACE = `License Administration Tool Version 6.426.1 Built on Jan 12, 2026, 6:45:36 PM.
admin >	Software version: 6.426.1
	Build date: Jan 12, 2026, 6:45:36 PM
	Standalone mode
	Ready: yes
	Server name: dsls-1   Server id: ABC-4210000000000000
`;

const HEADER =
  'Editor,EditorId,Feature,Model,Commercial Type,Max Release Number,Max Release Date,Pricing Structure,Max Casual Duration,Expiration Date,Customer ID,Count,Inuse,Tokens,Casual Usage (mn),Host,User,Internal ID,Active Process,Client Code Version,Session ID,Granted Since,Last Used At,Granted At,Queue Position,\n';

const row = (feature: string, model: string, release: number, customer: number, counts: string, holder = '') =>
  `Example Systems,5E7,${feature},${model},STD,${release},2026-12-31 00:59:00,YLC,0,2026-12-31 00:59:00,${customer},${counts},${holder}\n`;

const holder = (tokens: string, host: string, user: string, queue = '') =>
  `${tokens},,${host},${user},X,/opt/sim ( 31487),6.426,02D,2026-02-17 17:59:34,2026-02-18 15:25:50,2026-02-17 17:59:34,${queue},`;

const USAGE = `${PREFACE}${HEADER}${row('PAC', 'Token', 8, 100, '1,0')}${row('SRU', 'Token', 426, 100, '2374,1026', holder('493', 'node-1 (263.0)/10.0.0.1', 'ana'))}${row('SRU', 'Token', 426, 100, '2374,1026', holder('533', 'node-2 (226.0)/10.0.0.2', 'bo'))}${row('SRU', 'Token', 426, 100, '2374,1026', holder('7', 'node-3 (2a8.0)/10.0.0.3', 'cy', '1'))}${row('CAD', 'NamedUser', 426, 100, '3,2', holder('', 'ws-7', '"lee, bo"'))}${row('CAD', 'NamedUser', 426, 100, '3,2', holder('', 'ws-8', '=cmd()'))}`;

const TWO_CUSTOMERS = `${HEADER}${row('CAM', 'ConcurrentUser', 426, 100, '3,0')}${row('CAM', 'ConcurrentUser', 426, 200, '5,1', holder('', 'ws-9', 'ana'))}`;

export const CASES: readonly ContractCase[] = [
  {
    name: 'holders, tokens, one who waits',
    source: USAGE,
    totals: { features: 3, issued: 2378, used: 1028, queued: 7, holders: 4, servers: 1 },
  },
  { name: 'one feature of two contracts', source: TWO_CUSTOMERS, totals: { features: 2, issued: 8, used: 1, holders: 1, servers: 0 } },
  {
    name: 'no connection',
    source: 'License Administration Tool Version 6.426.1 Built on Jan 12, 2026.\nCannot connect to server dsls-9 on port 4084\n',
    totals: { features: 0, servers: 1 },
  },
  { name: 'not ready', source: USAGE.replace('Ready: yes', 'Ready: no'), totals: { features: 3, servers: 1 } },
  {
    name: 'rows that nobody knows',
    source: `${USAGE}Example Systems,5E7,"never closed\nExample Systems,5E7,F,Token,STD,8,x,YLC,0,,100,many,0,\n`,
    totals: { features: 3, issued: 2378 },
    unparsed: 2,
  },
  { name: 'Windows line ends', source: USAGE.replaceAll('\n', '\r\n'), totals: { features: 3, issued: 2378, used: 1028, holders: 4 } },
];
