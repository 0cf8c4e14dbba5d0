/**
 * Says which probes have changed in what they say of themselves: one line per kind of change, however many changed at once.
 * A vendor's server that goes down behind a thousand probes is one line, not a thousand.
 */
import { MINUTE, type Milliseconds } from '@glidepath/core';
import type { ReportedOutcome } from '../link/transport.ts';
import type { AgentLog } from '../log.ts';
import type { Change } from './schedule.ts';

const NAMED_MAX = 10;
const QUIET_MS = MINUTE;

export interface ChangeLog {
  note(probe: string, change: Change, outcome: ReportedOutcome): void;
  /** Writes what was noted, at most once a minute; `monotonicMs` null: at once. */
  say(monotonicMs: Milliseconds | null): void;
}

interface Group {
  readonly to: string;
  /** Of the first of them. */
  readonly message: string | null;
  readonly probes: string[];
  count: number;
}

export function createChangeLog(log: AgentLog): ChangeLog {
  let quietUntil = Number.NEGATIVE_INFINITY;
  const groups = new Map<string, Group>();
  return {
    note(probe, { from, to }, outcome) {
      // The first good word of a probe is what everybody expects.
      if (outcome.ok && from === null) return;
      const group = groups.get(to) ?? { to, message: outcome.ok ? null : outcome.message, probes: [], count: 0 };
      groups.set(to, group);
      group.count += 1;
      if (group.probes.length < NAMED_MAX) group.probes.push(probe);
    },
    say(monotonicMs) {
      if (groups.size === 0 || (monotonicMs !== null && monotonicMs < quietUntil)) return;
      quietUntil = (monotonicMs ?? 0) + QUIET_MS;
      for (const { to, message, probes, count } of groups.values()) {
        if (to === 'ok') log.info('agent.probes-see-again', { count, probes });
        else log.warn('agent.probes-blind', { reason: to, count, probes, message });
      }
      groups.clear();
    },
  };
}
