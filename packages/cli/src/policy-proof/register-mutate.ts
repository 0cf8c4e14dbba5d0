/** `glidepath policy mutate`: breaks a policy in every small way, and says which of them neither its tests nor the proof would notice. */
import { type Judged, judgeMutant, type Mutant, mutantsOf, type SuggestedTest } from '@glidepath/core';
import { readPolicyFile, requirePolicy } from '../commands/policy-file.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { jsonOption, type Registrar } from '../registrar.ts';
import type { Shell } from '../shell.ts';
import { type Safe, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { suggestedLines } from './suggested-view.ts';

interface MutateOptions {
  readonly json?: boolean;
}

export function registerMutate({ shell, acting }: Registrar, policy: Registrar['program']): void {
  policy
    .command('mutate')
    .description('break a policy in every small way, and give the tests that would notice what nothing notices now')
    .argument('<file>', 'policy file (YAML or JSON), or - for standard input')
    .addOption(jsonOption())
    .action(acting((file: string, options: MutateOptions) => mutate(shell, file, options)));
}

interface Fared {
  readonly mutant: Mutant;
  readonly judged: Judged;
}

const PROGRESS_MS = 1_000;

async function mutate(shell: Shell, file: string, { json }: MutateOptions): Promise<ExitCode> {
  const { screen } = shell;
  const { reading } = await readPolicyFile(shell, file);
  const policy = await requirePolicy(shell, file);
  const mutants = mutantsOf((reading.document?.tree ?? {}) as Parameters<typeof mutantsOf>[0]);
  const fared: Fared[] = [];
  let said = performance.now();
  for (const mutant of mutants) {
    fared.push({ mutant, judged: judgeMutant(policy, mutant) });
    if (performance.now() - said < PROGRESS_MS) continue;
    said = performance.now();
    screen.remark(text`${fared.length} of ${mutants.length} mutants`);
  }
  const survivors = fared.filter(({ judged: { kind } }) => kind === 'survived' || kind === 'unseen');
  if (json === true)
    screen.json({ file, name: policy.name, mutants: fared.map(({ mutant: { path, change }, judged }) => ({ path, change, ...judged })) });
  else for (const line of mutatedLines(file, fared, survivors, screen.paint)) screen.say(line);
  return survivors.length === 0 ? EXIT.ok : EXIT.no;
}

function mutatedLines(file: string, fared: readonly Fared[], survivors: readonly Fared[], paint: Paint): readonly Safe[] {
  const count = (is: (judged: Judged) => boolean) => fared.filter(({ judged }) => is(judged)).length;
  const killed = (by: string) => count((judged) => judged.kind === 'killed' && judged.by === by);
  const equivalent = fared.filter(({ judged }) => judged.kind === 'equivalent');
  const tests = survivors.flatMap(({ judged }): readonly SuggestedTest[] => (judged.kind === 'survived' ? [judged.test] : []));
  const survived = `${survivors.length} survived`;
  const how = `${killed('rule')} broke a publishing rule, ${killed('test')} failed a test, ${killed('proof')} were not proved`;
  return [
    ...survivors.map(
      ({ mutant, judged }) => text`  ${paint.bad('survived')}    ${placeOf(mutant)}${judged.kind === 'unseen' ? `: ${judged.what}` : ''}`,
    ),
    ...equivalent.map(({ mutant }) => text`  ${paint.dim('equivalent')}  ${placeOf(mutant)}`),
    text`${paint.bold(file)}: ${survivors.length === 0 ? paint.good(survived) : paint.bad(survived)} of ${fared.length} mutants; ${how}, ${equivalent.length} decide every state alike`,
    ...(tests.length === 0 ? [] : [text`\ntests that would notice; they hold of the policy as it is:`, ...suggestedLines(tests)]),
  ];
}

function placeOf({ path, change }: Mutant): string {
  return `${path.filter((part) => part !== 'spec' && part !== 'glidePath').join('.')}: ${change}`;
}
