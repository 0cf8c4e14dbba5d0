/** The board of `glidepath status`: what stops next, each with how much runway is left. */
import { durationWords, oneLine } from '@glidepath/core';
import { type Safe, type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';
import { day } from '../when.ts';
import type { OwnersShown, RunwayAnswer } from './runway-views.ts';

const DAY_MS = 86_400_000;
const URGENT_MS = 14 * DAY_MS;
const SOON_MS = 60 * DAY_MS;
/** A full bar; what is longer is no matter of today. */
const FULL_MS = 90 * DAY_MS;
const BAR_CELLS = 9;
const NAME_MAX = 40;

export function board(runways: readonly RunwayAnswer[], now: number, paint: Paint): readonly Safe[] {
  const head = ['', 'LEFT', 'STOPS', 'WHAT', 'PRODUCT', 'OWNERS'].map((word) => paint.dim(word));
  return table([head, ...runways.map((runway) => cells(runway, now, paint))]);
}

function cells(runway: RunwayAnswer, now: number, paint: Paint): readonly Sayable[] {
  const { name, product, vendor, endsAt, owners, id } = runway;
  return [
    bar(runway, paint),
    leftWords(runway, paint),
    endsAt === null ? '–' : `${runway.state === 'latent' && endsAt <= now ? 'since ' : ''}${day(endsAt).slice(0, 10)}`,
    paint.bold(oneLine(name, NAME_MAX)),
    id.startsWith('glidepath/') ? paint.dim('Glidepath itself') : oneLine(product === vendor ? product : `${product}, ${vendor}`, NAME_MAX),
    ownersWords(owners, id, paint),
  ];
}

/** One cell for each tenth of 90 days; a bar that is empty has nothing left. */
function bar({ runwayMs, state }: RunwayAnswer, paint: Paint): Sayable {
  if (runwayMs === null) return ' '.repeat(BAR_CELLS);
  const filled = Math.max(0, Math.min(BAR_CELLS, Math.ceil((runwayMs / FULL_MS) * BAR_CELLS)));
  const cellsOf = '█'.repeat(filled) + '░'.repeat(BAR_CELLS - filled);
  if (state === 'latent' || runwayMs <= URGENT_MS) return paint.bad(cellsOf);
  return runwayMs <= SOON_MS ? paint.warn(cellsOf) : paint.good(cellsOf);
}

function leftWords({ runwayMs, state }: RunwayAnswer, paint: Paint): Sayable {
  if (state === 'latent') return paint.bad('none: latent');
  if (runwayMs === null) return state === 'open' ? 'no end' : paint.warn('unknown');
  const words = firstUnit(Math.abs(runwayMs));
  if (runwayMs <= 0) return paint.bad(`ended ${words} ago`);
  if (runwayMs <= URGENT_MS) return paint.bad(words);
  return runwayMs <= SOON_MS ? paint.warn(words) : words;
}

/** `13 days`: one unit is enough to decide by. */
export function firstUnit(ms: number): string {
  return durationWords(ms).split(' ').slice(0, 2).join(' ');
}

function ownersWords({ team, people }: OwnersShown, id: string, paint: Paint): Sayable {
  if (id.startsWith('glidepath/')) return '';
  if (team === null) return paint.bad('nobody');
  return people.length === 0 ? text`${team}: ${paint.bad('nobody')}` : `${oneLine(team, NAME_MAX)} (${people.length})`;
}
