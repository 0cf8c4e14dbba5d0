/** `glidepath inventory`: licences that others issue, from spreadsheets and Snipe-IT, and as the control plane knows them. */
import { basename, resolve } from 'node:path';
import { formatDate, type HeldLicenseDocument, instant } from '@glidepath/core';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import type { HeldAnswer } from '../inventory/export.ts';
import type { DateOrder, Imported, RowViolation } from '../inventory/import-rows.ts';
import type { ReadTable } from '../inventory/read-table.ts';
import type { Registrar } from '../registrar.ts';
import { Safe, type Sayable, text } from '../terminal/safe-text.ts';
import { table } from '../terminal/table.ts';
import { type Asking, online } from './online.ts';

interface ImportOptions {
  readonly format: string;
  readonly dates: string;
  readonly currency?: string;
  readonly save?: string;
  readonly apply?: boolean;
  readonly dryRun?: boolean;
}

const FORMATS = ['csv', 'snipe-it'] as const;
const ORDERS: readonly DateOrder[] = ['iso', 'dmy', 'mdy'];

const IMPORT_HELP = `
  csv       a heading, then a row per licence: product and vendor, and any of contract, expires, notice-by, terminates,
            auto-renew, cost, currency, cost-per, grace, zone, lead-time, team, owners, key, runs-on, dependents, policy, plan,
            probe, feature, found-in, name. Common other names of these are known. Commas, semicolons or tabs between.
  snipe-it  its list of licences as CSV, or the JSON of /api/v1/licenses.

  Columns of product keys and serial numbers are never read. Rows that are wrong are listed with line and column, and then
  nothing is written and nothing sent.

  glidepath inventory import licences.csv --save inventory
  glidepath apply -f inventory --dry-run`;

export function registerInventory(registrar: Registrar): void {
  const inventory = registrar.program.command('inventory').description('licences that others issue: import, list and export them');
  const importing = inventory
    .command('import <file>')
    .description('read licences from a spreadsheet (CSV) or from Snipe-IT; - for standard input')
    .option('--format <name>', `how to read it: ${FORMATS.join(' or ')}`, 'csv')
    .option('--dates <order>', 'how days are written: iso (2027-03-31), dmy (31.3.2027) or mdy (3/31/2027)', 'iso')
    .option('--currency <code>', 'currency of costs that name none, such as EUR')
    .option('--save <folder>', 'write inventory documents into this folder')
    .option('--apply', 'send them to the control plane')
    .option('--dry-run', 'with --apply: show the plan and change nothing')
    .addHelpText('after', IMPORT_HELP);
  online<ImportOptions>(registrar, importing, importFile);
  online(registrar, inventory.command('list').description('list held licences, what ends first on top'), list);
  const exporting = inventory.command('export').description('print held licences as CSV, YAML documents or JSON');
  online<{ format: string }>(registrar, exporting.option('--format <name>', 'csv, yaml or json', 'csv'), exportAll);
}

async function importFile({ api, shell, paint, options, answer }: Asking<ImportOptions>, file = ''): Promise<ExitCode> {
  const dates = oneOf('--dates', ORDERS, options.dates);
  const format = oneOf('--format', FORMATS, options.format);
  const currency = options.currency?.toUpperCase() ?? null;
  if (currency !== null && !/^[A-Z]{3}$/.test(currency))
    throw usage(`--currency is no code of a currency: ${currency}`, { details: ['expected: three letters, such as EUR'] });
  const [{ importRows }, { readTable }, { readSnipeIt }, { unreadable }] = await Promise.all([
    import('../inventory/import-rows.ts'),
    import('../inventory/read-table.ts'),
    import('../inventory/snipe-it.ts'),
    import('../inventory/read-files.ts'),
  ]);
  const bytes = await (file === '-' ? shell.readStdin() : shell.readFile(file)).catch((error: unknown) => unreadable(file, error));
  const read = format === 'csv' ? readTable(file, bytes) : readSnipeIt(file, bytes, dates);
  const imported = importRows(read.rows, { dates, currency });
  if (imported.violations.length > 0) throw refused(file, imported.violations);
  for (const line of remarksOn(read, imported)) shell.screen.remark(line);
  const { documents } = imported;
  if (documents.length === 0) throw usage(`${file} holds no licence.`);
  const saved = options.save === undefined ? [] : await save(documents, resolve(options.save), file);
  if (options.apply !== true) return answer({ documents, saved }, [...preview(documents, paint), ...said(saved, file)]);
  const { sendDocuments, planLines } = await import('../inventory/apply-documents.ts');
  const { inventoryTree } = await import('@glidepath/core');
  const trees = documents.map((document) => ({ tree: inventoryTree(document), document }));
  const plan = await sendDocuments(api, { documents: trees, addresses: {}, dryRun: options.dryRun === true, prune: false });
  return answer({ ...plan, saved }, [
    ...planLines(plan.plan, paint),
    plan.applied ? paint.good('applied') : 'nothing was changed: this was a dry run',
  ]);
}

function oneOf<const W extends string>(option: string, words: readonly W[], word: string): W {
  const found = words.find((each) => each === word);
  if (found === undefined) throw usage(`${option} is none of ${words.join(', ')}: ${word}`);
  return found;
}

async function save(documents: readonly HeldLicenseDocument[], folder: string, file: string): Promise<readonly string[]> {
  const [{ saveDocuments }, { inventoryName }] = await Promise.all([import('../inventory/save-documents.ts'), import('@glidepath/core')]);
  const name = inventoryName(file === '-' ? 'imported' : basename(file).replace(/\.[^.]*$/, ''));
  return saveDocuments(documents, folder, name, `Imported from ${JSON.stringify(basename(file)).slice(1, -1)}`);
}

function refused(file: string, violations: readonly RowViolation[]): Failure {
  const rows = new Set(violations.map(({ line }) => line)).size;
  const message = `${rows} row${rows === 1 ? '' : 's'} of ${file} ${rows === 1 ? 'is' : 'are'} wrong. Nothing was written and nothing sent.`;
  const details = violations.map(
    ({ line, column, heading, message: what, found, expected }) =>
      text`${file}:${line}, column ${column} (${heading})  ${what}: found ${found}, expected ${expected}.`,
  );
  return new Failure(EXIT.usage, message, { code: 'inventory-invalid', details, facts: { violations } });
}

function* remarksOn({ unread, keys }: ReadTable, { costsLeftOut }: Imported): Iterable<Sayable> {
  if (keys.length > 0) yield text`left out, for they hold keys: ${keys.join(', ')}`;
  if (unread.length > 0) yield text`not read: ${unread.join(', ')}`;
  if (costsLeftOut > 0) yield text`${costsLeftOut} costs were left out, for nobody says their currency: name it with --currency`;
}

const SHOWN_MAX = 20;

function preview(documents: readonly HeldLicenseDocument[], paint: Asking<object>['paint']): readonly Sayable[] {
  const rows = [...documents]
    .sort((one, other) => (one.contract.expiresAt ?? Number.POSITIVE_INFINITY) - (other.contract.expiresAt ?? Number.POSITIVE_INFINITY))
    .slice(0, SHOWN_MAX)
    .map(({ name, product, vendor, contract, owners, zone }) => [
      contract.expiresAt === null ? 'unknown' : formatDate(contract.expiresAt, zone),
      ...[name, product, vendor, [owners.team, ...owners.people].filter((each) => each !== null).join(', ') || 'nobody'],
    ]);
  const more = documents.length - rows.length;
  const heads = ['ENDS', 'NAME', 'PRODUCT', 'VENDOR', 'OWNERS'].map((head) => paint.dim(head));
  return [...table([heads, ...rows]), ...(more > 0 ? [text`… and ${more} more`] : [])];
}

function said(saved: readonly string[], file: string): readonly Sayable[] {
  if (saved.length === 0) return [text`nothing was written; next: glidepath inventory import ${file} --save inventory`];
  const [first = ''] = saved;
  return [text`saved in ${saved.join(', ')}`, text`next: glidepath apply -f ${first} --dry-run`];
}

async function readAll({ api }: Pick<Asking<object>, 'api'>): Promise<readonly HeldAnswer[]> {
  const held = await api.list<HeldAnswer>('/v1/inventory');
  const end = ({ runway, contract }: HeldAnswer) => runway?.endsAt ?? contract.expiresAt ?? Number.POSITIVE_INFINITY;
  return [...held].sort((one, other) => end(one) - end(other));
}

async function list(asking: Asking<object>): Promise<ExitCode> {
  const held = await readAll(asking);
  const { paint, answer } = asking;
  if (held.length === 0)
    return answer({ items: [] }, ['No held licences yet.', 'next: glidepath discover --save, or glidepath inventory import FILE']);
  const heads = ['ENDS', 'NAME', 'PRODUCT', 'VENDOR', 'OWNERS', 'NOTICE BY', 'RENEWS'].map((head) => paint.dim(head));
  const rows = held.map(({ name, product, vendor, contract, owners, runway }): readonly Sayable[] => {
    const ends = runway?.endsAt ?? contract.expiresAt;
    const people = owners.people.map(({ name: person, email }) => email ?? person).join(', ');
    return [
      ends === null ? 'unknown' : dayOf(ends),
      ...[name, product, vendor, [owners.team, people].filter(Boolean).join(': ') || paint.bad('nobody')],
      contract.noticeDeadlineAt === null ? '' : dayOf(contract.noticeDeadlineAt),
      contract.autoRenew === 'unknown' ? '' : contract.autoRenew,
    ];
  });
  return answer({ items: held }, table([heads, ...rows]));
}

/** A day where it is the end of one in UTC, else the instant. */
function dayOf(ms: number): string {
  return formatDate(instant(ms), 'UTC');
}

async function exportAll(asking: Asking<{ format: string }>): Promise<ExitCode> {
  const format = oneOf('--format', ['csv', 'yaml', 'json'], asking.options.json === true ? 'json' : asking.options.format);
  const held = await readAll(asking);
  const { screen } = asking.shell;
  const { csvOf, documentOf } = await import('../inventory/export.ts');
  if (format === 'json') screen.json({ items: held });
  else if (format === 'csv') screen.say(new Safe(plainLines(csvOf(held))));
  else {
    const { writeInventory } = await import('@glidepath/protocol/inventory');
    screen.say(new Safe(plainLines(writeInventory(held.map(documentOf)))));
  }
  return EXIT.ok;
}

/** Documents hold no control characters but line breaks; what should have one all the same loses it here. */
function plainLines(output: string): string {
  return output.replace(/[^\P{C}\r\n]|[\p{Zl}\p{Zp}]/gu, '\ufffd').trimEnd();
}
