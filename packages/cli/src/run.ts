/** Runs one command line to its exit status. Every error of every command is printed here, in one form. */
import { Bug, Fault } from '@glidepath/core';
import { CommanderError } from 'commander';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { Failure } from './failure.ts';
import { createProgram } from './program.ts';
import type { Shell } from './shell.ts';
import { harmlessLines, Safe, text } from './terminal/safe-text.ts';

export async function run(argv: readonly string[], shell: Shell): Promise<ExitCode> {
  let exit: ExitCode = EXIT.ok;
  const program = createProgram(shell, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (error) {
    // Commander has printed its own message, and help that was asked for is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return report(asFailure(error), shell, argv.includes('--json'));
  }
}

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof Fault) return new Failure(EXIT.machine, error.message, { code: error.code });
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const kind = error instanceof Bug ? 'a broken invariant' : 'an error that nobody expected';
  return new Failure(EXIT.bug, `glidepath itself is wrong: ${kind}.`, { code: 'bug', details: what.split('\n') });
}

function report({ exit, message, detail }: Failure, { screen }: Shell, asJson: boolean): ExitCode {
  const { code, details = [], next, facts } = detail;
  if (asJson) {
    screen.jsonRemark({
      error: { code, exit, message, details: details.map(String), next: next === undefined ? null : String(next), ...facts },
    });
    return exit;
  }
  screen.remark(text`${screen.paint.bad('error:')} ${new Safe(harmlessLines(message))}`);
  for (const line of details) screen.remark(text`  ${line}`);
  if (next !== undefined) screen.remark(text`next: ${next}`);
  return exit;
}
