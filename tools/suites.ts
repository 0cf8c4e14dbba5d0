/** The suites of the repository with their budget in seconds, as data. CONTRIBUTING.md shows the same table; a test holds the two together. */

export interface Suite {
  readonly name: string;
  readonly proves: string;
  readonly budgetSeconds: number;
  readonly command: readonly string[];
  /** Writes vitest's JSON report, which is counted; other suites count as one check. */
  readonly isVitest: boolean;
}

const vitest = (project: string): string[] => ['vitest', 'run', '--project', project, '--reporter=dot', '--reporter=json'];

/** What `npm test` runs: needs only npm. */
export const SUITES: readonly Suite[] = [
  {
    name: 'types',
    proves: 'core compiles without Node and DOM; everything compiles strict',
    budgetSeconds: 20,
    command: ['npm', 'run', '--silent', 'typecheck'],
    isVitest: false,
  },
  {
    name: 'style',
    proves: 'Biome finds nothing',
    budgetSeconds: 10,
    command: ['biome', 'ci', '--diagnostic-level=warn', '.'],
    isVitest: false,
  },
  {
    name: 'unit',
    proves: 'rules, words, client, readers with 20,000 fuzzed inputs each, commands, vectors, locks',
    budgetSeconds: 300,
    command: vitest('unit'),
    isVitest: true,
  },
  {
    name: 'postgres',
    proves: 'stores agree, crashes lose nothing, embedded PostgreSQL survives',
    budgetSeconds: 240,
    command: vitest('postgres'),
    isVitest: true,
  },
];

/** What `npm run test:system` runs: needs Debian's packages or a second Node, and fails if one is missing. */
export const SYSTEM_SUITES: readonly Suite[] = [
  {
    name: 'system',
    proves: 'packed tarballs on Node 22 and 24; the command and the demo as users run them',
    budgetSeconds: 270,
    command: vitest('system'),
    isVitest: true,
  },
  {
    name: 'histories',
    proves: 'three control planes through 40 kills keep what they promised; three planted faults are caught',
    budgetSeconds: 270,
    command: ['npm', 'run', '--silent', 'test:histories', '--', '--ci'],
    isVitest: false,
  },
];
