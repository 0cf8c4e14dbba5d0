/**
 * Reads what `lmutil lmstat` prints: `-a`, `-i`, both at once, and its ways of saying that no server answers.
 *
 * One pass over the lines, each looked at a bounded number of times. What a line means depends on the section and, below
 * "Users of", on the block that it stands in; blank lines, indentation and `...` mean nothing.
 */
import { type FeatureReading, formatInstant, type Instant, type ReadContext } from '@glidepath/core';
import { instantOn, type StartReader, shownText, startReader, type TextLine, type Unparsed, vendorDate } from '../text/index.ts';
import {
  addHolder,
  addReservation,
  closeBlock,
  definitionLine,
  type FeatureBlock,
  installedOf,
  isUnserved,
  kindLine,
  openBlock,
  readingOf,
} from './feature-block.ts';
import { type HolderLine, holderLine } from './holder-line.ts';
import { type ColumnOrder, headingOrder, tableRow } from './installed-table.ts';
import type { FlexlmReading } from './reading.ts';
import { createServerStatus, type ServerStatus } from './server-status.ts';

/** What has been read so far; each line adds to it. */
interface Progress {
  readonly context: ReadContext;
  readonly servers: ServerStatus;
  readonly blocks: FeatureBlock[];
  readonly rows: FeatureReading[];
  readonly unserved: string[];
  section: 'start' | 'servers' | 'daemons' | 'features' | 'table';
  block: FeatureBlock | null;
  /** The server of the sections that follow, as it was asked. */
  server: string | null;
  /** How far in "Users of" stands. */
  indent: number | null;
  order: ColumnOrder;
  takenAt: Instant | null;
  starts: StartReader;
}

/** A line, and its text without blanks around it. */
interface Place {
  readonly line: TextLine;
  readonly text: string;
}

/** Reads the lines of one output. */
export function readLmstat(lines: Iterable<TextLine>, context: ReadContext, unparsed: Unparsed): FlexlmReading {
  const progress: Progress = {
    ...{
      context,
      servers: createServerStatus(),
      blocks: [],
      rows: [],
      unserved: [],
      section: 'start',
      block: null,
      server: null,
      indent: null,
    },
    ...{ order: 'expiry-vendor', takenAt: null, starts: startReader(context.zone, context.now) },
  };
  for (const line of lines) {
    const text = line.text.trim();
    if (text === '' || readLine(progress, { line, text })) continue;
    unparsed.add(line);
    if (progress.block) progress.block.isPatchy = true;
  }
  for (const block of progress.blocks) closeBlock(block, unparsed);
  return {
    takenAt: progress.takenAt,
    servers: progress.servers.readings(),
    features: featuresOf(progress),
    notes: notesOf(progress),
  };
}

function readLine(progress: Progress, place: Place): boolean {
  const { block, section } = progress;
  const { text } = place;
  if (text === '...') {
    if (block) block.isPatchy = true;
    return true;
  }
  if (block && holderOrReservation(progress, block, place)) return true;
  if (text.startsWith('Users of ')) return usersLine(progress, place);
  if (headingLine(progress, place)) return true;
  if (block) return licenseLine(progress, block, text);
  if (section === 'table') return rowLine(progress, place);
  if (section === 'servers') return progress.servers.memberLine(text);
  return section === 'daemons' && progress.servers.daemonLine(text);
}

/** Asked first: what users choose stands in these lines, and must not pass for another kind of line. */
function holderOrReservation(progress: Progress, block: FeatureBlock, { line, text }: Place): boolean {
  const holder = holderLine(text);
  if (!holder) return addReservation(block, text);
  const { user, host, count, isCountSaid, isQueued, isLingering } = holder;
  if (isQueued) block.queued += count;
  else addHolder(block, { user, host, count, since: sinceOf(progress, holder) }, isLingering, line.isCut && !isCountSaid ? line : null);
  return true;
}

function sinceOf({ context, starts }: Progress, { start }: HolderLine): Instant | null {
  if (start === null) return null;
  const { year, month, day, hour, minute } = start;
  return year === null ? starts(month, day, hour, minute) : instantOn({ year, month, day }, { hour, minute }, context.zone);
}

const USERS_OF = /^Users of ([^\s:][^:]*):\s*(.*)$/;

/** Further in than the first such line stand only people who call themselves so. */
function usersLine(progress: Progress, { text, line }: Place): boolean {
  const indent = line.text.indexOf('Users of ');
  progress.indent ??= indent;
  if (indent > progress.indent) return false;
  progress.section = 'features';
  progress.block = null;
  const [, name, totals] = USERS_OF.exec(text) ?? [];
  if (name === undefined || totals === undefined) return false;
  const block = openBlock(name.trim(), totals, progress.server);
  if (!block) return false;
  if (isUnserved(totals)) progress.unserved.push(shownText(`${name.trim()} ${totals}`));
  progress.blocks.push(block);
  progress.block = block;
  return true;
}

/** Attributes of a license line that no reading has a place for, such as `vendor_string: X`. */
const ATTRIBUTE = /^[a-z]+(?:_[a-z]+)*:(?: |$)|^users are counted by /;

function licenseLine({ context }: Progress, block: FeatureBlock, text: string): boolean {
  const definition = definitionLine(text);
  if (definition) {
    block.versions.add(definition.version);
    const ending = definition.expiry === null ? null : vendorDate(definition.expiry, context.zone);
    if (ending) block.endings.push(ending);
    return definition.expiry === null || ending !== null;
  }
  const kind = kindLine(text);
  if (kind === null) return ATTRIBUTE.test(text);
  if (kind !== 'uncounted' || block.issued === null) block.kind ??= kind;
  return true;
}

/** The vendor of the last line may be cut in two, its expiry must not be. */
function rowLine({ rows, order, context }: Progress, { text, line }: Place): boolean {
  const row = tableRow(text, order, context.zone);
  if (row && !(line.isCut && order === 'vendor-expiry' && row.ends === 'unstated')) rows.push(row);
  return row !== null;
}

const TAKEN_AT = /^(?:Flexible License Manager status on )?[A-Z][a-z]{2} ([0-9]{1,2})\/([0-9]{1,2})\/([0-9]{4}) ([0-9]{1,2}):([0-9]{2})$/;
const ASKED = /^License server status(?: on)?: ?(.*)$/;
const DAEMONS = /^Vendor daemon status \(on ([^)]+)\)/;
const NO_ANSWER = /^(?:Error getting status|lmgrd is not running|Cannot connect to|Cannot read data from)\b/;
/** What says nothing of licenses: the tool's own headings and advice. */
const NOISE = [
  /^(?:lmutil|lmstat)\b/,
  /^\[Detecting lmgrd processes/,
  /^Feature usage info:?$/,
  /^License file\(s\) on /,
  /^NOTE: lmstat -i does not give/,
  /^but only reads the license file/,
  /^lmstat -a is recommended/,
  /^[-_=\s]+$/,
];

function headingLine(progress: Progress, { text, line }: Place): boolean {
  const taken = TAKEN_AT.exec(text);
  if (taken) return takenLine(progress, taken.slice(1).map(Number));
  const [, asked] = ASKED.exec(text) ?? [];
  const [, daemons] = DAEMONS.exec(text) ?? [];
  const order = headingOrder(text);
  if (asked !== undefined) {
    const names = progress.servers.asked(line.isCut ? '' : asked);
    enter(progress, 'servers').server = names[0] ?? null;
  } else if (daemons !== undefined) {
    progress.servers.daemonsOf(daemons);
    enter(progress, 'daemons');
  } else if (order !== null) enter(progress, 'table').order = order;
  else if (NO_ANSWER.test(text)) progress.servers.allDown(shownText(text));
  else return NOISE.some((noise) => noise.test(text));
  return true;
}

function enter(progress: Progress, section: Progress['section']): Progress {
  progress.section = section;
  progress.block = null;
  return progress;
}

function takenLine(progress: Progress, [month = 0, day = 0, year = 0, hour = 0, minute = 0]: readonly number[]): boolean {
  const { zone, now } = progress.context;
  const takenAt = instantOn({ year, month, day }, { hour, minute }, zone);
  if (takenAt === null) return false;
  progress.takenAt = takenAt;
  progress.starts = startReader(zone, now ?? takenAt);
  return true;
}

/** One reading per block; the table of `-i` adds what no block has, and tells when unused features end. */
function featuresOf({ blocks, rows, section }: Progress): FeatureReading[] {
  const installed = new Map([...Map.groupBy(rows, ({ name }) => name)].map(([name, ofName]) => [name, installedOf(ofName)]));
  const serversOf = new Map<string, Set<string | null>>();
  for (const { name, server } of blocks) serversOf.set(name, (serversOf.get(name) ?? new Set()).add(server));
  const read = blocks.map((block, index) => {
    const isLast = section !== 'table' && index === blocks.length - 1;
    const isSplit = (serversOf.get(block.name)?.size ?? 0) > 1;
    return { ...readingOf(block, installed.get(block.name), isLast), pool: isSplit ? block.server : null };
  });
  return [...read, ...rows.filter(({ name }) => !serversOf.has(name))];
}

/** More names than this are no help. */
const UNSERVED_SHOWN_MAX = 10;

function notesOf({ blocks, rows, unserved, takenAt, context }: Progress): string[] {
  const notes: string[] = [];
  const now = context.now ?? takenAt;
  if (now !== null && blocks.some(({ holders }) => holders.some(({ since }) => since !== null)))
    notes.push(`lmstat says starts without a year: each is taken as the latest that is not after ${formatInstant(now)}.`);
  if (rows.length > 0) notes.push('lmstat -i reads a license file, not the server: it knows nothing of what is in use.');
  if (unserved.length > 0) {
    const more = unserved.length > UNSERVED_SHOWN_MAX ? ` and ${unserved.length - UNSERVED_SHOWN_MAX} more` : '';
    notes.push(`The license file has features that the server does not serve: ${unserved.slice(0, UNSERVED_SHOWN_MAX).join('; ')}${more}.`);
  }
  return notes;
}
