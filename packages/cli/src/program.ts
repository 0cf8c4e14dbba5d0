/** The command line as a tree: what can be asked, with which words. What it does lies in `commands/`. */
import { nearest } from '@glidepath/core';
import { Command } from 'commander';
import { registerApproval } from './approval/register-approval.ts';
import { registerBackup } from './backup/register-backup.ts';
import { registerAccess } from './commands/access.ts';
import { registerAgent } from './commands/agent.ts';
import { registerApply } from './commands/apply.ts';
import { registerBreakGlass } from './commands/break-glass.ts';
import { registerChannel } from './commands/channel.ts';
import { registerCompletion } from './commands/completion.ts';
import { registerDecide } from './commands/decide.ts';
import { registerDiscover } from './commands/discover.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerInventory } from './commands/inventory.ts';
import { registerKey } from './commands/key.ts';
import { registerLease } from './commands/lease.ts';
import { registerLicense } from './commands/license.ts';
import { registerNotice } from './commands/notice.ts';
import { registerOwner } from './commands/owner.ts';
import { registerPolicy } from './commands/policy.ts';
import { registerProbe } from './commands/probe.ts';
import { registerRoot } from './commands/root.ts';
import { registerStatus } from './commands/status.ts';
import { registerWhere } from './commands/where.ts';
import { registerDemo } from './demo/register-demo.ts';
import { registerDrill } from './drill/register-drill.ts';
import { registerEnvironment } from './environment/register-environment.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';
import type { Registrar } from './registrar.ts';
import type { Shell } from './shell.ts';
import { harmlessLines, Safe } from './terminal/safe-text.ts';
import { table } from './terminal/table.ts';
import { registerUp } from './up/up.ts';
import { registerUsage } from './usage/register-usage.ts';

export function createProgram(shell: Shell, exitWith: (code: ExitCode) => void): Command {
  const program = new Command('glidepath')
    .description('A licence control plane run like a production service.')
    .exitOverride()
    // An option behind a subcommand is that subcommand's, also where the command above has one of the same name.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (words) => shell.screen.say(new Safe(harmlessLines(words.trimEnd()))),
      writeErr: (words) => shell.screen.remark(new Safe(harmlessLines(words.trimEnd()))),
    })
    .showHelpAfterError('(add --help for the words of this command)')
    .helpCommand(false);
  const registrar: Registrar = {
    shell,
    program,
    acting:
      (action) =>
      async (...args) =>
        exitWith(await action(...args)),
  };
  registerUp(registrar);
  registerPolicy(registrar);
  registerDrill(registrar);
  registerEnvironment(registrar);
  registerApproval(registrar);
  registerDecide(registrar);
  registerLicense(registrar);
  registerLease(registrar);
  registerUsage(registrar);
  registerKey(registrar);
  registerRoot(registrar);
  registerAccess(registrar);
  registerBreakGlass(registrar);
  registerBackup(registrar);
  registerDoctor(registrar);
  registerStatus(registrar);
  registerWhere(registrar);
  registerNotice(registrar);
  registerChannel(registrar);
  registerOwner(registrar);
  registerDiscover(registrar);
  registerApply(registrar);
  registerInventory(registrar);
  registerProbe(registrar);
  registerAgent(registrar);
  registerCompletion(registrar);
  registerDemo(registrar);
  registerHelp(registrar);
  return program;
}

function registerHelp({ program, shell }: Registrar): void {
  program
    .command('help [topic...]')
    .description('explain a command, or: glidepath help exit-codes')
    .action((topic: readonly string[]) => {
      if (topic.length === 1 && topic[0] === 'exit-codes') {
        for (const line of table(
          EXIT_CODES.map(({ code, means }) => [code, means]),
          { right: [0] },
        ))
          shell.screen.say(line);
        return;
      }
      let found: Command = program;
      for (const word of topic) {
        const next = found.commands.find((command) => command.name() === word);
        if (next === undefined) found.error(unknownTopic(word, found), { exitCode: 2 });
        else found = next;
      }
      found.outputHelp();
    });
}

function unknownTopic(word: string, command: Command): string {
  const near = nearest(word, [...command.commands.map((one) => one.name()), 'exit-codes']);
  return `error: there is no command '${word}' to explain${near === null ? '' : `; did you mean '${near}'?`}`;
}
