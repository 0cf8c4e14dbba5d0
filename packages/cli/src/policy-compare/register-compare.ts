/** `glidepath policy diff`, `compare` and `new`: what a version changes, how policies differ in figures, and where to begin. */
import { writeFile } from 'node:fs/promises';
import { comparePolicies, figuresOf, isSamePolicy } from '@glidepath/core';
import { nodeCrypto } from '@glidepath/protocol/node';
import { readPolicy } from '@glidepath/protocol/policy';
import { Option } from 'commander';
import { type Api, createApi } from '../api/client.ts';
import { findTarget, type TargetOptions } from '../api/config.ts';
import { requirePolicy } from '../commands/policy-file.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import { jsonOption, type Registrar } from '../registrar.ts';
import type { Shell } from '../shell.ts';
import { text } from '../terminal/safe-text.ts';
import { differenceLines, type LiveCounts, nextLine } from './difference-view.ts';
import { figureLines } from './figures-view.ts';
import { MODELS, type Model, modelSource } from './models.ts';
import { type InForce, type NamedPolicy, namedPolicy } from './named-policy.ts';

interface Json {
  readonly json?: boolean;
}

interface DiffOptions extends TargetOptions, Json {
  readonly exitCode?: boolean;
}

interface NewOptions extends Json {
  readonly model: Model;
  readonly out?: string;
}

export function registerCompare({ shell, acting }: Registrar, policy: Registrar['program']): void {
  policy
    .command('diff')
    .description('say who loses or gains what when one policy takes the place of another')
    .argument('<before>', 'policy file, NAME or NAME@ENVIRONMENT (the version in force there), or the digest of a published version')
    .argument('<after>', 'the same')
    .option('--exit-code', 'exit with 1 when there is any difference')
    .option('--server <url>', 'control plane to ask, when one is named (GLIDEPATH_SERVER; default: the one signed in to)')
    .option('--environment <name>', 'environment (GLIDEPATH_ENVIRONMENT; default: production)')
    .addOption(jsonOption())
    .action(acting((before: string, after: string, options: DiffOptions) => diff(shell, before, after, options)));
  policy
    .command('compare')
    .description('put offline time, exposure, notice and the worst loss of several policies side by side')
    .argument('<file...>', 'policy files (YAML or JSON), or - for standard input')
    .addOption(jsonOption())
    .action(acting((files: readonly string[], options: Json) => compare(shell, files, options)));
  policy
    .command('new')
    .description('write a policy to begin with: commented, with promises that it keeps and tests')
    .argument('<name>', 'name of the policy')
    .addOption(new Option('--model <model>', 'how it licenses').choices(MODELS).makeOptionMandatory())
    .option('--out <file>', 'write it there (never over a file) instead of printing it')
    .addOption(jsonOption())
    .action(acting((name: string, options: NewOptions) => write(shell, name, options)));
}

async function diff(shell: Shell, before: string, after: string, options: DiffOptions): Promise<ExitCode> {
  const { screen } = shell;
  const ask = async () => createApi(shell, await findTarget(shell, options));
  const had = await namedPolicy(shell, ask, before);
  const has = await namedPolicy(shell, ask, after);
  const difference = comparePolicies(had.policy, has.policy, { before: had.digest, after: has.digest });
  const counted = had.inForce === null ? null : await count(await ask(), had.inForce, has);
  if (options.json === true) screen.json({ difference, digest: counted?.digest ?? null, live: counted?.live ?? null });
  else {
    for (const line of differenceLines(difference, counted?.live ?? null, screen.paint)) screen.say(line);
    if (had.inForce !== null && counted === null) {
      screen.say();
      screen.say('Who is in these states now is counted for published versions: glidepath policy publish FILE --only');
    }
    screen.say(nextLine(difference, after));
  }
  return options.exitCode === true && !isSamePolicy(difference) ? EXIT.no : EXIT.ok;
}

interface Counted {
  readonly digest: string;
  readonly live: LiveCounts;
}

/** Null: the control plane does not have this version, so it cannot say whom it would concern. */
async function count(api: Api, { name, environment }: InForce, { digest }: NamedPolicy): Promise<Counted | null> {
  try {
    return await api.post<Counted>('/v1/policy-differences', { name, candidate: digest }, environment === undefined ? {} : { environment });
  } catch (error) {
    if (error instanceof Failure && error.detail.code === 'not-found') return null;
    throw error;
  }
}

async function compare(shell: Shell, files: readonly string[], { json }: Json): Promise<ExitCode> {
  const policies = await Promise.all(files.map((file) => requirePolicy(shell, file)));
  const figures = policies.flatMap(figuresOf);
  if (json === true) shell.screen.json({ items: figures });
  else for (const line of figureLines(figures, shell.screen.paint)) shell.screen.say(line);
  return EXIT.ok;
}

async function write(shell: Shell, name: string, { model, out, json }: NewOptions): Promise<ExitCode> {
  const source = modelSource(model, name);
  const { policy, document } = readPolicy(source, nodeCrypto);
  if (policy === null || policy.name !== name)
    throw usage(
      `${JSON.stringify(name)} cannot be the name of a policy: lower-case letters and digits with single dashes between, beginning with a letter, and no word that YAML reads as something else.`,
    );
  if (out !== undefined) await writeNew(out, source);
  if (json === true) shell.screen.json({ name, model, digest: document?.digest ?? null, file: out ?? null, source });
  else if (out === undefined) for (const line of source.trimEnd().split('\n')) shell.screen.say(line);
  else {
    shell.screen.say(text`${shell.screen.paint.good('written')} ${out}: ${policy.title.toLowerCase()}, ${policy.tests.length} tests`);
    shell.screen.say(text`next: glidepath policy verify ${out}`);
  }
  return EXIT.ok;
}

/** What somebody has already begun to change is not written over. */
async function writeNew(file: string, source: string): Promise<void> {
  try {
    await writeFile(file, source, { flag: 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const why = code === 'EEXIST' ? 'it exists already' : code;
    throw new Failure(EXIT.usage, `${file} was not written: ${why}.`, {
      code: 'not-written',
      next: 'glidepath policy new --out ANOTHER-FILE',
    });
  }
}
