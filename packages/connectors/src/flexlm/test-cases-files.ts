/** License files and debug logs written for these tests; what looks like a key in them is made up. */
import type { ContractCase } from '../contract/test-fuzz.ts';

const LICENSE = `# Issued to Example Labs
SERVER lic-1 0123456789ab 27000
SERVER lic-2 0123456789ac 27000
SERVER lic-3 0123456789ad 27000
VENDOR acmed PORT=27001 OPTIONS=/opt/flexlm/acmed.opt
USE_SERVER
FEATURE solver acmed 6.1 24-nov-2028 40 VENDOR_STRING="site, two words" SN=4711 \\
\tISSUED=1-jan-2026 NOTICE="Example \\
\tLabs" SIGN="00A1 11B2 22C3 33D4 44E5 55F6 \\
\t66A7 77B8"
INCREMENT solver acmed 6.1 24-oct-2027 10 SIGN=99D0AB12CD34
INCREMENT mesher acmed 6.10 permanent uncounted HOSTID=0123456789ab SIGN=88D0AB12CD34
INCREMENT viewer acmed 1.0 1-jan-0 0 HOSTID=ANY SIGN2=77D0AB12CD34
INCREMENT tutor acmed 1.0 31-dec-2027 3 66D0AB12CD340055EF11 HOSTID=ID=12345
INCREMENT clerk acmed 1.0 31-dec-2027 7 USER_BASED SIGN=55D0AB12CD34
PACKAGE suite acmed 6.1 COMPONENTS="solver mesher:6.1" OPTIONS=SUITE \\
\tSIGN=44D0AB12CD34
UPGRADE solver acmed 6.1 7.0 24-nov-2028 40 SIGN=33D0AB12CD34
`;

const DAMAGED = `SERVER lic-1 any
DAEMON acmed /opt/flexlm/acmed
FEATURE solver acmed 6.1 30-feb-2028 40 SIGN=22D0AB12CD34
FEATURE mesher acmed 6.1 24-nov-2028 forty SIGN=22D0AB12CD34
FEATURE viewer acmed 6.1 24-nov-2028
99A1 11B2 22C3 33D4 44E5"
FEATURE tutor acmed 6.1 24-nov-2028 2 SIGN=22D0AB12CD34
`;

const LOG = `15:14:54 (lmgrd) -----------------------------------------------
15:14:54 (lmgrd) FlexNet Licensing (v11.19.4) started on lic-1 (linux) (10/20/2023)
15:14:54 (lmgrd) TIMESTAMP 10/20/2023
15:14:55 (acmed) Server started on lic-1 for:\tsolver
15:14:55 (acmed) mesher \tviewer
15:20:01 (acmed) OUT: "solver" ana@ws-17
15:20:07 (acmed) OUT: "viewer" ana@ws-17  (3 licenses)
15:21:00 (acmed) DENIED: "solver" bo@ws-18  (Licensed number of users already reached. (-4,342))
15:21:30 (acmed) DENIED: "solver" bo@ws-18  (Licensed number of users already reached. (-4,342:10054 ""))
15:22:00 (acmed) QUEUED: "solver" bo@ws-18
15:23:00 (acmed) IN: "solver" ana@ws-17
15:24:00 (acmed) DENIED: mesher cy@ws-19 [batch] (Users are queued for this feature. (-24,332))
15:25:00 (acmed) UNSUPPORTED: "chem" (PORT_AT_HOST_PLUS   ) cy@ws-19  (No such feature exists. (-5,346))
21:14:54 (lmgrd) TIMESTAMP 10/20/2023
`;

const SECRETS = [
  '00A1 11B2 22C3',
  '66A7 77B8',
  '99D0AB12CD34',
  '88D0AB12CD34',
  '77D0AB12CD34',
  '66D0AB12CD340055EF11',
  '55D0AB12CD34',
  '44D0AB12CD34',
  '33D0AB12CD34',
];

export const FILE_CASES: readonly ContractCase[] = [
  {
    name: 'a license file with continued lines, quoted options, uncounted, node-locked and named licenses',
    source: LICENSE,
    totals: { servers: 3, features: 6, issued: 60, used: 0, holders: 0 },
    secrets: SECRETS,
  },
  {
    name: 'a license file with a date that does not exist, a count that is none, a line that stops, half a signature',
    source: DAMAGED,
    totals: { servers: 1, features: 1, issued: 2 },
    unparsed: 4,
    secrets: ['22D0AB12CD34', '99A1 11B2'],
  },
  { name: 'a debug log', source: LOG, totals: { features: 3, denied: 3, issued: 0 } },
];
