/** What `glidepath discover` prints: the runway table, what was left out, and the next command. */
import { sep } from 'node:path';
import { type Discovery, SKIP_WORDS, type Skipped, type SkipReason } from '@glidepath/connectors/discover';
import { durationWords, type Instant, oneLine } from '@glidepath/core';
import { type Safe, type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import { day } from '../when.ts';
import type { Row } from './rows.ts';

const DAY_MS = 86_400_000;
const URGENT_MS = 14 * DAY_MS;
const SOON_MS = 60 * DAY_MS;
const ROWS_SHOWN = 50;

export interface ViewOptions {
  readonly all: boolean;
  readonly verbose: boolean;
  /** Places below this folder are shown from it, as whoever asks there would name them. */
  readonly from: string;
}

export function discoveryLines(
  rows: readonly Row[],
  discovery: Discovery,
  now: Instant,
  paint: Paint,
  options: ViewOptions,
): readonly Sayable[] {
  const { folders, files } = discovery.searched;
  const searched = text`${counted(folders, 'folder')} and ${counted(files, 'file')} searched.`;
  if (rows.length === 0) return [text`No licence was found; ${searched}`, ...skippedLines(discovery.skipped, paint, options)];
  const shown = options.all ? rows : rows.slice(0, ROWS_SHOWN);
  return [
    ...table(
      [
        ['ends in', 'ends', 'what', 'vendor', 'how many', 'where', 'owner'].map((title) => paint.dim(title)),
        ...shown.map((row) => cellsOf(row, now, paint, options.from)),
      ],
      { right: [4] },
    ),
    ...(shown.length < rows.length ? [text`… and ${rows.length - shown.length} more that end later: --all shows them`] : []),
    ...(options.verbose ? ['', ...shown.flatMap(noteLines)] : []),
    '',
    text`${counted(rows.length, 'row')}; ${searched}`,
    ...skippedLines(discovery.skipped, paint, options),
  ];
}

function cellsOf({ found, runway }: Row, now: Instant, paint: Paint, from: string): readonly Sayable[] {
  const { kind, name, vendor, issued, count, places, ends } = found;
  const [place = ''] = places;
  const more = places.length > 1 ? ` (+${places.length - 1})` : '';
  return [
    endsIn(runway.endsAt, ends, now, paint),
    runway.endsAt === null ? '' : day(runway.endsAt),
    oneLine(name, 60),
    oneLine(vendor, 30),
    issued ?? (count > 1 ? counted(count, kind === 'x509' ? 'file' : 'feature') : ''),
    `${placeFrom(from, place)}${more}`,
    paint.warn('nobody yet'),
  ];
}

function placeFrom(folder: string, place: string): string {
  const below = folder.endsWith(sep) ? folder : `${folder}${sep}`;
  return place.startsWith(below) ? place.slice(below.length) : place;
}

function endsIn(at: Instant | null, ends: Row['found']['ends'], now: Instant, paint: Paint): Sayable {
  if (at === null) return ends === 'permanent' ? 'never' : paint.warn('unknown');
  const left = at - now;
  // One unit is enough to decide by.
  const words = durationWords(Math.abs(left)).split(' ').slice(0, 2).join(' ');
  if (left <= 0) return paint.bad(`ended ${words} ago`);
  if (left <= URGENT_MS) return paint.bad(words);
  return left <= SOON_MS ? paint.warn(words) : words;
}

function noteLines({ found }: Row): readonly Safe[] {
  return found.notes.map((note) => text`${oneLine(found.name, 60)}: ${oneLine(note, 400)}`);
}

/** Counts by reason; each with its place where that was asked for. */
function skippedLines(skipped: readonly Skipped[], paint: Paint, { verbose: isVerbose, from }: ViewOptions): readonly Sayable[] {
  if (skipped.length === 0) return [];
  const counts = new Map<SkipReason, number>();
  for (const { reason } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const summary = [...counts].toSorted(([, a], [, b]) => b - a);
  return [
    '',
    text`Left out${isVerbose ? '' : ' (--verbose lists them)'}:`,
    ...table(
      summary.map(([reason, count]) => [count, SKIP_WORDS[reason]]),
      { indent: 2, right: [0] },
    ),
    ...(isVerbose ? ['', ...skipped.map(skippedLine(paint, from))] : []),
  ];
}

function skippedLine(paint: Paint, from: string): (skipped: Skipped) => Sayable {
  return ({ place, reason, message }) =>
    text`  ${paint.dim(reason)}  ${placeFrom(from, place)}${message === null ? '' : `: ${oneLine(message, 300)}`}`;
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
