/**
 * All use is counted and set aside through here. What waits while one batch is committed is the next one: events of all
 * callers in one statement and one durable commit, each caller with its own outcomes.
 *
 * Which meters a license has is remembered for a second, so that an event costs no look at its license. Events are judged
 * before they come here, and what they are worth is the store's business.
 */
import { after, type Instant, SECOND, type UsageEvent, type UsageOutcome } from '@glidepath/core';
import { newId } from '@glidepath/protocol';
import { createGroupCommit } from '../../group-commit.ts';
import type { World } from '../../world.ts';
import { gather } from '../leases/license-facts.ts';
import type { PolicyShelf } from '../policies/policy-shelf.ts';
import { countPortions } from './count-portions.ts';
import type { MeterRules } from './meter-rules.ts';
import { type ReserveAsk, type Reserved, reserveInTurn } from './reserve.ts';

export interface UsageEngine {
  /** Outcomes in the order of the events, which are of one license and at most `PORTION_MAX`; durable when it resolves. */
  count(events: readonly UsageEvent[]): Promise<readonly UsageOutcome[]>;
  /** Null: there is no such license. At most a second old. */
  rules(license: string, now: Instant): Promise<MeterRules | null>;
  reserve(ask: ReserveAsk): Promise<Reserved>;
}

/** Events that one caller hands in at once: others come between two of its portions. */
export const PORTION_MAX = 500;
const BATCH_MAX = 512;
const LANES = 2;
const WAITING_MAX = 10_000;
const RULES_FOR_MS = SECOND;
const RULES_MAX = 10_000;

export function createUsageEngine(world: World, shelf: PolicyShelf): UsageEngine {
  const counting = createGroupCommit<readonly UsageEvent[], readonly UsageOutcome[]>({
    flush: (portions) => countPortions(world.store, portions),
    keyOf: ([first]) => first?.license ?? '',
    ...{ itemsMax: BATCH_MAX, lanes: LANES, waitingMax: WAITING_MAX },
  });
  const reserving = createGroupCommit<ReserveAsk, Reserved>({
    flush: (asks) => reserveInTurn(world, asks),
    keyOf: ({ key }) => key.license,
    ...{ itemsMax: BATCH_MAX, lanes: LANES, waitingMax: WAITING_MAX },
  });
  const known = new Map<string, { readonly until: Instant; readonly rules: Promise<MeterRules | null> }>();
  return {
    count: (events) => (events.length === 0 ? Promise.resolve([]) : counting.submit(events)),
    reserve: (ask) => reserving.submit(ask),
    rules(license, now) {
      const kept = known.get(license);
      if (kept !== undefined && now < kept.until) return kept.rules;
      if (known.size >= RULES_MAX) known.clear();
      const rules = readRules(world, shelf, license, now);
      known.set(license, { until: after(now, RULES_FOR_MS), rules });
      rules.catch(() => known.delete(license));
      return rules;
    },
  };
}

async function readRules(world: World, shelf: PolicyShelf, id: string, now: Instant): Promise<MeterRules | null> {
  const gathered = await gather(
    {
      store: world.store,
      now,
      policy: (digest) => shelf.take(digest),
      wholePolicy: (digest) => shelf.takeWhole(digest),
      newId: (prefix) => newId(prefix, now, world.entropy),
    },
    id,
  );
  if (gathered === null) return null;
  const { license, policy, plan, terms, history } = gathered.facts;
  return { license, policy, plan, terms, history };
}
