/** Series of daily peaks as licences have them, made up from a seed: a past of some months, and a future to be judged by. */
import type { Random } from '@glidepath/core';

export interface Series {
  readonly past: readonly number[];
  readonly future: readonly number[];
  readonly limit: number;
}

export interface Shape {
  readonly name: string;
  readonly about: string;
  /** Whether its limit is one that it comes to. */
  readonly grows: boolean;
  make(random: Random): Series;
}

const FUTURE_DAYS = 500;

export const SHAPES: readonly Shape[] = [
  shape('linear growth', 'steady growth, noise of a tenth', ({ day, slope, noise }) => slope * day + noise),
  shape(
    'weekly season',
    'the same, a third of it at weekends',
    ({ day, slope, noise, level }) => (level + slope * day + noise) * (day % 7 >= 5 ? 0.33 : 1) - level,
  ),
  stepsShape(),
  shape('noisy growth', 'steady growth, noise of a third', ({ day, slope, noise }) => slope * day + 3 * noise),
  wanderShape(),
  shape('outliers and feasts', 'steady growth, one day in thirty wild, a week of feasts', ({ day, slope, noise, wild, level }) => {
    const isFeast = day % 91 > 70 && day % 91 < 78;
    return isFeast ? -level * 0.8 : slope * day + noise - (wild ? level * 0.7 : 0);
  }),
  shape('flat', 'no growth, noise of a tenth, the limit a third above', ({ noise }) => noise, false),
];

interface Day {
  readonly day: number;
  readonly level: number;
  readonly slope: number;
  readonly noise: number;
  readonly wild: boolean;
}

function shape(name: string, about: string, peakAt: (day: Day) => number, grows = true): Shape {
  return {
    ...{ name, about, grows },
    make(random) {
      const frame = frameOf(random);
      const peaks = Array.from({ length: frame.pastDays + FUTURE_DAYS }, (_, day) => {
        const noise = normal(random) * frame.level * 0.1;
        return rounded(frame.level + peakAt({ day, level: frame.level, slope: frame.slope, noise, wild: random.next() < 1 / 30 }));
      });
      return seriesOf(frame, peaks, grows, random);
    },
  };
}

/** Teams join: nothing for weeks, then five to fifteen percent at once. */
function stepsShape(): Shape {
  return {
    ...{ name: 'steps', about: 'teams that join at once, at chance', grows: true },
    make(random) {
      const frame = frameOf(random);
      let level = frame.level;
      const everyDays = 10 + 15 * random.next();
      const peaks = Array.from({ length: frame.pastDays + FUTURE_DAYS }, () => {
        if (random.next() < 1 / everyDays) level += frame.level * (0.05 + 0.1 * random.next());
        return rounded(level + normal(random) * frame.level * 0.04);
      });
      return seriesOf(frame, peaks, true, random);
    },
  };
}

/** Projects come and go: a random walk with drift. */
function wanderShape(): Shape {
  return {
    ...{ name: 'wandering', about: 'a random walk with drift', grows: true },
    make(random) {
      const frame = frameOf(random);
      let level = frame.level;
      const peaks = Array.from({ length: frame.pastDays + FUTURE_DAYS }, () => {
        level += frame.slope + normal(random) * frame.level * 0.015;
        return rounded(Math.max(0, level) + normal(random) * frame.level * 0.04);
      });
      return seriesOf(frame, peaks, true, random);
    },
  };
}

interface Frame {
  readonly level: number;
  readonly slope: number;
  readonly pastDays: number;
}

/** 40 to 400 seats that grow by a tenth to a half in a hundred days, with 30 to 120 days of past. */
function frameOf(random: Random): Frame {
  const level = 40 + 360 * random.next();
  return { level, slope: (level * (0.1 + 0.4 * random.next())) / 100, pastDays: 30 + Math.floor(90 * random.next()) };
}

/** The limit is above everything seen; one that grows comes to it within some months. */
function seriesOf({ level, slope, pastDays }: Frame, peaks: readonly number[], grows: boolean, random: Random): Series {
  const past = peaks.slice(0, pastDays);
  const seen = Math.max(...past);
  const limit = grows ? Math.ceil(seen + 1 + slope * (10 + 100 * random.next())) : Math.ceil(Math.max(seen + 1, level * 1.5));
  return { past, future: peaks.slice(pastDays), limit };
}

function rounded(peak: number): number {
  return Math.max(0, Math.round(peak));
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
