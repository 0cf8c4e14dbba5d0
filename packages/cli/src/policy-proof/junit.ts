/** A proof as JUnit XML: a suite per file, a case per promise and per test, which every CI system can list. */
import type { VerifiedFile } from './verify-files.ts';
import { nameOf } from './verify-files.ts';

interface Case {
  readonly name: string;
  readonly kind: 'document' | 'promise' | 'test';
  /** What to read when it failed; null: it did not. */
  readonly failure: string | null;
}

export function junitOf(files: readonly VerifiedFile[]): string {
  const suites = files.map(suiteOf);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('')}</testsuites>\n`;
}

function suiteOf(verified: VerifiedFile): string {
  const cases = casesOf(verified);
  const failures = cases.filter(({ failure }) => failure !== null).length;
  const suite = nameOf(verified);
  const seconds = (verified.proofMs / 1_000).toFixed(3);
  const lines = cases.map((one) => caseOf(suite, one));
  return `  <testsuite name="${escaped(suite)}" file="${escaped(verified.file)}" tests="${cases.length}" failures="${failures}" errors="0" time="${seconds}">\n${lines.join('')}  </testsuite>\n`;
}

function casesOf({ reading, proved, tests }: VerifiedFile): readonly Case[] {
  const broken = reading.violations.map(({ line, column, message, found, expected }) => {
    return `${line}:${column} ${message}: found ${found}, expected ${expected}`;
  });
  const violations = proved?.proof?.violations ?? [];
  const promises = (proved?.proof?.promises ?? []).map(({ rule, promise, guarantee, isKept }): Case => {
    const mine = violations.filter((one) => one.rule === rule && isAbout(one.path, guarantee));
    const stories = (mine.length > 0 ? mine : violations.filter((one) => one.rule === rule)).map(({ message, counterexample }) =>
      [message, ...counterexample.steps.map(({ sentence }) => `  ${sentence}`)].join('\n'),
    );
    return { name: promise, kind: 'promise', failure: isKept ? null : stories.join('\n') };
  });
  return [
    { name: 'keeps the publishing rules', kind: 'document', failure: broken.length === 0 ? null : broken.join('\n') },
    ...promises,
    ...tests.map(({ name, passed, differences, problems }): Case => {
      const wrong = differences.map(
        ({ word, expected, found }) => `${word}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`,
      );
      return { name, kind: 'test', failure: passed ? null : [...problems.map(({ message }) => message), ...wrong].join('\n') };
    }),
  ];
}

function isAbout(path: readonly (string | number)[], guarantee: number | null): boolean {
  const own = path[1] === 'guarantees' ? path[2] : null;
  return own === guarantee;
}

function caseOf(suite: string, { name, kind, failure }: Case): string {
  const open = `    <testcase classname="${escaped(suite)}.${kind}" name="${escaped(name)}"`;
  if (failure === null) return `${open}/>\n`;
  const first = failure.split('\n')[0] ?? '';
  return `${open}>\n      <failure message="${escaped(first)}">${escaped(failure)}</failure>\n    </testcase>\n`;
}

/** Characters that XML 1.0 cannot hold at all are named instead. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');
}
