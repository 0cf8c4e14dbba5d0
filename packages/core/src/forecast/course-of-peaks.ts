/** The course of daily peaks: drift, weekdays, noise and wandering, each by an estimate that a few wild days do not move. */
export interface DayPeak {
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly peak: number;
}

export interface Course {
  /** Day from which drift counts: the last one known. */
  readonly from: number;
  /** Level on that day, weekday effects apart. */
  readonly level: number;
  /** Variance of the level in the middle of the days that it was taken from. */
  readonly levelVariance: number;
  /** How many days before `from` that middle lies: over these, too, the level is only as sure as the drift. */
  readonly pivotDays: number;
  /** Per day. */
  readonly drift: number;
  /** How unsure the drift is for the noise of days. */
  readonly driftVariance: number;
  /** And for wandering, which on so few days looks like a drift. */
  readonly driftWander: number;
  /** Variance of the level's wandering, per day, and from how many independent stretches it is known, those of the prior among them. */
  readonly wander: number;
  readonly wanderFreedom: number;
  /** What a weekday adds; index 0 is the weekday of day 0 (a Thursday). Null: a quiet day, on which no limit is reached. */
  readonly weekdays: readonly (number | null)[];
  /** What single days were above or below; never empty. */
  readonly noise: readonly number[];
}

/** A weekday with less than this share of the busiest one is quiet: a weekend. */
const QUIET = 0.7;
/** A day further from its neighbours than so many deviations is an error or a feast, unless there are several. */
const WILD = 4.5;
/** From the median of absolute deviations to a standard deviation, where the noise is normal. */
const MAD_SCALE = 1.4826;
/** How far a median scatters beside a mean, in variance. */
const MEDIAN_LOSS = 1.57;
/**
 * What is known of drifts before any sample: most licences double in no less than 200 days. A trend that is hardly one is
 * pulled towards none; one that is plain to see does not notice.
 */
const DRIFT_PRIOR_DAYS = 200;
/** Days within which the level hardly wanders: so long is one independent stretch of it. */
const STRETCH_DAYS = 20;
/** Of the level, squared and per day: nobody's level stands quite still, and a month without a new team is no proof. */
const WANDER_PRIOR = 0.008 ** 2;
const WANDER_PRIOR_FREEDOM = 1;

export function courseOf(all: readonly DayPeak[]): Course {
  const isBusy = busyWeekdays(all);
  const days = all.filter(({ day }) => isBusy[weekdayOf(day)]);
  const from = all.at(-1)?.day ?? 0;
  const span = Math.max(1, from - (days[0]?.day ?? from));
  const slope = seasonalSlope(days);
  const { left, middle, weekdays } = detrended(days, slope, from, isBusy);
  const { noise: variance, wander: seen } = variances(left, span);
  const freedom = Math.max(1, Math.round(span / STRETCH_DAYS));
  const wanderFreedom = freedom + WANDER_PRIOR_FREEDOM;
  // A variance from few stretches is more often too small than too large: the mean of what it may be is (f + 2) / f of it.
  const wander = (seen * (freedom + 2) + WANDER_PRIOR * middle ** 2 * WANDER_PRIOR_FREEDOM) / wanderFreedom;
  const window = Math.min(span, Math.max(10, 2 * Math.sqrt(variance / Math.max(wander, 1e-9))));
  const recent = left.filter(({ day }) => from - day <= window).map(({ value }) => value);
  const driftVariance = (12 * variance) / (left.length * span ** 2);
  const driftWander = wander / span;
  const trust = shareOf((Math.max(1, middle) / DRIFT_PRIOR_DAYS) ** 2, driftVariance + driftWander);
  const pivotDays = window / 2;
  return {
    ...{ from, wander, wanderFreedom, weekdays, pivotDays },
    drift: slope * trust,
    driftVariance: driftVariance * trust,
    driftWander: driftWander * trust,
    // Pulling the drift towards none turns the line around its middle, not around its end.
    level: middle + median(recent) - slope * (1 - trust) * pivotDays,
    levelVariance: (variance * MEDIAN_LOSS) / Math.max(1, recent.length) + (wander * window) / 12,
    noise: seen === 0 ? left.map(({ value }) => value) : offSurroundings(left),
  };
}

/** What a slope and the weekdays leave over, wild days left out. */
function detrended(days: readonly DayPeak[], slope: number, from: number, isBusy: readonly boolean[]) {
  const values = days.map(({ day, peak }) => ({ day, value: peak - slope * (day - from) }));
  const middle = median(values.map(({ value }) => value));
  const weekdays = WEEK.map((weekday) => (isBusy[weekday] ? effectOf(weekday, values, middle) : null));
  const left = values.map(({ day, value }) => ({ day, value: value - middle - (weekdays[weekdayOf(day)] ?? 0) }));
  return { middle, weekdays, left: withoutWild(left) };
}

/** The part of the first in the sum of two variances. */
function shareOf(first: number, second: number): number {
  return first + second === 0 ? 1 : first / (first + second);
}

/** Weekdays whose median is not far below that of the busiest. A limit is reached on one of these, and only they are looked at. */
function busyWeekdays(days: readonly DayPeak[]): readonly boolean[] {
  const lately = days.slice(-56);
  const medians = WEEK.map((weekday) => median(lately.filter(({ day }) => weekdayOf(day) === weekday).map(({ peak }) => peak)));
  const busiest = Math.max(...medians);
  return medians.map((peak) => peak >= QUIET * busiest);
}

/** Median of the slopes between days that are whole weeks apart. */
function seasonalSlope(days: readonly DayPeak[]): number {
  const slopes: number[] = [];
  for (const [i, a] of days.entries()) {
    for (let j = i + 1; j < days.length; j++) {
      const b = days[j];
      if (b && (b.day - a.day) % 7 === 0) slopes.push((b.peak - a.peak) / (b.day - a.day));
    }
  }
  return median(slopes);
}

interface Left {
  readonly day: number;
  readonly value: number;
}

/** Pulled towards nothing where there are few such days: two Tuesdays are no rule. */
function effectOf(weekday: number, detrended: readonly Left[], middle: number): number {
  const values = detrended.filter(({ day }) => weekdayOf(day) === weekday).map(({ value }) => value);
  return values.length === 0 ? 0 : ((median(values) - middle) * values.length) / (values.length + 4);
}

/** Leaves out single days that are far from the days around them; above, three alike are no accident. */
function withoutWild(left: readonly Left[]): readonly Left[] {
  const distances = left.map(({ value }, i) => value - median(left.slice(Math.max(0, i - 10), i + 11).map((other) => other.value)));
  const bound = Math.max(WILD * MAD_SCALE * median(distances.map(Math.abs)), 1e-9);
  const isHabit = distances.filter((distance) => distance > bound).length >= 3;
  return left.filter((_, i) => {
    const distance = distances[i] ?? 0;
    return distance >= -bound && (distance <= bound || isHabit);
  });
}

/**
 * Splits the variance of differences into the noise of a day and the wandering of the level: the first is in every difference,
 * the second grows with the distance. Least squares over distances of up to a third of the span.
 *
 * A drift taken from the same days has followed part of the wandering: at distance `h` of a span `n` only `h (1 − h/n)` of
 * it is left to be seen.
 */
function variances(left: readonly Left[], span: number): { readonly noise: number; readonly wander: number } {
  const byDay = new Map(left.map(({ day, value }) => [day, value]));
  const points: { reach: number; variance: number; weight: number }[] = [];
  for (let distance = 1; distance <= Math.max(5, span / 3); distance++) {
    let sum = 0;
    let count = 0;
    for (const { day, value } of left) {
      const later = byDay.get(day + distance);
      if (later === undefined) continue;
      sum += (later - value) ** 2;
      count++;
    }
    if (count > 2) points.push({ reach: distance * (1 - distance / span), variance: sum / count, weight: count / distance });
  }
  const total = sumOf(points, ({ weight }) => weight);
  if (total === 0) return { noise: 0, wander: 0 };
  const meanReach = sumOf(points, ({ weight, reach }) => weight * reach) / total;
  const meanVariance = sumOf(points, ({ weight, variance }) => weight * variance) / total;
  const covariance = sumOf(points, ({ weight, reach, variance }) => weight * (reach - meanReach) * (variance - meanVariance));
  const spread = sumOf(points, ({ weight, reach }) => weight * (reach - meanReach) ** 2);
  const wander = spread === 0 ? 0 : Math.max(0, covariance / spread);
  return { noise: Math.max(0, (meanVariance - wander * meanReach) / 2), wander };
}

/** What single days were off their own surroundings, so that wandering is not counted twice. */
function offSurroundings(left: readonly Left[]): readonly number[] {
  return left.map(({ value }, i) => value - median(left.slice(Math.max(0, i - 4), i + 5).map((other) => other.value)));
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
