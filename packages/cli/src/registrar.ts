/** What every command is registered with. */
import { type Command, Option } from 'commander';
import type { ExitCode } from './exit-codes.ts';
import type { Shell } from './shell.ts';

export interface Registrar {
  readonly shell: Shell;
  readonly program: Command;
  /** Wraps an action so that what it gives becomes the exit status. */
  acting<A extends unknown[]>(action: (...args: A) => Promise<ExitCode>): (...args: A) => Promise<void>;
}

/** `--json`, which every command has. */
export function jsonOption(): Option {
  return new Option('--json', 'print JSON for programs');
}
