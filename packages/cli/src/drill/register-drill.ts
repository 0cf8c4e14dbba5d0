/** `glidepath drill`: what is wrong with a drill file, and the schema that editors hold it to. Needs no server. */
import { formatDuration } from '@glidepath/core';
import { readDrill } from '@glidepath/protocol/drill';
import { type PolicyFile, readSource, violationLines } from '../commands/policy-file.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { jsonOption, type Registrar } from '../registrar.ts';
import type { Shell } from '../shell.ts';
import { text } from '../terminal/safe-text.ts';

export function registerDrill({ program, shell, acting }: Registrar): void {
  const drill = program.command('drill').description('scenarios: what happens when, and what is expected of it');
  drill
    .command('check')
    .description('report every mistake in drill files with its place')
    .argument('<file...>', 'drill files (YAML or JSON), or - for standard input')
    .addOption(jsonOption())
    .action(acting((files: readonly string[], { json }: { json?: boolean }) => check(shell, files, json === true)));
  drill
    .command('schema')
    .description('print the JSON Schema of drill files, for editors')
    .action(
      acting(async () => {
        const { DrillSchema } = await import('@glidepath/protocol');
        shell.screen.json(DrillSchema);
        return EXIT.ok;
      }),
    );
}

async function check(shell: Shell, files: readonly string[], asJson: boolean): Promise<ExitCode> {
  const checked: { readonly file: Pick<PolicyFile, 'file' | 'source'>; readonly read: ReturnType<typeof readDrill> }[] = [];
  for (const file of files) {
    const bytes = await readSource(shell, file, 'glidepath drill check FILE');
    checked.push({ file: { file, source: new TextDecoder().decode(bytes) }, read: readDrill(bytes) });
  }
  // Worst first: what must be mended stands where it is read first.
  const ordered = checked.toSorted((a, b) => Number(a.read.drill !== null) - Number(b.read.drill !== null));
  if (asJson) {
    shell.screen.json({
      files: ordered.map(({ file: { file }, read: { drill, violations } }) => ({
        file,
        ok: drill !== null,
        name: drill?.name ?? null,
        violations,
      })),
    });
  } else {
    for (const { file, read } of ordered) sayChecked(shell, file, read);
  }
  return checked.every(({ read }) => read.drill !== null) ? EXIT.ok : EXIT.no;
}

function sayChecked(shell: Shell, file: Pick<PolicyFile, 'file' | 'source'>, { drill, violations }: ReturnType<typeof readDrill>): void {
  const { screen } = shell;
  const { paint } = screen;
  for (const violation of violations) for (const line of violationLines(file, violation, shell)) screen.say(line);
  const count = violations.length;
  if (drill === null) screen.say(text`${paint.bold(file.file)}: ${paint.bad(`${count} mistake${count === 1 ? '' : 's'}`)}`);
  else {
    const { events, expect, world } = drill;
    const holds = `${events.length} event${events.length === 1 ? '' : 's'} and ${expect.length} expectation${expect.length === 1 ? '' : 's'} in ${formatDuration(world.untilMs)}`;
    screen.say(
      text`${paint.bold(file.file)}: ${paint.good('valid')}, ${holds} for ${world.nodes} node${world.nodes === 1 ? '' : 's'}  ${drill.name}`,
    );
  }
}
