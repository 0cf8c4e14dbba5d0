/** `glidepath policy audit`: checks the whole log, and that policies and licenses are what it says, from a server or a file. */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { type CheckedLog, checkLog, type ExportedLine, type LogPart } from '@glidepath/protocol';
import { nodeCrypto } from '@glidepath/protocol/node';
import { createApi } from '../api/client.ts';
import { findTarget, type TargetOptions } from '../api/config.ts';
import { collect } from '../commands/online.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { jsonOption, type Registrar } from '../registrar.ts';
import type { Shell } from '../shell.ts';
import { type Safe, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import { day } from '../when.ts';
import { exportedBy, exportedIn } from './read-log.ts';
import { keepHead, seenHead } from './seen-heads.ts';

interface AuditOptions extends TargetOptions {
  readonly export?: string;
  readonly root?: readonly string[];
  readonly json?: boolean;
}

export function registerAudit({ shell, acting }: Registrar, policy: Registrar['program']): void {
  policy
    .command('audit')
    .description('check that no entry of the log, no policy and no license status was changed: of a control plane, or offline of an export')
    .argument('[export]', 'a file that --export wrote; without it the control plane is asked')
    .option('--export <file>', 'write what the check reads to a file, one JSON document per line, and check nothing')
    .option('--root <key>', 'public key of a root that you pin (repeat); default: those that the export names', collect)
    .option('--server <url>', 'control plane to ask (GLIDEPATH_SERVER; default: the one signed in to)')
    .addOption(jsonOption())
    .action(
      acting((file: string | undefined, options: AuditOptions) =>
        options.export === undefined ? audit(shell, file, options) : write(shell, options),
      ),
    );
}

async function audit(shell: Shell, file: string | undefined, options: AuditOptions): Promise<ExitCode> {
  const { screen } = shell;
  const lines = file === undefined ? await asked(shell, options) : exportedIn(file);
  let check: ReturnType<typeof checkLog> | null = null;
  let issuer = '';
  for await (const line of lines) {
    // The log is named by its first environment, which it was begun with.
    if (check === null) {
      issuer = line.part === 'environments' ? String(line.item.issuer) : '';
      const seen = await seenHead(shell, issuer);
      check = checkLog({ crypto: nodeCrypto, roots: options.root ?? [], earlier: seen === null ? [] : [seen], now: shell.now() });
    }
    check.add(line);
  }
  if (check === null) throw new Failure(EXIT.refused, 'There is no log to check.', { code: 'nothing-sealed', next: 'glidepath doctor' });
  const found = check.end();
  const isGood = found.findings.length === 0;
  if (isGood && issuer !== '') await keepHead(shell, issuer, { size: found.entries, root: found.root });
  if (options.json === true) screen.json({ ok: isGood, ...found });
  else for (const line of auditLines(found, screen.paint)) screen.say(line);
  return isGood ? EXIT.ok : EXIT.no;
}

async function write(shell: Shell, options: AuditOptions): Promise<ExitCode> {
  const file = String(options.export);
  const out = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  const failed = once(out, 'error').then(([error]) => {
    const why = error.code === 'EEXIST' ? 'it exists already' : String(error.code);
    throw new Failure(EXIT.usage, `${file} was not written: ${why}.`, { code: 'not-written' });
  });
  failed.catch(() => {});
  await Promise.race([once(out, 'open'), failed]);
  let count = 0;
  for await (const line of await asked(shell, options)) {
    if (!out.write(`${JSON.stringify(line)}\n`)) await Promise.race([once(out, 'drain'), failed]);
    count += 1;
  }
  out.end();
  await Promise.race([once(out, 'finish'), failed]);
  if (options.json === true) shell.screen.json({ file, lines: count });
  else {
    shell.screen.say(text`${shell.screen.paint.good('written')} ${file}: ${count} lines`);
    shell.screen.say(text`next: glidepath policy audit ${file}`);
  }
  return EXIT.ok;
}

async function asked(shell: Shell, options: AuditOptions): Promise<AsyncGenerator<ExportedLine>> {
  const api = createApi(shell, await findTarget(shell, options));
  let said = Date.now();
  return exportedBy(api, (part: LogPart, lines) => {
    if (Date.now() - said < PROGRESS_MS) return;
    said = Date.now();
    shell.screen.remark(text`reading ${part}: ${lines}`);
  });
}

const PROGRESS_MS = 1_000;
const SHOWN_MAX = 50;

function auditLines(
  { findings, remarks, entries, batches, policies, pointers, licenses, root, sealedAt }: CheckedLog,
  paint: Paint,
): readonly Safe[] {
  const what = `${entries} entries in ${batches} batches, ${policies} policies, ${pointers} pointers, ${licenses} licenses`;
  const rows = findings.slice(0, SHOWN_MAX).map(({ kind, sentence }) => [paint.bad(kind), sentence]);
  const more = findings.length - rows.length;
  return [
    ...(rows.length === 0 ? [] : [...table([[paint.dim('WHAT'), paint.dim('FINDING')], ...rows]), text``]),
    ...(more > 0 ? [text`${more} more with --json`] : []),
    ...remarks.map((remark) => text`${paint.dim('note')} ${remark}`),
    findings.length === 0
      ? text`${paint.good('unchanged')}: ${what}`
      : text`${paint.bad(`${findings.length} finding${findings.length === 1 ? '' : 's'}`)} in ${what}`,
    text`head ${root} of ${entries} entries, sealed ${sealedAt === null ? 'never' : day(sealedAt)}`,
    ...(findings.length === 0 ? [] : [text`next: glidepath notice list, and restore what was changed from a backup`]),
  ];
}
