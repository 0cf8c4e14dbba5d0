/** The course of daily peaks: drift, weekdays, noise and wandering, each by an estimate that a few wild days do not move. */
import type { DayPeak } from './forecast.ts';

export interface Course {
  /** Day from which drift counts: the last one known. */
  readonly from: number;
  /** Level on that day, weekday effects apart. */
  readonly level: number;
  /** Variance of that level. */
  readonly levelVariance: number;
  /** Per day. */
  readonly drift: number;
  readonly driftVariance: number;
  /** Variance of the level's wandering, per day. */
  readonly wander: number;
  /** What a weekday adds; index 0 is the weekday of day 0 (a Thursday). */
  readonly weekdays: readonly number[];
  /** What single days were above or below, per weekday; never empty. */
  readonly noise: readonly (readonly number[])[];
}

/** A day further from its neighbours than so many deviations is an error or a feast, unless there are several. */
const WILD = 4.5;
/** From the median of absolute deviations to a standard deviation, where the noise is normal. */
const MAD_SCALE = 1.4826;

export function courseOf(days: readonly DayPeak[]): Course {
  const drift = seasonalSlope(days);
  const from = days.at(-1)?.day ?? 0;
  const detrended = days.map(({ day, peak }) => ({ day, value: peak - drift * (day - from) }));
  const middle = median(detrended.map(({ value }) => value));
  const weekdays = weekdayEffects(detrended, middle);
  const left = detrended.map(({ day, value }) => ({ day, value: value - middle - (weekdays[weekdayOf(day)] ?? 0) }));
  const tame = withoutWild(left);
  const { noise: variance, wander } = variances(tame);
  const span = Math.max(1, from - (days[0]?.day ?? from));
  const window = wander === 0 ? span : Math.min(span, Math.max(7, Math.sqrt(variance / wander) * 2));
  const recent = tame.filter(({ day }) => from - day < window).map(({ value }) => value);
  const shift = median(recent);
  return {
    ...{ from, drift, wander, weekdays },
    level: middle + shift,
    levelVariance: (variance * 1.57) / Math.max(1, recent.length) + (wander * window) / 3,
    driftVariance: wander / span + (12 * variance) / span ** 3,
    noise: noiseByWeekday(tame, wander),
  };
}

/** Median of the slopes between days that are whole weeks apart; where there are none, between any two. */
function seasonalSlope(days: readonly DayPeak[]): number {
  const slopes: number[] = [];
  for (const [i, a] of days.entries()) {
    for (const b of days.slice(i + 1)) if ((b.day - a.day) % 7 === 0) slopes.push((b.peak - a.peak) / (b.day - a.day));
  }
  return slopes.length === 0 ? 0 : median(slopes);
}

interface Left {
  readonly day: number;
  readonly value: number;
}

function weekdayEffects(detrended: readonly Left[], middle: number): readonly number[] {
  return WEEK.map((weekday) => {
    const values = detrended.filter(({ day }) => weekdayOf(day) === weekday).map(({ value }) => value);
    return values.length === 0 ? 0 : median(values) - middle;
  });
}

/** Leaves out single days that are far from the days around them; three alike are no accident. */
function withoutWild(left: readonly Left[]): readonly Left[] {
  const distances = left.map(({ value }, i) => {
    const around = left.slice(Math.max(0, i - 5), i + 6).map((other) => other.value);
    return value - median(around);
  });
  const deviation = MAD_SCALE * median(distances.map(Math.abs));
  const bound = Math.max(WILD * deviation, 1e-9);
  const above = distances.filter((distance) => distance > bound).length;
  return left.filter((_, i) => {
    const distance = distances[i] ?? 0;
    return distance < -bound ? false : distance <= bound || above >= 3;
  });
}

/**
 * Splits the variance of differences into the noise of a day and the wandering of the level: the first is in every difference,
 * the second grows with the distance. Least squares over distances of up to half of the span.
 */
function variances(left: readonly Left[]): { readonly noise: number; readonly wander: number } {
  const byDay = new Map(left.map(({ day, value }) => [day, value]));
  const span = (left.at(-1)?.day ?? 0) - (left[0]?.day ?? 0);
  const points: { distance: number; variance: number; weight: number }[] = [];
  for (let distance = 1; distance <= Math.max(2, span / 3); distance++) {
    let sum = 0;
    let count = 0;
    for (const { day, value } of left) {
      const later = byDay.get(day + distance);
      if (later === undefined) continue;
      sum += (later - value) ** 2;
      count++;
    }
    if (count > 2) points.push({ distance, variance: sum / count, weight: count / distance });
  }
  const total = sumOf(points, ({ weight }) => weight);
  if (total === 0) return { noise: 0, wander: 0 };
  const meanDistance = sumOf(points, ({ weight, distance }) => weight * distance) / total;
  const meanVariance = sumOf(points, ({ weight, variance }) => weight * variance) / total;
  const covariance = sumOf(points, ({ weight, distance, variance }) => weight * (distance - meanDistance) * (variance - meanVariance));
  const spread = sumOf(points, ({ weight, distance }) => weight * (distance - meanDistance) ** 2);
  const wander = spread === 0 ? 0 : Math.max(0, covariance / spread);
  return { noise: Math.max(0, (meanVariance - wander * meanDistance) / 2), wander };
}

/** What single days were off their own surroundings, so that wandering is not counted twice. */
function noiseByWeekday(left: readonly Left[], wander: number): readonly (readonly number[])[] {
  const off = left.map(({ day, value }, i) => {
    if (wander === 0) return { day, value };
    const around = left.slice(Math.max(0, i - 4), i + 5).map((other) => other.value);
    return { day, value: value - median(around) };
  });
  const all = off.map(({ value }) => value);
  return WEEK.map((weekday) => {
    const own = off.filter(({ day }) => weekdayOf(day) === weekday).map(({ value }) => value);
    return own.length >= 4 ? own : all;
  });
}

const WEEK = [0, 1, 2, 3, 4, 5, 6] as const;

export function weekdayOf(day: number): number {
  return ((day % 7) + 7) % 7;
}

export function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(half) - 1] ?? 0, sorted[Math.floor(half)] ?? 0];
  return (low + high) / 2;
}

function sumOf<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}
