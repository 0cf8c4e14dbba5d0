/** `glidepath policy`: what is wrong with a policy file, what it says, and the schema it is held to. Needs no server. */
import { type Policy, type PolicyTestResult, runPolicyTests } from '@glidepath/core';

import { EXIT, type ExitCode } from '../exit-codes.ts';
import { registerPolicyApply } from '../policy-apply/register-policy-apply.ts';
import { registerAudit } from '../policy-audit/register-audit.ts';
import { registerCompare } from '../policy-compare/register-compare.ts';
import { registerMutate } from '../policy-proof/register-mutate.ts';
import { registerTest } from '../policy-proof/register-test.ts';
import { registerVerify } from '../policy-proof/register-verify.ts';
import { registerReplay } from '../policy-replay/register-replay.ts';
import { registerDifferences } from '../policy-replay/show-differences.ts';
import { registerRollout } from '../policy-rollout/register-rollout.ts';
import { jsonOption, type Registrar } from '../registrar.ts';
import type { Shell } from '../shell.ts';
import { join, text } from '../terminal/safe-text.ts';
import { type PolicyFile, readPolicyFile, requirePolicy, violationLines } from './policy-file.ts';
import { policyLines } from './policy-view.ts';
import { registerPublish } from './publish.ts';

export function registerPolicy(registrar: Registrar): void {
  const { program, shell, acting } = registrar;
  const policy = program.command('policy').description('check, show and publish policies');
  policy
    .command('check')
    .description('report every violation with its place, run the tests of the policy, print its digest')
    .argument('<file...>', 'policy files (YAML or JSON), or - for standard input')
    .addOption(jsonOption())
    .action(acting(async (files: readonly string[], { json }: { json?: boolean }) => check(shell, files, json === true)));
  policy
    .command('show')
    .description('show a policy as tables: tiers, plans, glide path, guarantees')
    .argument('<file>', 'policy file, or - for standard input')
    .addOption(jsonOption())
    .action(acting(async (file: string, { json }: { json?: boolean }) => show(shell, file, json === true)));
  policy
    .command('schema')
    .description('print the JSON Schema of policy files, for editors')
    .action(
      acting(async () => {
        const { policySchema } = await import('@glidepath/protocol');
        shell.screen.json(policySchema);
        return EXIT.ok;
      }),
    );
  registerVerify(registrar, policy);
  registerTest(registrar, policy);
  registerMutate(registrar, policy);
  registerCompare(registrar, policy);
  registerPublish(registrar, policy);
  registerPolicyApply(registrar, policy);
  registerRollout(registrar, policy);
  registerAudit(registrar, policy);
  registerReplay(registrar, policy);
  registerDifferences(registrar, policy);
}

interface Checked extends PolicyFile {
  readonly tests: readonly PolicyTestResult[];
  readonly isGood: boolean;
}

async function check(shell: Shell, files: readonly string[], asJson: boolean): Promise<ExitCode> {
  const checked: Checked[] = [];
  for (const file of files) {
    const read = await readPolicyFile(shell, file);
    const tests = read.reading.policy === null ? [] : runPolicyTests(read.reading.policy);
    checked.push({ ...read, tests, isGood: read.reading.policy !== null && tests.every(({ passed }) => passed) });
  }
  // Worst first: what must be mended stands where it is read first.
  const ordered = checked.toSorted((a, b) => Number(a.isGood) - Number(b.isGood));
  if (asJson) shell.screen.json({ files: ordered.map(jsonOf) });
  else for (const one of ordered) sayChecked(shell, one);
  return checked.every(({ isGood }) => isGood) ? EXIT.ok : EXIT.no;
}

function jsonOf({ file, reading, tests, isGood }: Checked): unknown {
  const { document, policy, violations, remarks } = reading;
  return { file, ok: isGood, name: policy?.name ?? null, digest: document?.digest ?? null, violations, remarks, tests };
}

function sayChecked(shell: Shell, checked: Checked): void {
  const { screen } = shell;
  const { paint } = screen;
  const { file, reading, tests } = checked;
  const failed = tests.filter(({ passed }) => !passed);
  for (const violation of reading.violations) for (const line of violationLines(checked, violation, shell)) screen.say(line);
  tests.forEach((test, position) => {
    if (!test.passed) for (const line of failureLines(checked, test, position)) screen.say(line);
  });
  for (const { line, column, path, message } of reading.remarks) {
    screen.say(text`${paint.dim(`${file}:${line}:${column}`)}  note: ${message}  ${paint.dim(join(path, '.'))}`);
  }
  const count = reading.violations.length;
  const verdict = reading.policy === null ? paint.bad(`${count} violation${count === 1 ? '' : 's'}`) : paint.good('valid');
  const passed = `${tests.length - failed.length} of ${tests.length} tests passed`;
  const outcome = tests.length === 0 ? 'no tests' : failed.length === 0 ? paint.good(passed) : paint.bad(passed);
  const rest = reading.policy === null ? text`` : text`, ${outcome}  ${reading.policy.name}  ${reading.document?.digest}`;
  screen.say(text`${paint.bold(file)}: ${verdict}${rest}`);
}

function failureLines(
  { file, reading }: Checked,
  { name, differences, problems }: PolicyTestResult,
  position: number,
): readonly ReturnType<typeof text>[] {
  const { line, column } = reading.locate(['spec', 'tests', position], 'value');
  return [
    text`${file}:${line}:${column}  test failed: ${name}`,
    ...problems.map(({ message }) => text`  ${message}`),
    ...differences.map(
      ({ word, expected, found }) => text`  ${word}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`,
    ),
  ];
}

async function show(shell: Shell, file: string, asJson: boolean): Promise<ExitCode> {
  const policy: Policy = await requirePolicy(shell, file);
  if (asJson) shell.screen.json(policy);
  else for (const line of policyLines(policy, shell.screen.paint)) shell.screen.say(line);
  return EXIT.ok;
}
