/** Findings as SARIF 2.1.0 (OASIS), which code hosts show beside the line of a change. */
import { VERSION } from '../version.ts';
import { placed, type VerifiedFile } from './verify-files.ts';

interface Finding {
  readonly ruleId: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

export function sarifOf(files: readonly VerifiedFile[]): unknown {
  const found = files.map((file) => ({ file, findings: findingsOf(file) }));
  const rules = [...new Set(found.flatMap(({ findings }) => findings.map(({ ruleId }) => ruleId)))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'glidepath', version: VERSION, rules: rules.map((id) => ({ id })) } },
        columnKind: 'unicodeCodePoints',
        results: found.flatMap(({ file, findings }) => findings.map((finding) => resultOf(file, finding, rules))),
      },
    ],
  };
}

function resultOf({ file }: VerifiedFile, { ruleId, message, line, column }: Finding, rules: readonly string[]): unknown {
  return {
    ruleId,
    ruleIndex: rules.indexOf(ruleId),
    level: 'error',
    message: { text: message },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: line, startColumn: column } } }],
  };
}

/** A relative reference with forward slashes; standard input has no address. */
function uriOf(file: string): string {
  return file === '-' ? 'stdin' : file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
}

export function findingsOf(verified: VerifiedFile): readonly Finding[] {
  const { reading, tests } = verified;
  return [
    ...reading.violations.map(({ code, message, found, expected, line, column }) => ({
      ...{ ruleId: code, message: `${message}: found ${found}, expected ${expected}`, line, column },
    })),
    ...placed(verified).map(({ violation, line, column }) => ({ ruleId: violation.rule, message: storyOf(violation), line, column })),
    ...tests.flatMap((test, position) =>
      test.passed
        ? []
        : [{ ruleId: 'test-failed', message: `The test "${test.name}" fails`, ...reading.locate(['spec', 'tests', position], 'value') }],
    ),
  ];
}

function storyOf({ message, counterexample }: ReturnType<typeof placed>[number]['violation']): string {
  return [`${message}.`, ...counterexample.steps.map(({ sentence }) => sentence)].join(' ');
}
