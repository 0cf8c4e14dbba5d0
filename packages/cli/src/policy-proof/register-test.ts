/** `glidepath policy test`: runs the tests of policies, and says which rungs and tiers none of them reaches. */
import { type Coverage, coverageOf, type PolicyTestResult, runPolicyTests, type SuggestedTest } from '@glidepath/core';
import { readPolicyFile, violationLines } from '../commands/policy-file.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import { jsonOption, type Registrar } from '../registrar.ts';
import type { Shell } from '../shell.ts';
import { type Safe, text } from '../terminal/safe-text.ts';
import { suggestedLines } from './suggested-view.ts';

interface TestOptions {
  readonly minCoverage?: string;
  readonly json?: boolean;
}

interface Tested {
  readonly file: string;
  readonly name: string;
  readonly tests: readonly PolicyTestResult[];
  readonly coverage: Coverage;
  readonly isGood: boolean;
}

export function registerTest({ shell, acting }: Registrar, policy: Registrar['program']): void {
  policy
    .command('test')
    .description('run the tests of policies, and say which rungs and tiers none of them reaches')
    .argument('<file...>', 'policy files (YAML or JSON), or - for standard input')
    .option('--min-coverage <percent>', 'fail when the tests reach less of the rungs and tiers')
    .addOption(jsonOption())
    .action(acting((files: readonly string[], options: TestOptions) => test(shell, files, options)));
}

async function test(shell: Shell, files: readonly string[], { minCoverage, json }: TestOptions): Promise<ExitCode> {
  const least = minCoverage === undefined ? 0 : percentOf(minCoverage);
  const tested: Tested[] = [];
  for (const file of files) tested.push(await testFile(shell, file, least));
  const ordered = tested.toSorted((a, b) => Number(a.isGood) - Number(b.isGood));
  if (json === true) shell.screen.json({ files: ordered.map(({ isGood, ...one }) => ({ ...one, ok: isGood })) });
  else for (const one of ordered) for (const line of testedLines(one, least, shell)) shell.screen.say(line);
  return tested.every(({ isGood }) => isGood) ? EXIT.ok : EXIT.no;
}

async function testFile(shell: Shell, file: string, least: number): Promise<Tested> {
  const read = await readPolicyFile(shell, file);
  const { policy, violations } = read.reading;
  if (policy === null) {
    const details = violations.flatMap((violation) => violationLines(read, violation, shell));
    throw new Failure(EXIT.no, `${file} is no valid policy: its tests were not run.`, { code: 'policy-invalid', details });
  }
  const tests = runPolicyTests(policy);
  const coverage = coverageOf(policy);
  const isGood = tests.every(({ passed }) => passed) && coverage.share * 100 >= least;
  return { file, name: policy.name, tests, coverage, isGood };
}

function percentOf(words: string): number {
  const found = Number(/^(\d{1,3}(?:\.\d+)?)\s*%?$/.exec(words)?.[1] ?? Number.NaN);
  if (!(found <= 100)) throw usage(`--min-coverage is no share: ${words}`, { details: ['expected: percent, such as 90%'] });
  return found;
}

function testedLines({ file, name, tests, coverage, isGood }: Tested, least: number, { screen: { paint } }: Shell): readonly Safe[] {
  const failed = tests.filter(({ passed }) => !passed);
  const missing = [
    ...coverage.rungs.filter((rung) => rung.tests.length === 0).map(({ rung }) => rung),
    ...coverage.tiers.filter((tier) => tier.tests.length === 0).map(({ tier }) => `tier ${tier}`),
  ];
  const suggested = coverage.rungs.flatMap(({ suggested: one }): readonly SuggestedTest[] => (one === null ? [] : [one]));
  const share = `${Math.floor(coverage.share * 1_000) / 10} %`;
  const isEnough = coverage.share * 100 >= least;
  const verdict = `${tests.length - failed.length} of ${tests.length} tests passed`;
  return [
    ...failed.flatMap(({ name: test, problems, differences }) => [
      text`  ${paint.bad('failed')}  ${test}`,
      ...problems.map(({ message }) => text`          ${message}`),
      ...differences.map(
        ({ word, expected, found }) => text`          ${word}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`,
      ),
    ]),
    ...missing.map((what) => text`  ${paint.dim('no test')} ${what}`),
    text`${paint.bold(file)}: ${failed.length === 0 ? paint.good(verdict) : paint.bad(verdict)}, ${isEnough ? share : paint.bad(share)} of rungs and tiers reached${isEnough ? '' : `, ${least} % wanted`}  ${name}`,
    ...(suggested.length === 0
      ? []
      : [text`\nwould reach what none does; they hold of the policy as it is:`, ...suggestedLines(suggested)]),
    ...(isGood && suggested.length === 0 ? [text`next: glidepath policy mutate ${file}`] : []),
  ];
}
