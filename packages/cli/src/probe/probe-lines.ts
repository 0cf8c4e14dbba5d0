/** What a probe saw, for people: servers, features worst first, what was not understood, and what the reader wants known. */
import { DAY, durationWords, type FeatureReading, type Instant, type ServerState, type Snapshot } from '@glidepath/core';
import type { ProbeFailure } from '@glidepath/protocol/probe';
import { type Safe, type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import { day } from '../when.ts';

export interface Shown {
  /** Ends are told from here. */
  readonly asOf: Instant;
  /** Days end there. */
  readonly zone: string;
  readonly paint: Paint;
}

type Row = readonly Sayable[];

const UNPARSED_SHOWN = 20;
const SOON_MS = 30 * DAY;

export function probeLines(snapshot: Snapshot, failure: ProbeFailure | null, shown: Shown): readonly Safe[] {
  const { paint } = shown;
  const part = (title: string, lines: readonly Safe[]) => (lines.length === 0 ? [] : [paint.bold(title), ...lines]);
  const features = snapshot.features.toSorted((a, b) => byEnd(a, b) || fullness(b) - fullness(a));
  return [
    ...(failure === null ? [] : [text`${paint.bad(`failed (${failure.reason}):`)} ${failure.message}`]),
    ...(snapshot.takenAt === null ? [] : [text`taken ${day(snapshot.takenAt)}`]),
    ...part(
      'servers',
      table(
        snapshot.servers.map(({ name, state, reason }) => [stateWord(state, paint), name, reason ?? '']),
        { indent: 2 },
      ),
    ),
    ...part('features, what ends first and is fullest on top', featureLines(features, shown)),
    ...part(
      'would not survive',
      table(
        snapshot.latent.map(({ act, from, reason }) => [act, `from ${day(from)}`, reason]),
        { indent: 2 },
      ),
    ),
    ...unparsedLines(snapshot, paint),
    ...part(
      'notes',
      table(
        snapshot.notes.map((note) => [note]),
        { indent: 2 },
      ),
    ),
  ];
}

function byEnd(a: FeatureReading, b: FeatureReading): number {
  const [one, other] = [a.expiresAt ?? Number.MAX_SAFE_INTEGER, b.expiresAt ?? Number.MAX_SAFE_INTEGER];
  return one - other;
}

function fullness({ issued, used }: FeatureReading): number {
  if (issued === null || used === null) return -1;
  return issued === 0 ? (used > 0 ? Number.MAX_SAFE_INTEGER : 0) : used / issued;
}

function stateWord(state: ServerState, paint: Paint): Sayable {
  return state === 'up' ? paint.good(state) : state === 'down' ? paint.bad(state) : paint.warn(state);
}

const COLUMNS: readonly { readonly head: string; readonly right?: boolean; cell(feature: FeatureReading, shown: Shown): Sayable }[] = [
  { head: 'ENDS', cell: endCell },
  { head: 'IN', cell: ({ expiresAt }, { asOf }) => (expiresAt === null || expiresAt <= asOf ? '' : durationWords(expiresAt - asOf)) },
  { head: 'FEATURE', cell: ({ name }) => name },
  { head: 'VERSION', cell: ({ version }) => version ?? '' },
  { head: 'POOL', cell: ({ pool }) => pool ?? '' },
  { head: 'KIND', cell: ({ kind }) => kind ?? '' },
  { head: 'ISSUED', right: true, cell: ({ issued, kind }) => issued ?? (kind === 'uncounted' ? 'any' : null) },
  { head: 'USED', right: true, cell: ({ used }) => used },
  { head: 'FREE', right: true, cell: freeCell },
  { head: 'RESERVED', right: true, cell: ({ reserved }) => reserved ?? '' },
  { head: 'QUEUED', right: true, cell: ({ queued }, { paint }) => (queued ? paint.warn(queued) : (queued ?? '')) },
  { head: 'LINGERING', right: true, cell: ({ lingering }) => lingering ?? '' },
  { head: 'DENIED', right: true, cell: ({ denied }, { paint }) => (denied ? paint.warn(denied) : (denied ?? '')) },
  { head: 'OVER', right: true, cell: ({ overage }, { paint }) => (overage ? paint.warn(overage) : (overage ?? '')) },
  { head: 'STOPS', cell: ({ stopsAt }, { zone }) => (stopsAt === null ? '' : lastDay(stopsAt, zone)) },
];

/** Columns of which no feature says anything are left out. */
function featureLines(features: readonly FeatureReading[], shown: Shown): readonly Safe[] {
  if (features.length === 0) return [];
  const all = COLUMNS.map((column) => ({ ...column, cells: features.map((feature) => column.cell(feature, shown)) }));
  const said = all.filter(({ cells }) => cells.some((cell) => cell !== '' && cell !== null));
  const rows = features.map((_, at): Row => said.map(({ cells }) => cells[at]));
  const right = said.flatMap((column, at) => (column.right === true ? [at] : []));
  return table([said.map(({ head }) => shown.paint.dim(head)), ...rows], { indent: 2, right });
}

function endCell({ expiresAt, ends }: FeatureReading, { asOf, zone, paint }: Shown): Sayable {
  if (expiresAt === null) return ends === 'permanent' ? 'never' : 'not said';
  const words = lastDay(expiresAt, zone);
  if (expiresAt < asOf) return paint.bad(`${words} ended`);
  return expiresAt - asOf < SOON_MS ? paint.warn(words) : words;
}

function freeCell({ issued, used }: FeatureReading, { paint }: Shown): Sayable {
  if (issued === null || used === null) return '';
  const free = Math.max(0, issued - used);
  return free === 0 ? paint.bad(free) : free;
}

/** The day alone where the end is the end of its day in the zone; otherwise to the minute, in UTC. */
function lastDay(at: Instant, zone: string): string {
  const wall = new Date(at).toLocaleString('sv-SE', { timeZone: zone });
  return wall.endsWith(' 23:59:59') ? wall.slice(0, 10) : day(at);
}

function unparsedLines({ unparsed, unparsedCount }: Snapshot, paint: Paint): readonly Safe[] {
  if (unparsedCount === 0) return [];
  const shown = unparsed.slice(0, UNPARSED_SHOWN);
  const rest = unparsedCount - shown.length;
  return [
    paint.warn(`${unparsedCount} ${unparsedCount === 1 ? 'line was' : 'lines were'} not understood`),
    ...table(
      shown.map(({ line, text: words }) => [line, words]),
      { indent: 2, right: [0] },
    ),
    ...(rest > 0 ? [text`  … and ${rest} more`] : []),
  ];
}
