/** Rows of comma-separated values with a heading, whatever stands between the values; every cell is plain data. */
import { CsvError, parse } from 'csv-parse/sync';
import { usage } from '../failure.ts';
import { COLUMNS, FIELDS, type Field, fieldOf, holdsKeys } from './columns.ts';
import type { Cell, ImportRow } from './import-rows.ts';

export interface ReadTable {
  readonly rows: readonly ImportRow[];
  /** Headings of columns that nothing reads. */
  readonly unread: readonly string[];
  /** Headings of columns that hold keys, and were left out for that. */
  readonly keys: readonly string[];
}

const BYTES_MAX = 64 * 1024 * 1024;

interface Line {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** Which columns say a field, the first that is filled in a row counting. */
export type ChooseColumns = (headings: readonly string[]) => ReadonlyMap<Field, readonly number[]>;

export function readTable(file: string, bytes: Uint8Array, choose: ChooseColumns = byOurNames): ReadTable {
  if (bytes.length > BYTES_MAX) throw usage(`${file} is larger than 64 MiB.`);
  const lines = linesOf(file, bytes);
  const [heading, ...body] = lines;
  if (!heading) throw usage(`${file} is empty.`, { details: [`expected: a heading such as ${FIELDS.slice(0, 5).join(',')}`] });
  const columns = choose(heading.record);
  const missing = (['product', 'vendor'] as const).filter((field) => !columns.has(field));
  if (missing.length > 0)
    throw usage(`${file}:1 names no column for ${missing.join(' and ')}.`, {
      details: missing.map((field) => `expected: ${[field, ...COLUMNS[field].synonyms].join(', ')}`),
      next: 'glidepath inventory import --help',
    });
  const read = new Set([...columns.values()].flat());
  const others = heading.record.filter((_, at) => !read.has(at) && heading.record[at]?.trim() !== '');
  const places = Object.fromEntries(
    [...columns].flatMap(([field, [at]]) => (at === undefined ? [] : [[field, { column: at + 1, heading: heading.record[at] ?? field }]])),
  ) as ImportRow['places'];
  const rows = body.map(({ record }, at) => ({
    places,
    line: (lines[at]?.info.lines ?? at + 1) + 1,
    cells: cellsOf(record, columns, heading.record),
  }));
  return {
    rows: rows.filter(({ cells }) => Object.keys(cells).length > 0),
    unread: others.filter((word) => !holdsKeys(word)),
    keys: others.filter(holdsKeys),
  };
}

function linesOf(file: string, bytes: Uint8Array): readonly Line[] {
  const text = decoded(bytes);
  const options = { info: true, bom: true, relax_column_count: true, relax_quotes: true, skip_records_with_empty_values: true } as const;
  try {
    return parse(text, { ...options, delimiter: delimiterOf(text) }) as unknown as readonly Line[];
  } catch (error) {
    if (error instanceof CsvError)
      throw usage(`${file} is no table: ${error.message}.`, { details: ['expected: values with commas, semicolons or tabs between'] });
    throw error;
  }
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // What spreadsheets of Windows save.
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** What stands most often in the heading. */
function delimiterOf(text: string): string {
  const heading = text.slice(0, text.search(/\r|\n|$/));
  return [',', ';', '\t'].reduce((best, each) => (heading.split(each).length > heading.split(best).length ? each : best));
}

/** By field, its columns as they stand. */
function byOurNames(headings: readonly string[]): ReadonlyMap<Field, readonly number[]> {
  const columns = new Map<Field, number[]>();
  for (const [at, heading] of headings.entries()) {
    const field = holdsKeys(heading) ? null : fieldOf(heading);
    if (field) columns.set(field, [...(columns.get(field) ?? []), at]);
  }
  return columns;
}

function cellsOf(
  record: readonly string[],
  columns: ReadonlyMap<Field, readonly number[]>,
  headings: readonly string[],
): ImportRow['cells'] {
  const cells: Partial<Record<Field, Cell>> = {};
  for (const [field, places] of columns) {
    const at = places.find((place) => (record[place] ?? '').trim() !== '');
    if (at !== undefined) cells[field] = { text: record[at] ?? '', column: at + 1, heading: headings[at] ?? field };
  }
  return cells;
}
