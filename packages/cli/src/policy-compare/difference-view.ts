/** A difference between two policies for people: what it means in sentences, where it lies in a table, losses first. */
import { type PolicyDifference, type StateDifference, whatWords } from '@glidepath/core';
import { join, type Safe, type Sayable, text } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { table } from '../terminal/table.ts';

/** As the control plane counts them. */
export interface LiveCounts {
  readonly licenses: number;
  readonly seats: number;
  readonly byState: readonly { readonly state: number; readonly licenses: number | null; readonly seats: number | null }[];
  readonly read: number;
  readonly isComplete: boolean;
}

export function differenceLines(difference: PolicyDifference, live: LiveCounts | null, paint: Paint): readonly Safe[] {
  const { sentences, states } = difference;
  if (sentences.length === 0) return [text`${paint.good('no difference')}: both decide every state alike`, ...liveLines(live)];
  return [
    ...sentences.map((sentence) => text`${sentence}`),
    ...(states.length === 0 ? [] : [text``, ...stateTable(states, live, paint)]),
    ...liveLines(live),
  ];
}

function stateTable(states: readonly StateDifference[], live: LiveCounts | null, paint: Paint): readonly Safe[] {
  const head = ['KIND', 'PLAN', ...(live === null ? [] : ['LICENSES', 'SEATS']), 'WHEN', 'WHAT'].map((word) => paint.dim(word));
  const rows = states.map((state, at): readonly Sayable[] => {
    const counted = live?.byState.find((count) => count.state === at);
    const counts = live === null ? [] : [counted?.licenses ?? '?', counted?.seats ?? '?'];
    return [kindWord(state.kind, paint), state.plan, ...counts, state.when, whatWords(state)];
  });
  return table([head, ...rows], live === null ? {} : { right: [2, 3] });
}

function kindWord(kind: StateDifference['kind'], paint: Paint): Sayable {
  if (kind === 'loss') return paint.bad(kind);
  return kind === 'gain' ? paint.good(kind) : kind;
}

function liveLines(live: LiveCounts | null): readonly Safe[] {
  if (live === null) return [];
  const hidden = live.byState.some(({ licenses }) => licenses === null) ? ['?: only applications see who is in this state.'] : [];
  const all = live.isComplete
    ? 'all that follow this name'
    : `of the first ${live.read} that follow this name; there are more, which were not counted`;
  return [
    text``,
    text`${counted(live.licenses, 'live license')} with ${counted(live.seats, 'seat')} in use now (${all}).`,
    ...hidden.map((line) => text`${line}`),
  ];
}

/** The command that shows one of the states by itself. */
export function nextLine({ states }: PolicyDifference, file: string): Safe {
  const [first] = states;
  if (first === undefined) return text`next: glidepath policy verify ${file}`;
  return join(['next: glidepath decide --policy ', file, " --given '", JSON.stringify(first.given), "'"], '');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
