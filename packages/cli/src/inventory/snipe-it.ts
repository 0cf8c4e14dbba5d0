/**
 * Licences as Snipe-IT exports them: the CSV of its list (`licenses/export`, or the table's own button) and the JSON of its API.
 *
 * Keys are never read. Of two dates the earlier is the end and the later the termination: nothing can be used after the first.
 */
import { usage } from '../failure.ts';
import type { Field } from './columns.ts';
import { type Cell, type DateOrder, type ImportRow, isoDate } from './import-rows.ts';
import { type ReadTable, readTable } from './read-table.ts';

interface Source {
  readonly field: Field;
  /** Members of an answer of its API, the first that is filled counting. */
  readonly members: readonly string[];
  /** Headings of its list in English, in the same order. */
  readonly headings: readonly string[];
}

const SOURCES: readonly Source[] = [
  { field: 'product', members: ['name'], headings: ['name', 'software name', 'license name'] },
  { field: 'vendor', members: ['manufacturer', 'supplier', 'company'], headings: ['manufacturer', 'supplier', 'company'] },
  { field: 'contract', members: ['purchase_order', 'order_number'], headings: ['purchase order number', 'order number'] },
  { field: 'expires', members: ['expiration_date'], headings: ['expiration date', 'expires'] },
  { field: 'terminates', members: ['termination_date'], headings: ['termination date'] },
  { field: 'cost', members: ['purchase_cost_numeric', 'purchase_cost'], headings: ['purchase cost'] },
  { field: 'owners', members: ['license_email'], headings: ['licensed to email'] },
];
const UNKNOWN_VENDOR = 'unknown';

export function readSnipeIt(file: string, bytes: Uint8Array, dates: DateOrder): ReadTable {
  const first = new TextDecoder()
    .decode(bytes.subarray(0, 64))
    .replace(/^\ufeff/, '')
    .trimStart()[0];
  const table = first === '{' || first === '[' ? fromApi(file, bytes) : fromList(file, bytes);
  return { ...table, rows: table.rows.map((row) => settled(row, dates)) };
}

/** Its columns; the vendor may be missing in all of them. */
function fromList(file: string, bytes: Uint8Array): ReadTable {
  return readTable(file, bytes, (headings) => {
    const places = new Map(headings.map((word, at) => [word.trim().toLowerCase(), at]).reverse() as [string, number][]);
    const columns = SOURCES.map(({ field, headings: own }) => [field, own.flatMap((word) => places.get(word) ?? [])] as const);
    return new Map(columns.filter(([field, found]) => found.length > 0 || field === 'vendor'));
  });
}

function fromApi(file: string, bytes: Uint8Array): ReadTable {
  const tree = parsed(file, bytes);
  const rows = Array.isArray(tree) ? tree : (tree as { readonly rows?: unknown } | null)?.rows;
  if (!Array.isArray(rows))
    throw usage(`${file} is no answer of Snipe-IT's API.`, { details: ['expected: `{ "total": …, "rows": […] }` of /api/v1/licenses'] });
  const kept = rows.filter(
    (row: unknown): row is Record<string, unknown> => typeof row === 'object' && row !== null && !Reflect.get(row, 'deleted_at'),
  );
  const hasKeys = kept.some((row) => typeof row.product_key === 'string' && row.product_key !== '');
  return {
    rows: kept.map((row, at) => ({ line: at + 1, cells: cellsOf(row), places: {} })),
    unread: [],
    keys: hasKeys ? ['product_key'] : [],
  };
}

function parsed(file: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes).replace(/^\ufeff/, ''));
  } catch (error) {
    throw usage(`${file} is no JSON: ${error instanceof Error ? error.message : 'unreadable'}.`);
  }
}

function cellsOf(row: Readonly<Record<string, unknown>>): ImportRow['cells'] {
  const cells: Partial<Record<Field, Cell>> = {};
  for (const [column, { field, members }] of SOURCES.entries()) {
    const heading = members.find((member) => wordsOf(row[member]) !== '');
    if (heading !== undefined) cells[field] = { text: wordsOf(row[heading]), column: column + 1, heading };
  }
  return cells;
}

/** Names of things and dates come as mappings, and everything as HTML. */
function wordsOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return unescaped(value).trim();
  if (typeof value !== 'object' || value === null) return '';
  const { name, date, datetime } = value as Readonly<Record<string, unknown>>;
  return wordsOf(name ?? date ?? datetime ?? '');
}

const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#039;': "'", '&amp;': '&' };

function unescaped(text: string): string {
  return text.replace(/&(?:lt|gt|quot|#039|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}

function settled({ line, cells, places }: ImportRow, dates: DateOrder): ImportRow {
  const { expires, terminates } = cells;
  const vendor = cells.vendor ?? { text: UNKNOWN_VENDOR, column: 1, heading: 'manufacturer' };
  const isTurned = expires && terminates && (isoDate(terminates.text.trim(), dates) ?? '') < (isoDate(expires.text.trim(), dates) ?? '');
  return { line, places, cells: { ...cells, vendor, ...(isTurned ? { expires: terminates, terminates: expires } : {}) } };
}
