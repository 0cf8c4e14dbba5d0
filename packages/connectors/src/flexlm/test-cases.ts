/**
 * Captures of lmstat written for these tests, one per way in which the format varies, with totals counted by hand. License
 * files and logs are in `test-cases-files.ts`.
 */
import type { ContractCase } from '../contract/test-fuzz.ts';
import { FILE_CASES } from './test-cases-files.ts';

const HEAD = `lmutil - Copyright (c) 1989-2023 Flexera. All Rights Reserved.
Flexible License Manager status on Fri 10/20/2023 17:02

`;

const TRIAD = `License server status: 27000@lic-1,27000@lic-2,27000@lic-3
    License file(s) on lic-1: /opt/flexlm/license.dat:

      lic-1: license server UP v11.19.4
      lic-2: license server UP (MASTER) v11.19.4
      lic-3: license server UP v11.19.4

Vendor daemon status (on lic-2):

     acmed: UP v11.19.4
Feature usage info:

`;

const PLAIN = `${HEAD}${TRIAD}Users of solver:  (Total of 40 licenses issued;  Total of 9 licenses in use)

  "solver" v6.1, vendor: acmed, expiry: 24-nov-2028
  floating license

    ana ws-17 ws-17:0 (v6.1) (lic-2/27000 1204), start Fri 10/20 16:44
    bo ws-18 /dev/tty (v6.0) (lic-2/27000 1305), start Thu 10/19 8:09, 5 licenses
    cy ws-19 ws-19 (v6.1) (lic-2/27000 1406), start Fri 12/30 23:59, 3 licenses, PID: 310056

Users of mesher:  (Total of 1 license issued;  Total of 0 licenses in use)

Users of viewer:  (Total of 2 licenses issued;  Total of 1 license in use)

  "viewer" v6.1, vendor: acmed, expiry: permanent(no expiration date)
  floating license

    ana ws-17 ws-17:0 (v6.1) (lic-2/27000 1507), start Fri 10/20 16:44, PID: 77

`;

const RESERVED = `${HEAD}${TRIAD}Users of solver:  (Total of 100 licenses issued;  Total of 91 licenses in use)

  "solver" v6.1, vendor: acmed
  floating license

\t8 RESERVATIONs for GROUP eda (lic-2/27000)
\t1 RESERVATION for HOST ws-99 (lic-2/27000)
    ana ws-17 ws-17:0 (v6.1) (lic-2/27000 1204), start Fri 10/20 16:44, 80 licenses
    bo ws-18 ws-18:0 (v6.1) (lic-2/27000 1305), start Wed 5/23 5:59  (linger: 885 / 1340)
    cy ws-19 ws-19:0 (v6.1) (lic-2/27000 1305), start Wed 5/23 5:59, 1 license  (linger: 10 / 1340)
    di ws-20 ws-20:0 (v6.1) (lic-2/27000 1306) queued for 1 license
    ed ws-21 ws-21:0 (v6.1) (lic-2/27000 1307) queued for 12 licenses

`;

const NAMES = `${HEAD}Users of solver:  (Total of 10 licenses issued;  Total of 10 licenses in use)

"solver" v6.1, vendor: acmed, expiry: 1-jan-0
  vendor_string: two words
floating license

Maria Anna Berg WS17 WS17 (v6.1) (lic-2/27000 1), start Fri 10/20 16:44
    Jo Doe jo-pc ,x%<ab c(d)]! (v6.1) (lic-2/27000 2), start Fri 10/20 16:44
    Max Roe Jr. pc9 a&b (v6.1) (lic-2/27000 3), start Fri 10/20 16:44
    nodisplay ws-1 (v6.1) (lic-2/27000 4), start Fri 10/20 16:44
    extra ws-2 ws-2 4321 batch (v6.1) (lic-2/27000 5), start Fri 10/20 16:44
    DOMAIN\\fay ws-3 /dev/pts/4 (v6.1) (vhost.example.com/27000 6), start Fri 10/20 16:44
    gil ws-4 ) (v9) (x/1 2) (v6.1) (lic-2/27000 7), start Fri 10/20 16:44
    "hal" ws-5 /dev/pts/101 (v6.1) (lic-2/port 8), start Fri 10/20 16:44
    Users of solver: (Total of 999 licenses issued;  Total of 999 licenses in use) (v6.1) (lic-2/27000 9), start Fri 10/20 16:44
    5 RESERVATIONs for GROUP eda (v6.1) (lic-2/27000 10), start Fri 10/20 16:44

`;

const SPACED = `lmutil - Copyright (c) 1989-2023 Flexera. All Rights Reserved.\r

Flexible License Manager status on Fri 10/20/2023 17:02\r

[Detecting lmgrd processes...]\r

License server status: 27000@lic-1.example.com\r

    License file(s) on lic-1.example.com: C:\\Program Files\\acme\\license.lic:C:\\b.lic:\r

lic-1.example.com: license server UP (MASTER) v11.19.6\r

Vendor daemon status (on lic-1.example.com):\r

  ACMED: UP v11.19.6\r

Feature usage info:\r

Users of GUI:  (Uncounted, node-locked)\r


"GUI" v6.3, vendor: ACMED, expiry: permanent(no expiration date)\r

  uncounted nodelocked license locked to NOTHING (hostid=ANY)\r

    ana WS-1 /dev/pts/0 (v5.6) (lic-1.example.com/27000 1090), start Fri 10/20 11:07\r

Users of CFD:  (Total of 3 licenses issued;  Total of 2 licenses in use)\r


"CFD" v2025.09, vendor: ACMED, expiry: 01-jan-0000\r

  nodelocked license, locked to "0123456789ab"\r

    ana WS-1 /dev/pts/0 (v5.6) (lic-1.example.com/27000 914), start Fri 10/20/2023 11:07\r

"CFD" v2024.09, vendor: ACMED, expiry: 24-nov-2028\r

    bo WS-2 /dev/pts/0 (v5.6) (lic-1.example.com/27000 915), start Fri 10/20 11:07\r

Users of CHEM:  (Error: 1 licenses, unsupported by licensed server)\r

Users of MEMS:  Cannot get users of MEMS: No such feature exists. (-5,222)\r
`;

const DOWN_MEMBER = `${HEAD}${TRIAD.replace(
  'lic-3: license server UP v11.19.4',
  'lic-3: Cannot connect to license server system. (-15,570:115 "Operation now in progress")',
)}Users of solver:  (Total of 40 licenses issued;  Total of 0 licenses in use)
`;

const DAEMON_DOWN = `${HEAD}License server status: 27000@lic-1
    License file(s) on lic-1: /opt/flexlm/license.dat:

lic-1: license server UP v11.19

Vendor daemon status (on lic-1):

     acmed: The desired vendor daemon is down. (-97,121)
Feature usage info:

Users of solver:  Cannot get users of solver: The desired vendor daemon is down. (-97,121)
`;

const TWO_SERVERS = `${HEAD}License server status: 27000@lic-1.example.com
lic-1.example.com: license server UP (MASTER) v11.19
Vendor daemon status (on lic-1.example.com):
     acmed: UP v11.19
Feature usage info:
Users of solver:  (Total of 4 licenses issued;  Total of 0 licenses in use)
----------------------------------------------------------------------------
License server status: 27000@lic-1.example.org
lic-1.example.org: license server UP (MASTER) v11.19
Vendor daemon status (on lic-1.example.org):
     acmed: UP v11.19
Feature usage info:
Users of solver:  (Total of 6 licenses issued;  Total of 7 licenses in use)
    ana ws-1 ws-1 (v6.1) (lic-1.example.org/27000 7), start Fri 10/20 16:44, 7 licenses
`;

const NOTE = `NOTE: lmstat -i does not give information from the server,
      but only reads the license file.  For this reason,
      lmstat -a is recommended instead.

`;

const TABLE = `lmutil - Copyright (c) 1989-2019 Flexera. All Rights Reserved.
${NOTE}Feature                         Version     #licenses    Expires      Vendor
_______                         _________   _________    __________   ______
solver                          2018.12      2           31-dec-2018  acmed
solver                          2018.12      25          30-sep-2018  acmed
mesher                          0.1          1           01-jan-0000  acmed
viewer                          2018.12      uncounted   permanent    acmed
`;

const TABLE_VENDOR_FIRST = `lmutil - Copyright (c) 1989-2017 Flexera Software LLC. All Rights Reserved.
Mon 5/6/2019 18:20

${NOTE}Feature                         Version     #licenses    Vendor        Expires
_______                         _________   _________    ______        ________
solver                          2016.050     999         acmed         31-MAY-0
mesher                          2016.050     7           acmed         permanent(no expiration date)
viewer                          2019.060     12          acmed         28-jun-2020
`;

const BOTH = `${HEAD}${TRIAD}Users of solver:  (Total of 40 licenses issued;  Total of 0 licenses in use)

${NOTE}Feature                         Version     #licenses    Expires      Vendor
_______                         _________   _________    __________   ______
solver                          6.1          30          24-nov-2028  acmed
solver                          6.1          10          24-oct-2027  acmed
mesher                          6.1          5           24-nov-2028  acmed
`;

const OLD = `lmstat - Copyright (c) 1989-2004 by Macrovision Corporation. All rights reserved.
...
Users of solver:  (Total of 1000 licenses issued;  Total of 7 licenses in use)
...
    ana lic-1.example.com /dev/tty (v62.2) (lic-1.example.com/24200 12507), start Thu 10/29 8:09, 3 licenses
...
Users of viewer:  (Total of 5 licenses available)
`;

const REFUSED = `lmstat - Copyright (c) 1989-2004 by Macrovision Corporation. All rights reserved.
Flexible License Manager status on Wed 03/31/2021 09:12

`;

export const CASES: readonly ContractCase[] = [
  {
    name: 'three servers, several features, one license and many, with and without a PID',
    source: PLAIN,
    totals: { servers: 3, features: 3, issued: 43, used: 10, reserved: 0, queued: 0, lingering: 0, holders: 4 },
  },
  {
    name: 'reservations of groups and hosts, a queue, licenses that linger',
    source: RESERVED,
    totals: { features: 1, issued: 100, used: 91, reserved: 9, queued: 13, lingering: 2, holders: 3 },
  },
  {
    name: 'names with spaces, no display, a display of several words, names that pass for other lines, no indentation',
    source: NAMES,
    totals: { features: 1, issued: 10, used: 10, reserved: 0, holders: 10, servers: 0 },
  },
  {
    name: 'blank lines between all lines, Windows paths, uncounted, several license lines, a feature that is not served',
    source: SPACED,
    totals: { servers: 1, features: 4, issued: 3, used: 2, holders: 3 },
  },
  { name: 'a member of three that is down', source: DOWN_MEMBER, totals: { servers: 3, features: 1, issued: 40, used: 0 } },
  { name: 'a vendor daemon that is down', source: DAEMON_DOWN, totals: { servers: 2, features: 1, issued: 0 } },
  {
    name: 'two servers that share a short name and a feature',
    source: TWO_SERVERS,
    totals: { servers: 2, features: 2, issued: 10, used: 7 },
  },
  {
    name: 'no answer',
    source: `${REFUSED}Error getting status: Cannot connect to license server (-15,570:111 "Connection refused")\n`,
    totals: { servers: 1, features: 0 },
  },
  { name: 'elided lines and an old format', source: OLD, totals: { features: 2, issued: 1005, used: 7, holders: 1 } },
  { name: 'lmstat -i, expiry first', source: TABLE, totals: { features: 4, issued: 28, used: 0 } },
  { name: 'lmstat -i, vendor first', source: TABLE_VENDOR_FIRST, totals: { features: 3, issued: 1018 } },
  { name: 'lmstat -a -i at once', source: BOTH, totals: { features: 2, issued: 45, used: 0 } },
  ...FILE_CASES,
];

/** Words that mean something to these readers. */
export const WORDS: readonly string[] = [
  ...[
    'Users of ',
    '(Total of ',
    ' licenses issued;  Total of ',
    ' licenses in use)',
    '(Uncounted, node-locked)',
    'queued for ',
    ', start Fri 10/20 16:44',
  ],
  ...[
    ', 12 licenses',
    ', PID: 7',
    '  (linger: 1 / 2)',
    ' (v1) (h/1 2)',
    '8 RESERVATIONs for GROUP g (h/1)',
    '"f" v1, vendor: d, expiry: 24-nov-2028\n',
  ],
  ...[
    'License server status: 1@a,2@b\n',
    'Vendor daemon status (on a):\n',
    'FEATURE f d 1 ',
    'INCREMENT f d 1 31-dec-2028 5 SIGN=0\n',
    '16:44:02 (d) DENIED: "f" u@h\n',
  ],
];
