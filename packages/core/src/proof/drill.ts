/**
 * A counterexample in the words of a drill (DESIGN §9): the faults at their times, and the promise as what is expected, so
 * that the drill fails until the policy is repaired and guards it afterwards.
 */
import type { Given } from '../decision/given.ts';
import { DURATION_MAX_MS, formatDuration } from '../policy/durations.ts';
import type { Policy } from '../policy/policy.ts';
import { DAY, type Milliseconds } from '../time.ts';
import type { DrillExpectation, Finding } from './findings.ts';
import type { Counterexample } from './proof.ts';
import { NOW } from './situation.ts';
import { QUIET_MS, storyOf } from './steps.ts';

/** After the fault, so that an expectation has a time to be looked at in. */
const WATCHED_MS: Milliseconds = DAY;

export function drillOf(policy: Policy, finding: Finding, given: Given): Counterexample['drill'] {
  const { beginsAt } = storyOf(policy, given);
  const faultAtMs = NOW - beginsAt + QUIET_MS;
  return {
    world: {
      start: '2026-01-01T00:00:00Z',
      license: {
        plan: finding.plan.name,
        expiresIn: written(given.expiresInMs + faultAtMs),
        ...(given.startsInMs === null ? {} : { startsAt: written(given.startsInMs + faultAtMs) }),
      },
      nodes: 1,
      until: written(faultAtMs + WATCHED_MS),
    },
    events: eventsOf(policy, given, faultAtMs),
    expect: [expectationOf(finding.expected, faultAtMs)],
  };
}

const SINCE = ['unreachable', 'suspended', 'revoked', 'trust', 'identity', 'clock'] as const;

function eventsOf(policy: Policy, given: Given, faultAtMs: Milliseconds): readonly unknown[] {
  const events: { readonly atMs: Milliseconds; readonly event: Readonly<Record<string, unknown>> }[] = [];
  for (const cause of SINCE) {
    const elapsedMs = given.elapsedMs[cause];
    if (elapsedMs !== undefined) events.push({ atMs: faultAtMs - elapsedMs, event: faultOf(cause, elapsedMs) });
  }
  const story = storyOf(policy, given);
  for (const { meter, used, receivedAt } of story.observations.usage)
    events.push({ atMs: faultAtMs + ((receivedAt[0] ?? NOW) - NOW), event: { usage: { meter, add: used } } });
  if (given.seatsUsed !== null)
    events.push({ atMs: faultAtMs - (given.overageForMs ?? 0), event: { seats: { want: given.seatsUsed + 1 } } });
  return events.sort((a, b) => a.atMs - b.atMs).map(({ atMs, event }) => ({ at: written(atMs), ...event }));
}

function faultOf(cause: (typeof SINCE)[number], elapsedMs: Milliseconds): Readonly<Record<string, unknown>> {
  const lasting = written(elapsedMs + WATCHED_MS);
  switch (cause) {
    case 'unreachable':
      return { issuer: 'down', for: lasting };
    case 'suspended':
      return { license: 'suspend' };
    case 'revoked':
      return { license: 'revoke' };
    case 'trust':
      return { trustAnchor: 'expire' };
    case 'identity':
      return { node: 'identity-change' };
    case 'clock':
      return { clock: { step: written(-(elapsedMs + WATCHED_MS)) } };
  }
}

function expectationOf(expected: DrillExpectation, faultAtMs: Milliseconds): Readonly<Record<string, unknown>> {
  switch (expected.kind) {
    case 'always':
      return { always: expected.feature };
    case 'tier':
      return { tier: expected.tier, from: written(faultAtMs), to: written(faultAtMs + 1_000) };
    case 'notice':
      return { notice: written(expected.ms), before: 'loss' };
    case 'no-loss':
      return { lossBy: 'never' };
  }
}

/** No duration of a drill is longer than one can be written. */
function written(ms: Milliseconds): string {
  return formatDuration(Math.max(-DURATION_MAX_MS, Math.min(ms, DURATION_MAX_MS)));
}
