/** Outputs of lstc_qrun, written for these tests; totals counted by hand. */
import type { ContractCase } from '../contract/test-contract.ts';

const HEAD = `Using user specified server 31010@lstc-1.example.com

LICENSE INFORMATION

PROGRAM          EXPIRATION CPUS  USED   FREE    MAX | QUEUE
---------------- ----------      ----- ------ ------ | -----
`;

const ONE_RUNS = `${HEAD}MPPDYNA          12/30/2026          -    120    400 |     2
 ana        59005@n-13.example.com 200
 bo lee     10274@n-52.example.com  80
MPPDYNA_971      12/30/2026          0    120    400 |     0
LS-DYNA          12/30/2026          0    120    400 |     -
                   LICENSE GROUP   280    120    400 |     2
`;

const TWO_RUN = `${HEAD}MPPDYNA          12/30/2026          -     60    500 |     0
 ana        59005@n-13 300
LS-DYNA          06/30/2027          -     60    500 |     0
 bo         10274@n-52 100
 <script>   10275@n-53  40
                   LICENSE GROUP   440     60    500 |     0
OTHER            permanent           3      7     10 |     0
                   LICENSE GROUP     3      7     10 |     0
`;

const RUNS = `Using default server 31011@lstc-2


                     Running Programs

    User             Host          Program              Started       # procs
-----------------------------------------------------------------------------
     ana    84212@n-0284.ten.examp MPPDYNA          Tue Mar 17 16:18    28
      bo    85606@n-0579.ten.examp LS-DYNA          Tue Mar 17 16:22    10
No programs queued
`;

export const CASES: readonly ContractCase[] = [
  {
    name: 'one program runs, two wait',
    source: ONE_RUNS,
    totals: { features: 3, issued: 1200, used: 280, queued: 2, holders: 2, servers: 1 },
  },
  { name: 'two programs run, a second group', source: TWO_RUN, totals: { features: 3, issued: 1010, holders: 3, servers: 1 } },
  { name: 'runs alone', source: RUNS, totals: { features: 2, issued: 0, used: 0, queued: 0, holders: 2, servers: 1 } },
  {
    name: 'no connection',
    source: 'Using default server 31010@localhost\n*** ERROR failed to open server localhost\n',
    totals: { features: 0, servers: 1 },
  },
  {
    name: 'lines that nobody knows',
    source: `${ONE_RUNS}MPPDYNA 12/30/2026\nsome more\n`,
    totals: { features: 3, used: 280 },
    unparsed: 2,
  },
  { name: 'Windows line ends', source: ONE_RUNS.replaceAll('\n', '\r\n'), totals: { features: 3, used: 280, holders: 2 } },
];
