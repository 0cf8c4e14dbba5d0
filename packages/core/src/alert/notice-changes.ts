/** What a new round of alerts does to the notices that are open: who is told again, and who is left in peace. */
import { higherNotify } from '../decision/course.ts';
import type { Severity } from '../policy/policy.ts';
import type { Notice } from '../ports/held-records.ts';
import { type Instant, instant, MINUTE, type Milliseconds } from '../time.ts';
import type { Alert } from './alert-facts.ts';

/**
 * So long must a condition be gone, or milder, before its notice is resolved, or lowered. A condition that comes and goes
 * within this time is one notice, told once.
 */
export const EASE_AFTER_MS: Milliseconds = 15 * MINUTE;

export type OpenNotice = Pick<
  Notice,
  | 'id'
  | 'key'
  | 'condition'
  | 'severity'
  | 'subject'
  | 'ownerTeam'
  | 'message'
  | 'facts'
  | 'openedAt'
  | 'toldAt'
  | 'acknowledgedAt'
  | 'easedSince'
>;

export interface NoticeChanges<N extends OpenNotice = Notice> {
  /** To insert, and to tell. */
  readonly opened: readonly Alert[];
  /** To raise (`severity`, `risenAt`), to tell again, and to ask for acknowledgement again. */
  readonly risen: readonly { readonly notice: N; readonly alert: Alert }[];
  /** To close (`resolvedAt`); told only where the notice itself was told. */
  readonly resolved: readonly N[];
  /**
   * To keep, with `message` and `facts` of the alert where there is one. `easedSince` is to be stored; `severity` differs
   * from the notice's where it has been milder for long enough.
   */
  readonly unchanged: readonly {
    readonly notice: N;
    readonly alert: Alert | null;
    readonly severity: Severity;
    readonly easedSince: Instant | null;
  }[];
  /** Opened, but never put into a delivery (nobody was there to tell): to tell now, unless acknowledged. */
  readonly untold: readonly N[];
}

/**
 * Compares open notices with the alerts that hold, by key.
 *
 * An acknowledged notice is silent until its severity rises. Two open notices of one key (written by two nodes at once) are
 * both kept up and resolved; only the first is told.
 */
export function noticeChanges<N extends OpenNotice>(open: readonly N[], alerts: readonly Alert[], now: Instant): NoticeChanges<N> {
  const changes = { opened: [] as Alert[], risen: [] as { notice: N; alert: Alert }[], resolved: [] as N[], untold: [] as N[] };
  const unchanged: NoticeChanges<N>['unchanged'][number][] = [];
  const holding = new Map(alerts.map((alert) => [alert.key, alert]));
  const seen = new Set<string>();
  for (const notice of open) {
    const alert = holding.get(notice.key) ?? null;
    const isFirst = !seen.has(notice.key);
    seen.add(notice.key);
    if (alert !== null && isFirst && isWorse(alert.severity, notice.severity)) {
      changes.risen.push({ notice, alert });
      continue;
    }
    const kept = keep(notice, alert, now);
    if (kept === null) changes.resolved.push(notice);
    else unchanged.push(kept);
    if (kept !== null && isFirst && alert !== null && notice.toldAt === null && notice.acknowledgedAt === null) changes.untold.push(notice);
  }
  for (const alert of holding.values()) if (!seen.has(alert.key)) changes.opened.push(alert);
  return { ...changes, unchanged };
}

/** Null: it has been gone for long enough. */
function keep<N extends OpenNotice>(notice: N, alert: Alert | null, now: Instant) {
  const isEased = alert === null || isWorse(notice.severity, alert.severity);
  const easedSince = isEased ? instant(Math.min(notice.easedSince ?? now, now)) : null;
  const isOver = easedSince !== null && now - easedSince >= EASE_AFTER_MS;
  if (!isOver) return { notice, alert, severity: notice.severity, easedSince };
  return alert === null ? null : { notice, alert, severity: alert.severity, easedSince: null };
}

function isWorse(a: Severity, b: Severity): boolean {
  return a !== b && higherNotify(a, b) === a;
}
