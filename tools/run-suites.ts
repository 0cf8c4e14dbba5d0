/**
 * Runs suites one after the other, prints a table of seconds against budget, and closes with the plain line
 * `N passed, N failed` that CI reads. A suite over its budget is told, not failed: these machines are shared.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Suite } from './suites.ts';

interface Outcome {
  readonly suite: Suite;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
}

interface VitestReport {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numTotalTests: number;
}

/** Runs the suites and exits with 1 if anything failed, or if a suite ran no test at all. */
export async function runSuites(suites: readonly Suite[]): Promise<never> {
  const outcomes: Outcome[] = [];
  for (const suite of suites) {
    console.log(`\n── ${suite.name}: ${suite.proves}`);
    outcomes.push(await run(suite));
  }
  report(outcomes);
  process.exit(outcomes.every(({ failed }) => failed === 0) ? 0 : 1);
}

async function run(suite: Suite): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'glidepath-suite-'));
  const file = join(folder, 'report.json');
  const [command = '', ...args] = suite.isVitest ? [...suite.command, `--outputFile.json=${file}`] : suite.command;
  const started = performance.now();
  const status = await new Promise<number>((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' });
    child.on('error', (error) => {
      console.error(`${suite.name}: ${error.message}`);
      resolve(1);
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
  const seconds = (performance.now() - started) / 1000;
  const { passed, failed } = suite.isVitest ? counted(file, status) : { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1 };
  rmSync(folder, { recursive: true, force: true });
  return { suite, passed, failed, seconds };
}

/** A report that is missing, empty, or green beside a failing exit code is a failure of its own. */
function counted(file: string, status: number): { passed: number; failed: number } {
  try {
    const { numPassedTests, numFailedTests, numTotalTests } = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
    const unseen = numTotalTests === 0 || (status !== 0 && numFailedTests === 0) ? 1 : 0;
    return { passed: numPassedTests, failed: numFailedTests + unseen };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

function report(outcomes: readonly Outcome[]): void {
  console.log(`\n${'suite'.padEnd(12)}${'passed'.padStart(8)}${'failed'.padStart(8)}${'seconds'.padStart(10)}${'budget'.padStart(8)}`);
  for (const { suite, passed, failed, seconds } of outcomes) {
    const over = seconds > suite.budgetSeconds ? '  over budget' : '';
    console.log(
      `${suite.name.padEnd(12)}${String(passed).padStart(8)}${String(failed).padStart(8)}${seconds.toFixed(1).padStart(10)}${String(suite.budgetSeconds).padStart(8)}${over}`,
    );
  }
  const sum = (count: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + count(outcome), 0);
  console.log(`\n${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed)} failed`);
}
