/** What every command that asks a control plane has in common: which one, as whom, and how the answer is printed. */
import type { Command } from 'commander';
import { type Api, createApi } from '../api/client.ts';
import { findTarget, type TargetOptions } from '../api/config.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { jsonOption, type Registrar } from '../registrar.ts';
import type { Shell } from '../shell.ts';
import type { Sayable } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';

export interface OnlineOptions extends TargetOptions {
  readonly json?: boolean;
}

export interface Asking<O> {
  readonly api: Api;
  readonly shell: Shell;
  readonly paint: Paint;
  readonly options: O & OnlineOptions;
  /** Prints the answer: as JSON what the control plane said, or lines for people. */
  answer(value: unknown, lines: Iterable<Sayable>): ExitCode;
}

/** Gives a command its common options and its action; arguments of the command follow the asking. */
export function online<O extends object>(
  { shell, acting }: Registrar,
  command: Command,
  action: (asking: Asking<O>, ...args: string[]) => Promise<ExitCode>,
): Command {
  return command
    .option('--server <url>', 'control plane to ask (GLIDEPATH_SERVER; default: the one signed in to)')
    .option('--environment <name>', 'environment (GLIDEPATH_ENVIRONMENT; default: production)')
    .addOption(jsonOption())
    .action(
      acting(async (...all: unknown[]) => {
        // Commander hands arguments, then options, then the command itself.
        const options = all.at(-2) as O & OnlineOptions;
        const api = createApi(shell, await findTarget(shell, options));
        return action({ api, shell, paint: shell.screen.paint, options, answer }, ...(all.slice(0, -2) as string[]));

        function answer(value: unknown, lines: Iterable<Sayable>): ExitCode {
          if (options.json === true) shell.screen.json(value);
          else for (const line of lines) shell.screen.say(line);
          return EXIT.ok;
        }
      }),
    );
}

/** Repeated options: `--role viewer --role issuer`. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
