/**
 * When seats or a quota will be used up, from the peaks of past days. A forecast is a range of dates, never a promise.
 *
 * The method is a level with drift, robustly estimated, whose possible futures are played through:
 *
 * 1. **Weekdays**: only weekdays that are about as busy as the busiest are looked at, because a limit is reached on one of
 *    them; what each of them adds is a median.
 * 2. **Drift**: the median of `(y_j − y_i) / (j − i)` over all pairs of days that are whole weeks apart: the slope of Theil
 *    and Sen in its seasonal form (P. K. Sen 1968; R. M. Hirsch, J. R. Slack and R. A. Smith, "Techniques of trend analysis
 *    for monthly water quality data", 1982). A feast, a wild day or a reading that was wrong does not bend it.
 * 3. **Noise and wandering**: the variance of what is left over between days `h` apart is `2σ² + q·h`, where σ is the noise of
 *    a day and `q` how far the level itself wanders (the local level model: A. C. Harvey, "Forecasting, structural time
 *    series models and the Kalman filter", 1989). A team that joins at once is wandering, not noise, and must not be
 *    averaged away: it is what makes straight lines overconfident.
 * 4. **Futures**: each of 400 futures draws its own drift (it is known to within `q/n + 12σ²/n³`; compare R. J. Hyndman and
 *    G. Athanasopoulos, "Forecasting: principles and practice", §5.5 on the drift method), wanders, and adds the noise of a
 *    day as the past had it. The day of the first peak at the limit is noted: noise reaches a limit before its mean does,
 *    which a line through the means overlooks. `at` is the median, `early` and `late` enclose 80 %.
 *
 * A month of chance looks like a trend: drifts are pulled towards none by as much as they are unsure, and a forecast reaches no
 * further than three times its past. Chance comes from a fixed sequence, so that equal samples give equal forecasts. What
 * it cannot know: a feast to come, a team that will be hired, demand that an earlier limit cut off. `bench/forecast.ts` measures
 * how often the interval holds, and how far the middle is off.
 */
import { DAY, type Instant, type Milliseconds } from '../time.ts';
import { courseOf, type DayPeak } from './course-of-peaks.ts';
import { crossings } from './crossings.ts';

export interface PeakSample {
  /** Midnight UTC. */
  readonly day: Instant;
  readonly peak: number;
}

/** Between `early` and `late` with 80 % confidence; `late` null: later than the forecast reaches, perhaps never. */
export interface Forecast {
  readonly at: Instant;
  readonly early: Instant;
  readonly late: Instant | null;
}

/** `full`: reached already, since `since`. `later`: not before `until`, in nine cases of ten; when then, nobody can tell. */
export type ExhaustionOutlook =
  | { readonly kind: 'unknown'; readonly reason: 'too-few-days' | 'too-old' }
  | { readonly kind: 'full'; readonly since: Instant }
  | { readonly kind: 'later'; readonly until: Instant }
  | { readonly kind: 'dated'; readonly forecast: Forecast };

/** Two of each weekday; less says nothing about a trend. */
export const FORECAST_DAYS_MIN = 14;
/** Older days are of another company. */
export const FORECAST_WINDOW_MS: Milliseconds = 120 * DAY;
export const FORECAST_HORIZON_MS: Milliseconds = 400 * DAY;
/** A forecast reaches no further than so many times its past: a month of chance is no trend for a year. */
const REACH = 3;
/** A trend that ended a week ago is no trend. */
export const FORECAST_STALE_MS: Milliseconds = 8 * DAY;

const EARLY = 0.1;
const LATE = 0.9;

/** As `exhaustionOutlook`, where only a date counts: null when too little is known and when it likely lasts. */
export function forecastExhaustion(samples: readonly PeakSample[], limit: number, now: Instant): Forecast | null {
  const outlook = exhaustionOutlook(samples, limit, now);
  if (outlook.kind === 'dated') return outlook.forecast;
  return outlook.kind === 'full' ? { at: outlook.since, early: outlook.since, late: outlook.since } : null;
}

/**
 * Says when the peak of a day will first be at the limit.
 *
 * The day that `now` is in is not over: its peak counts only when it is at the limit already. Days without a sample are left
 * out, not taken for zero.
 */
export function exhaustionOutlook(samples: readonly PeakSample[], limit: number, now: Instant): ExhaustionOutlook {
  const days = daysOf(samples, now);
  const since = fullSince(days, limit);
  if (since !== null) return { kind: 'full', since: atDay(since) };
  const today = Math.floor(now / DAY);
  const past = days.filter(({ day }) => day < today);
  const last = past.at(-1);
  if (!last || past.length < FORECAST_DAYS_MIN) return { kind: 'unknown', reason: 'too-few-days' };
  if (today - last.day > FORECAST_STALE_MS / DAY) return { kind: 'unknown', reason: 'too-old' };
  return outlookOf(past, limit, today);
}

function outlookOf(past: readonly DayPeak[], limit: number, today: number): ExhaustionOutlook {
  const [first, last] = [past[0]?.day ?? today, past.at(-1)?.day ?? today];
  const horizon = Math.min(FORECAST_HORIZON_MS / DAY, REACH * (last - first + 1));
  const futures = crossings(courseOf(past), limit, { firstDay: Math.max(today, last + 1), lastDay: today + horizon });
  const dayAt = (share: number): number | null => futures[Math.min(futures.length - 1, Math.floor(share * futures.length))] ?? null;
  const [early, middle, late] = [dayAt(EARLY), dayAt(0.5), dayAt(LATE)];
  if (early === null || middle === null) return { kind: 'later', until: atDay(early ?? today + horizon) };
  return { kind: 'dated', forecast: { at: atDay(middle), early: atDay(early), late: late === null ? null : atDay(late) } };
}

/** One peak a day, oldest first; what is no number, too old or in the future is left out. */
function daysOf(samples: readonly PeakSample[], now: Instant): readonly DayPeak[] {
  const peaks = new Map<number, number>();
  for (const { day, peak } of samples) {
    if (!Number.isFinite(peak) || peak < 0 || day > now || now - day > FORECAST_WINDOW_MS) continue;
    const index = Math.floor(day / DAY);
    peaks.set(index, Math.max(peak, peaks.get(index) ?? 0));
  }
  return [...peaks].map(([day, peak]) => ({ day, peak })).sort((a, b) => a.day - b.day);
}

/**
 * The first of the latest working days at the limit; null when the latest is below it.
 *
 * A weekend between does not empty the seats for good: days below are looked over when at least two of the last seven known
 * days, and one of the last three, are at the limit.
 */
function fullSince(days: readonly DayPeak[], limit: number): number | null {
  const isFull = ({ peak }: DayPeak): boolean => peak >= limit;
  const latest = days.slice(-7).filter(isFull);
  const isNow = days.slice(-1).some(isFull) || (days.slice(-3).some(isFull) && latest.length >= 2);
  if (!isNow) return null;
  let since = days.length - 1;
  for (let i = days.length - 1; i >= 0; i--) {
    const day = days[i];
    if (day && isFull(day)) since = i;
    else if (!days.slice(Math.max(0, i - 2), i).some(isFull)) break;
  }
  return days[since]?.day ?? null;
}

function atDay(day: number): Instant {
  return (day * DAY) as Instant;
}
