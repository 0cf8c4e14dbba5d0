/** Counts portions of events together, a bounded number in each commit; one that fails takes no other with it. */
import { Fault, type Store, type UsageEvent, type UsageOutcome } from '@glidepath/core';

/** Events of one commit: enough that a commit costs each little, few enough that no other waits long. */
const COMMIT_MAX = 2_000;

type Portion = readonly UsageEvent[];
type Counted = readonly UsageOutcome[] | Error;
type Counting = Pick<Store, 'countUsage'>;

export async function countPortions(store: Counting, portions: readonly Portion[]): Promise<readonly Counted[]> {
  const counted: Counted[] = [];
  for (const group of grouped(portions)) counted.push(...(await countGroup(store, group)));
  return counted;
}

function grouped(portions: readonly Portion[]): readonly (readonly Portion[])[] {
  const groups: Portion[][] = [];
  let room = 0;
  for (const portion of portions) {
    if (portion.length > room || groups.length === 0) {
      groups.push([]);
      room = COMMIT_MAX;
    }
    groups.at(-1)?.push(portion);
    room -= portion.length;
  }
  return groups;
}

async function countGroup(store: Counting, group: readonly Portion[]): Promise<readonly Counted[]> {
  try {
    const outcomes = await store.countUsage(group.flat());
    return shares(group, outcomes);
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    // Nobody knows what became of them, and all are told so: who sends them again counts none twice.
    if (group.length === 1 || (cause instanceof Fault && cause.retryable)) return group.map(() => cause);
    const middle = Math.ceil(group.length / 2);
    return [...(await countGroup(store, group.slice(0, middle))), ...(await countGroup(store, group.slice(middle)))];
  }
}

/** Each portion's own part of what became of all events. */
function shares(group: readonly Portion[], outcomes: readonly UsageOutcome[]): readonly Counted[] {
  let end = 0;
  return group.map(({ length }) => {
    end += length;
    return outcomes.slice(end - length, end);
  });
}
