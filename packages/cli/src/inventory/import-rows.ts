/** From the cells of a row to a document, and everything that is wrong in it at the column that it stands in. */
import { checkInventory, type HeldLicenseDocument, inventoryName, inventoryText, type Violation } from '@glidepath/core';
import { COLUMNS, FIELDS, type Field } from './columns.ts';

export interface Cell {
  readonly text: string;
  /** From 1. */
  readonly column: number;
  readonly heading: string;
}

export interface ImportRow {
  /** Where it begins in the file, from 1. */
  readonly line: number;
  /** Those that are filled. */
  readonly cells: Partial<Readonly<Record<Field, Cell>>>;
  /** Where cells of a field stand in every row. */
  readonly places: Partial<Readonly<Record<Field, Omit<Cell, 'text'>>>>;
}

export interface RowViolation {
  readonly line: number;
  readonly column: number;
  readonly heading: string;
  readonly code: string;
  readonly message: string;
  readonly found: string;
  readonly expected: string;
}

export type DateOrder = 'iso' | 'dmy' | 'mdy';

export interface ImportChoices {
  readonly dates: DateOrder;
  /** Of costs without one; null: such costs are left out. */
  readonly currency: string | null;
}

export interface Imported {
  readonly documents: readonly HeldLicenseDocument[];
  readonly violations: readonly RowViolation[];
  /** Costs that were left out because nobody says their currency. */
  readonly costsLeftOut: number;
}

export function importRows(rows: readonly ImportRow[], choices: ImportChoices): Imported {
  const documents: HeldLicenseDocument[] = [];
  const violations: RowViolation[] = [];
  const lines = new Map<string, number>();
  const taken = new Set(rows.flatMap(({ cells }) => (cells.name ? [cells.name.text.trim()] : [])));
  let costsLeftOut = 0;
  for (const row of rows) {
    const spec = specOf(row, choices);
    if (row.cells.cost && !spec.contract.cost) costsLeftOut += 1;
    const name = row.cells.name?.text.trim() ?? nameFor(row, taken);
    taken.add(name);
    const tree = {
      apiVersion: 'glidepath.dev/v1',
      kind: 'HeldLicense',
      metadata: { name },
      spec: said({ ...spec, contract: said(spec.contract) }),
    };
    const checked = checkInventory(tree);
    violations.push(...checked.violations.map((violation) => inRow(row, violation)));
    const earlier = lines.get(name);
    if (earlier !== undefined) violations.push(inRow(row, twice(name, earlier)));
    lines.set(name, earlier ?? row.line);
    if (checked.document?.kind === 'HeldLicense') documents.push(checked.document);
  }
  return { documents: violations.length === 0 ? documents : [], violations, costsLeftOut };
}

/** The product, and its contract where two share one; a number where that is not enough. */
function nameFor({ cells }: ImportRow, taken: ReadonlySet<string>): string {
  const product = cells.product?.text ?? '';
  const short = inventoryName(product);
  return taken.has(short) && cells.contract ? inventoryName(`${product} ${cells.contract.text}`, taken) : inventoryName(product, taken);
}

function specOf({ cells }: ImportRow, { dates, currency }: ImportChoices) {
  const textAt = (field: Field) => (cells[field] ? inventoryText(withoutGuard(cells[field].text)) : null);
  const date = (field: Field) => isoDate(textAt(field), dates);
  const coin = textAt('currency')?.toUpperCase() ?? currency;
  const amount = amountOf(textAt('cost'));
  const people = listAt(textAt('owners'), /[;,|\s]+/);
  const probe = textAt('probe');
  return {
    product: textAt('product'),
    vendor: textAt('vendor'),
    contract: {
      ...{ id: textAt('contract'), expires: date('expires'), noticeBy: date('notice-by'), terminates: date('terminates') },
      autoRenew: truthOf(textAt('auto-renew')),
      cost: amount === null || coin === null ? null : { amount, currency: coin, per: textAt('cost-per')?.toLowerCase() ?? 'term' },
      graceAllowed: durationOf(textAt('grace')),
    },
    ...{ zone: textAt('zone'), leadTime: leadTimeOf(textAt('lead-time')), plan: textAt('plan'), policy: textAt('policy') },
    owners: said({ team: teamOf(textAt('team')), people }),
    ...{ key: cells.key ? withoutGuard(cells.key.text.trim()) : null, runsOn: listAt(textAt('runs-on'), /[;,|]+/) },
    ...{ dependents: listAt(textAt('dependents'), /[;,|]+/), foundIn: textAt('found-in') },
    watch: probe === null ? null : [said({ probe, feature: textAt('feature') })],
  };
}

/** `'=cmd()` is how spreadsheets are told that `=cmd()` is text: the quote is theirs. */
function withoutGuard(text: string): string {
  return /^'[=+\-@]/.test(text) ? text.slice(1) : text;
}

/** A day as documents write it; what cannot be told is left as it is, to be refused with what was found. */
export function isoDate(text: string | null, order: DateOrder): string | null {
  if (text === null) return null;
  const iso = /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]00:00(?::00)?(?:\.0+)?Z?)?$/.exec(text)?.[1];
  if (iso !== undefined) return iso;
  const [, first, second, year] = /^([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})$/.exec(text) ?? [];
  if (first === undefined || second === undefined || order === 'iso') return text;
  const [day, month] = order === 'dmy' ? [first, second] : [second, first];
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

/** `12,000.50`, `12.000,50 €`, `$1200`; what is no number stays text, to be refused. */
export function amountOf(text: string | null): number | string | null {
  if (text === null) return null;
  const digits = text.replace(/[^0-9.,-]/g, '');
  const decimal = /[.,]([0-9]{1,2})$/.exec(digits);
  const whole = (decimal ? digits.slice(0, decimal.index) : digits).replace(/[.,]/g, '');
  return /^[0-9]+$/.test(whole) ? Number(decimal ? `${whole}.${decimal[1]}` : whole) : text;
}

function truthOf(text: string | null): boolean | string | null {
  if (text === null) return null;
  if (/^(?:yes|y|true|1|x)$/i.test(text)) return true;
  return /^(?:no|n|false|0)$/i.test(text) ? false : text;
}

/** `30d`, `30 days`, `30`: days where nothing is said. */
function durationOf(text: string | null): string | null {
  const days = text === null ? null : /^([0-9]+)\s*(?:d|days?)?$/i.exec(text)?.[1];
  return days === null || days === undefined ? text : `${Number(days)}d`;
}

function leadTimeOf(text: string | null): Readonly<Record<string, string | null>> | null {
  if (text === null) return null;
  const parts = text.split(/[;,\s]+/).filter((part) => part !== '');
  if (!text.includes('=')) return { renewal: durationOf(text) };
  return Object.fromEntries(parts.map((part) => [part.split('=')[0] ?? '', durationOf(part.slice(part.indexOf('=') + 1))]));
}

function teamOf(text: string | null): string | null {
  return text === null ? null : inventoryName(text);
}

function listAt(text: string | null, between: RegExp): readonly string[] | null {
  return text === null ? null : [...new Set(text.split(between).map((part) => part.trim()))].filter((part) => part !== '');
}

function said<T extends object>(entries: T): Partial<T> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => !isSilent(value))) as Partial<T>;
}

function isSilent(value: unknown): boolean {
  return value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);
}

function inRow({ line, cells, places }: ImportRow, { code, path, message, found, expected }: Violation): RowViolation {
  const depth = (field: Field) => COLUMNS[field].path.findIndex((part, at) => path[at] !== part);
  const [field] = FIELDS.filter(
    (each) => depth(each) === -1 || (path.length < COLUMNS[each].path.length && depth(each) >= path.length),
  ).sort((one, other) => Number(cells[other] !== undefined) - Number(cells[one] !== undefined));
  const cell = field && (cells[field] ?? places[field]);
  return { line, column: cell?.column ?? 1, heading: cell?.heading ?? field ?? path.join('.'), code, message, found, expected };
}

function twice(name: string, line: number): Violation {
  const message = `line ${line} has this name already`;
  return {
    code: 'listed-twice',
    path: ['metadata', 'name'],
    subject: 'value',
    message,
    found: name,
    expected: 'each name once',
    didYouMean: null,
  };
}
