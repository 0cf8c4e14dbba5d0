/** Plays possible futures of daily peaks, and notes on which day each first reaches a limit. */
import { type Course, weekdayOf } from './course-of-peaks.ts';

export const FUTURES = 400;

/** Futures further off than so many deviations are not played. */
const REACH = 4;

/**
 * Gives the day of each future's first peak at the limit, ascending; null, at the end, for those that never get there.
 *
 * A course that cannot get there within four deviations is not played at all: most are flat, and cost nothing.
 */
export function crossings(
  course: Course,
  limit: number,
  { firstDay, lastDay }: { readonly firstDay: number; readonly lastDay: number },
): readonly (number | null)[] {
  const top = Math.max(...course.weekdays.map((effect) => effect ?? Number.NEGATIVE_INFINITY)) + Math.max(...course.noise);
  const reach = (days: number): number =>
    course.level +
    course.drift * days +
    top +
    REACH *
      Math.sqrt(
        course.levelVariance + (course.driftVariance + 2 * course.driftWander) * (days + course.pivotDays) ** 2 + 2 * course.wander * days,
      );
  const nearest = firstDay - course.from;
  const furthest = lastDay - course.from;
  if (Math.max(reach(nearest), reach((nearest + furthest) / 2), reach(furthest)) < limit) return new Array(FUTURES).fill(null);
  const chance = sequence();
  const days: (number | null)[] = [];
  for (let future = 0; future < FUTURES; future++) days.push(crossing(course, limit, firstDay, lastDay, chance));
  return days.sort((a, b) => (a ?? Number.MAX_SAFE_INTEGER) - (b ?? Number.MAX_SAFE_INTEGER));
}

function crossing(course: Course, limit: number, firstDay: number, lastDay: number, chance: Chance): number | null {
  const scale = scaleOf(course.wanderFreedom, chance);
  const error = Math.sqrt(course.driftVariance + scale * course.driftWander) * chance.normal();
  const drift = course.drift + error;
  const step = Math.sqrt(scale * course.wander);
  let level = course.level + error * course.pivotDays + Math.sqrt(course.levelVariance) * chance.normal();
  for (let day = course.from + 1; day <= lastDay; day++) {
    level += drift + (step === 0 ? 0 : step * chance.normal());
    const effect = course.weekdays[weekdayOf(day)] ?? null;
    if (day < firstDay || effect === null) continue;
    const off = course.noise[Math.floor(chance.uniform() * course.noise.length)] ?? 0;
    if (Math.round(level + effect + off) >= limit) return day;
  }
  return null;
}

/** How far off a variance may be that is known from so many stretches: inverse chi-square over its freedom, at most eightfold. */
function scaleOf(freedom: number, chance: Chance): number {
  let sum = 0;
  for (let i = 0; i < freedom; i++) sum += chance.normal() ** 2;
  return Math.min(8, freedom / Math.max(sum, 1e-9));
}

interface Chance {
  /** In [0, 1). */
  uniform(): number;
  normal(): number;
}

/** The same numbers each time (mulberry32, and the polar method of Marsaglia): a forecast is a function of its samples. */
function sequence(): Chance {
  let state = 0x9e37_79b9;
  let kept: number | null = null;
  const uniform = (): number => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = (): number => {
    if (kept !== null) {
      const value = kept;
      kept = null;
      return value;
    }
    for (;;) {
      const [u, v] = [2 * uniform() - 1, 2 * uniform() - 1];
      const square = u * u + v * v;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      kept = v * scale;
      return u * scale;
    }
  };
  return { uniform, normal };
}
