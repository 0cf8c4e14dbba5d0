/**
 * `glidepath probe`: what a saved output of a licence server says, or what the server itself says now, without a control
 * plane.
 *
 * Only the words are here: connectors bring parsers along, which no other command should wait for.
 */

import type { ProbeOptions } from '../probe/probe-options.ts';
import { jsonOption, type Registrar } from '../registrar.ts';
import { collect } from './online.ts';

export function registerProbe({ program, shell, acting }: Registrar): void {
  program
    .command('probe [kind]')
    .description('read a saved output of a licence server, a licence file or a key; or ask the server itself. Without a kind: list them')
    .option('--input <file>', 'saved output to read; - for standard input')
    .option('--zone <name>', 'time zone of the licence server (IANA): a day ends there', 'UTC')
    .option('--now <when>', "completes dates without a year; default: the output's own date")
    .option('--verify-with <file>', 'key that signatures are verified with')
    .option('--open-with <reference>', 'what encrypted sources are opened with: env:NAME or file:PATH')
    .option('--set <name=value>', 'ask the server itself, with this setting; may be repeated', collect)
    .option('--agent-file <file>', "an agent's own file: names the commands, folders, addresses and credentials that settings may name")
    .option('--egress-allow <range>', 'range of addresses beyond public ones that may be asked, such as 10.0.0.0/8', collect)
    .addOption(jsonOption())
    .action(
      acting(async (kind: string | undefined, options: ProbeOptions) => {
        const { listKinds, probe } = await import('../probe/probe.ts');
        return kind === undefined ? listKinds(shell, options) : probe(shell, kind, options);
      }),
    );
}
