/** A proof for people: each violation as a story that can be read aloud, then what was promised and what stays open. */
import { durationWords, type PolicyTestResult, type ProofOf, type ProofStep } from '@glidepath/core';
import { violationLines } from '../commands/policy-file.ts';
import { severity } from '../commands/policy-view.ts';
import type { Shell } from '../shell.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import { type PlacedViolation, placed, type VerifiedFile } from './verify-files.ts';

/** As many stories as anybody reads; the others are in `--json` and in the drills. */
const STORIES_MAX = 20;

export function verifiedLines(verified: VerifiedFile, shell: Shell): readonly Sayable[] {
  const { paint } = shell.screen;
  const { file, reading, proved, tests } = verified;
  const found = placed(verified);
  return [
    ...reading.violations.flatMap((violation) => violationLines(verified, violation, shell)),
    ...found.slice(0, STORIES_MAX).flatMap((one) => storyLines(file, one, paint)),
    ...(found.length > STORIES_MAX ? [text`… and ${found.length - STORIES_MAX} more: --json has all of them`] : []),
    ...tests.flatMap((test, position) => (test.passed ? [] : testLines(verified, test, position))),
    ...promiseLines(proved?.proof?.promises ?? [], paint),
    ...(proved?.proof?.notes ?? []).map(({ message }) => text`  ${paint.dim('note')}  ${message}`),
    verdictLine(verified, paint),
  ];
}

function storyLines(file: string, { violation, line, column }: PlacedViolation, paint: Paint): readonly Sayable[] {
  const { rule, message, counterexample } = violation;
  return [
    text`${paint.bold(`${file}:${line}:${column}`)}  ${paint.bad(rule)}: ${message}`,
    ...table(
      counterexample.steps.map((step) => stepRow(step, paint)),
      { indent: 2 },
    ),
    text`  ${paint.dim('try:')} glidepath decide --policy ${file} --given '${JSON.stringify(counterexample.given)}'`,
  ];
}

function stepRow({ atMs, sentence, tier, cause, notify }: ProofStep, paint: Paint): readonly Sayable[] {
  const by = cause === 'none' ? '' : `by ${cause}`;
  return [atMs === 0 ? 'at first' : `after ${durationWords(atMs)}`, sentence, tier, by, notify === 'none' ? '' : severity(notify, paint)];
}

function testLines({ file, reading }: VerifiedFile, test: PolicyTestResult, position: number): readonly Sayable[] {
  const { line, column } = reading.locate(['spec', 'tests', position], 'value');
  const wrong = test.differences.map(
    ({ word, expected, found }) => text`  ${word}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`,
  );
  return [text`${file}:${line}:${column}  test failed: ${test.name}`, ...test.problems.map(({ message }) => text`  ${message}`), ...wrong];
}

/** Broken ones first; what every policy keeps is one line while it is kept. */
function promiseLines(promises: readonly ProofOf[], paint: Paint): readonly Sayable[] {
  const listed = promises.filter(({ guarantee, isKept }) => guarantee !== null || !isKept);
  const builtIn = promises.filter(({ guarantee }) => guarantee === null);
  const kept = builtIn.filter(({ isKept }) => isKept).length;
  const rows = listed
    .toSorted((a, b) => Number(a.isKept) - Number(b.isKept))
    .map(({ promise, isKept }): readonly Sayable[] => [isKept ? paint.good('kept') : paint.bad('broken'), promise]);
  const common = builtIn.length === 0 ? [] : [[paint.good('kept'), `${kept} of ${builtIn.length} promises that every policy makes`]];
  return table([...rows, ...common], { indent: 2 });
}

function verdictLine({ file, reading, proved, proofMs, tests, isGood }: VerifiedFile, paint: Paint): Sayable {
  const name = proved?.policy?.name ?? '';
  if (proved?.proof == null) return text`${paint.bold(file)}: ${paint.bad('not proved')}, the document cannot be decided`;
  const { states, violations } = proved.proof;
  const took = `${states.toLocaleString('en-US')} states in ${Math.ceil(proofMs)} ms`;
  const passed = tests.filter((test) => test.passed).length;
  const tested = tests.length === 0 ? '' : `, ${passed} of ${tests.length} tests passed`;
  if (isGood) return text`${paint.bold(file)}: ${paint.good('proved')}  ${name}  ${took}${tested}  ${reading.document?.digest}`;
  const wrong = [counted(violations.length, 'promise', 'broken'), counted(reading.violations.length, 'publishing rule', 'broken')];
  const what = wrong.filter((words) => words !== '').join(', ') || 'tests fail';
  return text`${paint.bold(file)}: ${paint.bad(what)}  ${name}  ${took}${tested}`;
}

function counted(count: number, noun: string, participle: string): string {
  return count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'} ${participle}`;
}
