/**
 * `glidepath root`: the files of the roots leave the machine that serves.
 *
 * A root signs the key that signs key sets, once a year or when that key is stolen; it is needed for nothing else and
 * belongs into two safes. Each file is copied, read back, opened with its passphrase, and only then removed here.
 */
import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openRoot } from '@glidepath/protocol/node';
import type { ExitCode } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import type { Registrar } from '../registrar.ts';
import type { Shell } from '../shell.ts';
import { text } from '../terminal/safe-text.ts';
import { defaultDataFolder, rootsFolder } from '../up/folder.ts';
import { type Asking, online } from './online.ts';
import type { RootAnswer } from './views.ts';

interface ExportOptions {
  readonly to: string;
  readonly data?: string;
  readonly check: boolean;
}

export function registerRoot(registrar: Registrar): void {
  const root = registrar.program.command('root').description('take the roots of all trust off the machine that serves');
  const exporting = root.command('export').description('move the encrypted files of the roots elsewhere; asks for each passphrase');
  exporting
    .requiredOption('--to <folder>', 'where to: a disk that leaves this machine')
    .option('--data <folder>', `data folder of the control plane (default: ${defaultDataFolder(registrar.shell.env)})`)
    .option('--no-check', 'do not try the passphrases');
  online<ExportOptions>(registrar, exporting, exportRoots);
}

interface Moved {
  readonly number: number;
  readonly kid: string;
  readonly file: string;
}

async function exportRoots({ api, shell, paint, options, answer }: Asking<ExportOptions>): Promise<ExitCode> {
  const from = rootsFolder(resolve(options.data ?? defaultDataFolder(shell.env)));
  const to = resolve(options.to);
  const { items: roots } = await api.get<{ items: readonly RootAnswer[] }>('/v1/roots');
  const files = (await readdir(from).catch(() => [])).filter((name) => name.endsWith('.json'));
  if (files.length === 0)
    throw usage(`there is no file of a root in ${from}.`, {
      details: ['they may have been exported already: glidepath key list'],
      next: 'name the data folder: --data FOLDER',
    });
  await mkdir(to, { recursive: true, mode: 0o700 });
  const moved: Moved[] = [];
  for (const name of files.toSorted()) moved.push(await move(shell, join(from, name), join(to, name), roots, options.check));
  for (const { number } of moved) await api.post(`/v1/roots/${number}/exported`, {});
  return answer({ items: moved }, [
    ...moved.map(({ number, file }) => text`${paint.good('moved')} root ${number} to ${file}`),
    'Keep each file and its passphrase apart, the two roots in two places.',
  ]);
}

async function move(shell: Shell, from: string, to: string, roots: readonly RootAnswer[], check: boolean): Promise<Moved> {
  const content = await readFile(from, 'utf8');
  const file: { kid?: unknown } = parse(content);
  const root = roots.find(({ kid }) => kid === file.kid);
  if (root === undefined)
    throw usage(`${from} is no root of this control plane.`, { next: 'sign in to the one whose data folder this is' });
  if (check) {
    const opened = openRoot(file, (await shell.readSecret(`passphrase of root ${root.number}: `)).trim());
    if (!opened.ok)
      throw usage(`root ${root.number}: ${opened.message}`, {
        code: opened.reason,
        details: ['nothing was moved that this passphrase does not open'],
      });
  }
  await copyFile(from, to, constants.COPYFILE_EXCL).catch((error: unknown) => {
    throw usage(`${to} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  });
  const handle = await open(to, 'r+');
  await handle.chmod(0o600).catch(() => {});
  await handle.sync().finally(() => handle.close());
  if ((await readFile(to, 'utf8')) !== content) throw usage(`${to} does not read back as it was written; ${from} stays.`);
  await rm(from);
  return { number: root.number, kid: root.kid, file: to };
}

function parse(content: string): { kid?: unknown } {
  try {
    return JSON.parse(content) ?? {};
  } catch {
    return {};
  }
}
