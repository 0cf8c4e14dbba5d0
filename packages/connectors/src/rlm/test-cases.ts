/** Outputs of rlmstat, written for these tests; totals counted by hand. */
import type { ContractCase } from '../contract/test-contract.ts';

const RUNNING = `Setting license file path to 5053@lic-a.example.com:5053@lic-b.example.com
rlmutil v15.1
Copyright (C) 2006-2022, Reprise Software, Inc. All rights reserved.


	rlm status on lic-a.example.com (port 5053), up 3d 02:10:00
	rlm software version v15.1 (build:1)
	rlm comm version: v1.2
	Startup time: Fri Feb 27 08:00:00 2026
	Todays Statistics (10:10:00), init time: Mon Mar  2 00:00:00 2026
	Recent Statistics (00:10:00), init time: Mon Mar  2 10:00:00 2026

	             Recent Stats         Todays Stats         Total Stats
	              00:10:00             10:10:00          3d 02:10:00
	Messages:    12 (0/sec)           440 (0/sec)          9310 (0/sec)
	Connections: 10 (0/sec)           402 (0/sec)          8001 (0/sec)

	--------- ISV servers ----------
	   Name           Port Running Restarts
	tidewater        49827   Yes      0
	oldvendor        49900    No      7

	------------------------

	tidewater ISV server status on lic-a.example.com (port 49827), up 3d 02:09:58
	tidewater software version v15.1 (build: 1)
	tidewater comm version: v1.2
	tidewater info log filename: C:\\Logs\\tidewater.dlog
	tidewater Report log filename: <stdout>
	Checkouts:   1 (0/sec)           2 (0/sec)          3 (0/sec)
	Denials:     0 (0/sec)           0 (0/sec)          4 (0/sec)

	------------------------

	tidewater license pool status on lic-a.example.com (port 49827)

	render v2026.0331, pool: 1
		count: 4, # reservations: 1, inuse: 2, exp: 31-mar-2026
		obsolete: 0, min_remove: 120, total checkouts: 17
	render v2026.0331, pool: 2
		count: 10, # reservations: 0, inuse: 6, exp: permanent
		obsolete: 0, min_remove: 120, total checkouts: 99
	paint v3.0
		count: 25, # reservations: 0, inuse: 0, exp: 1-jul-2027
	tokens v2013.1
		Token-based license

	------------------------

	tidewater license usage status on lic-a.example.com (port 49827)

	render v2026.0331: ana@ws-7.example.com 2/0 at 03/02 09:01  (handle: 15a)
	render v2026.0331: bo lee@ws-8 5/0 at 12/31 23:50  (handle: 128)
	render v2026.0331: =cmd()@ws-9 1/0 at 03/02 10:38  (handle: 15b) [I: note]
`;

const DOWN = `rlmutil v12.2
Copyright (C) 2006-2017, Reprise Software, Inc. All rights reserved.


Error connecting to "rlm" server

Connection attempted to host: "lic-z" on port 5053

Connection refused at server (-111)
`;

const TWO_SERVERS = `rlm status on lic-a (port 5053), up 00:03:51
reef license pool status on lic-a (port 1042)
	mesh v1.0
		count: 3, # reservations: 0, inuse: 3, exp: 30-oct-2027
	mesh v1.0
		count: 2, # reservations: 0, inuse: 0, exp: 30-nov-2027
	free v1.0 uncounted, exp: permanent
rlm status on lic-b (port 5053), up 00:03:51
reef license pool status on lic-b (port 1042)
	mesh v1.0 count: 7, # reservations: 0, inuse: 1, exp: permanent
reef license usage status on lic-b (port 1042)
	mesh v1.0: ana@ws-1 1/0 at 07/06 13:30  (handle: 41)
`;

const USAGE_ALONE = `	reef license usage status on lic-b (port 1042)

	mesh v1.0: ana@ws-1 1/0 at 07/06 13:30  (handle: 41)
	mesh v1.0: bo@ws-2 2/0 at 07/06 13:31
`;

export const CASES: readonly ContractCase[] = [
  {
    name: 'a server with numbered pools, a vendor that is down, one server of two silent',
    source: RUNNING,
    totals: { features: 4, issued: 39, used: 8, reserved: 1, holders: 3, servers: 3 },
  },
  { name: 'no connection', source: DOWN, totals: { features: 0, servers: 1 } },
  {
    name: 'pools of the same name on two servers',
    source: TWO_SERVERS,
    totals: { features: 4, issued: 12, used: 4, holders: 1, servers: 2 },
  },
  { name: 'who holds alone', source: USAGE_ALONE, totals: { features: 1, issued: 0, used: 0, holders: 2 } },
  {
    name: 'lines that nobody knows',
    source: `${RUNNING}	render v2026.0331: what is this\n		count: many\n`,
    totals: { features: 4, issued: 39, used: 8, holders: 3 },
    unparsed: 2,
  },
  { name: 'Windows line ends', source: DOWN.replaceAll('\n', '\r\n'), totals: { servers: 1 } },
];
