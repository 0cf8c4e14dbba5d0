/** What a run comes to, in words. A history that saw too little to mean anything is not sound: it is called so. */
import type { LeaseAnswer, Violation } from './history.ts';
import type { Blows } from './nemesis.ts';
import type { RunResult } from './run.ts';

export interface Judged {
  readonly verdict: 'sound' | 'broken' | 'saw-too-little';
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly blows: Blows;
  readonly counts: Counts;
  readonly elapsedMs: number;
}

export interface Counts {
  readonly leaseCalls: number;
  readonly leases: number;
  readonly verdicts: number;
  readonly unknown: number;
  readonly reaped: number;
  readonly events: number;
  readonly eventsAcknowledged: number;
  /** Why calls stayed without an answer, the most frequent first. */
  readonly whys: readonly (readonly [string, number])[];
}

/** Far below what an idle machine gives, and enough for every rule to have been put to the test. */
const LEAST = { leases: 300, verdicts: 100, unknown: 20, reaped: 20, eventsAcknowledged: 200 };

export function judge(
  { history, blows, elapsedMs }: RunResult,
  violations: readonly Violation[],
  { seed, kills, isPlanted }: { readonly seed: number; readonly kills: number; readonly isPlanted: boolean },
): Judged {
  const counts = countsOf(history);
  const isEnough = Object.entries(LEAST).every(([what, least]) => counts[what as keyof typeof LEAST] >= least);
  const isStruck = blows.nodeKills + blows.databaseKills >= kills;
  const verdict = violations.length > 0 ? 'broken' : isPlanted || (isEnough && isStruck) ? 'sound' : 'saw-too-little';
  return { verdict, seed, violations, blows, counts, elapsedMs };
}

function countsOf({ calls, usage, truth }: RunResult['history']): Counts {
  const answers = (kind: LeaseAnswer['kind']) => calls.filter(({ answer }) => answer.kind === kind).length;
  const acknowledged = usage.flatMap(({ outcomes }) => outcomes ?? []).filter((outcome) => outcome === 'counted');
  return {
    leaseCalls: calls.length,
    leases: answers('lease'),
    verdicts: answers('verdict'),
    unknown: answers('unknown'),
    reaped: truth.audit.filter(({ action }) => action === 'lease.reaped').length,
    events: truth.events.length,
    eventsAcknowledged: acknowledged.length,
    whys: whysOf(calls),
  };
}

function whysOf(calls: RunResult['history']['calls']): Counts['whys'] {
  const whys = new Map<string, number>();
  for (const { answer } of calls) {
    if (answer.kind === 'unknown') whys.set(answer.why, (whys.get(answer.why) ?? 0) + 1);
    if (answer.kind === 'refused') whys.set(`refused ${answer.code}`, (whys.get(`refused ${answer.code}`) ?? 0) + 1);
  }
  return [...whys].toSorted(([, a], [, b]) => b - a).slice(0, 6);
}

const SHOWN = 12;

export function summary({ verdict, violations, blows, counts, elapsedMs }: Judged, what: string): string {
  const { nodeKills, databaseKills, pauses, clockSteps, cuts } = blows;
  const lines = [
    `histories, ${what}: ${VERDICTS[verdict]} (${(elapsedMs / 1_000).toFixed(0)} s)`,
    `  blows: ${nodeKills} nodes and ${databaseKills} databases killed, ${pauses} nodes paused, ${clockSteps} clocks stepped, ${cuts} times all wires cut`,
    `  calls of leases: ${counts.leaseCalls}; leases ${counts.leases}, signed "no" ${counts.verdicts}, unanswered ${counts.unknown}; reaped ${counts.reaped}`,
    `  without an answer: ${counts.whys.map(([why, count]) => `${count} ${why}`).join(', ') || 'none'}`,
    `  events: ${counts.events} in the store, ${counts.eventsAcknowledged} acknowledged as counted`,
    ...violations.slice(0, SHOWN).map(({ broken, message }) => `  ${broken}: ${message}`),
    ...(violations.length > SHOWN ? [`  and ${violations.length - SHOWN} more`] : []),
  ];
  return lines.join('\n');
}

const VERDICTS: Readonly<Record<Judged['verdict'], string>> = {
  sound: 'sound',
  broken: 'BROKEN',
  'saw-too-little': 'SAW TOO LITTLE to mean anything',
};
