/**
 * A command that cannot do what was asked: why, what was found and expected, and what to type next.
 *
 * Thrown from anywhere in a command and printed in one place, so that every error reads the same and carries its exit
 * status. Not for answers: a "no" that was asked for is printed by the command itself.
 */
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Sayable } from './terminal/safe-text.ts';

export interface FailureDetail {
  /** Stable word, for `--json`. */
  readonly code: string;
  /** One line per fact: where, what was found, what was expected. */
  readonly details?: readonly Sayable[];
  /** The next command to type, or act to do. */
  readonly next?: Sayable;
  /** For `--json`: what the server's problem document said. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exit: ExitCode;
  readonly detail: FailureDetail;

  constructor(exit: ExitCode, message: string, detail: FailureDetail) {
    super(message);
    this.exit = exit;
    this.detail = detail;
  }
}

export function usage(message: string, detail: Omit<FailureDetail, 'code'> & { code?: string } = {}): Failure {
  return new Failure(EXIT.usage, message, { code: 'bad-input', ...detail });
}
