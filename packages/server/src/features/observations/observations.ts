/**
 * What this node has decided, for whoever wants to know what another policy would have made of it: records for a later
 * replay, and the candidates of running rollouts beside the version in force.
 *
 * A decision is only put on a list here, and only when somebody wants it; everything else is done once a second by a job,
 * in portions between which others have their turn. The list is bounded: what finds no place is counted, never waited for.
 */
import { setImmediate } from 'node:timers/promises';
import { type Asked, createReplayer, type Instant, type LicenseFacts, observe, type Replayer } from '@glidepath/core';
import type { World } from '../../world.ts';
import type { PolicyShelf } from '../policies/policy-shelf.ts';
import { createRecorder, type Recorded } from './recorder.ts';
import { createShadow } from './shadow.ts';
import { readWanted, type Wanted } from './wanted.ts';

export interface Observations {
  /** Takes note of a decision. Waits for nothing and never throws. */
  seen(facts: LicenseFacts, asked: Asked): void;
  /** Works off the list, and writes down what is due. */
  run(now: Instant): Promise<void>;
  /** The same, and writes down everything, for a reader who must not miss it. */
  flush(now: Instant): Promise<void>;
  /** Since this node started. */
  recorded(): Recorded;
}

interface Waiting {
  readonly facts: LicenseFacts;
  readonly asked: Asked;
  readonly isRecorded: boolean;
}

/** Some seconds of a busy node. */
export const WAITING_MAX = 20_000;
/** Worked off without a pause: a few milliseconds. */
const PORTION = 500;
/** Versions by which decisions are made; past it they are laid out anew. */
const REPLAYERS_MAX = 200;

export function createObservations(world: World, shelf: PolicyShelf): Observations {
  const recorder = createRecorder(world);
  const shadow = createShadow(world, shelf);
  const replayers = new Map<string, Replayer>();
  let waiting: Waiting[] = [];
  let wanted: Wanted = { environments: new Map(), rollouts: [] };
  let running: Promise<void> | null = null;

  function replayerOf({ digest, policy }: LicenseFacts): Replayer {
    const known = replayers.get(digest);
    if (known !== undefined) return known;
    if (replayers.size >= REPLAYERS_MAX) replayers.clear();
    const replayer = createReplayer(policy);
    replayers.set(digest, replayer);
    return replayer;
  }

  function workOffOne({ facts, asked, isRecorded }: Waiting): void {
    const { environment, id } = facts.license;
    try {
      const observed = observe(facts, asked, replayerOf(facts));
      if (isRecorded) recorder.add(environment, observed);
      shadow.decide(facts, observed);
    } catch (error) {
      // A decision that was made cannot be made sense of afterwards: it harms none of the others.
      world.log.error('observation-failed', { license: id, error });
      if (isRecorded) recorder.miss(environment, 'unwritten');
      shadow.miss(facts);
    }
  }

  async function runOnce(now: Instant, isAll: boolean): Promise<void> {
    const work = waiting;
    waiting = [];
    for (const [at, each] of work.entries()) {
      if (at > 0 && at % PORTION === 0) await setImmediate();
      workOffOne(each);
    }
    await eachOf([
      () => recorder.flush(now, isAll),
      () => shadow.flush(now),
      async () => {
        wanted = await readWanted(world.store);
        await shadow.follow(wanted.rollouts);
      },
    ]);
  }

  /** One after the other: two at once would write the same twice. */
  async function inTurn(now: Instant, isAll: boolean): Promise<void> {
    while (running !== null) await running.catch(() => {});
    running = runOnce(now, isAll);
    try {
      await running;
    } finally {
      running = null;
    }
  }

  return {
    seen(facts, asked) {
      const { environment, policyName } = facts.license;
      const wants = wanted.environments.get(environment);
      const isRecorded = recorder.takes(environment, wants);
      const isRolledOut = wants?.names.has(policyName) === true;
      if (!isRecorded && !isRolledOut) return;
      if (waiting.length < WAITING_MAX) {
        waiting.push({ facts, asked, isRecorded });
        return;
      }
      if (isRecorded) recorder.miss(environment, 'overrun');
      shadow.miss(facts);
    },
    run: (now) => inTurn(now, false),
    flush: (now) => inTurn(now, true),
    recorded: () => recorder.recorded(),
  };
}

/** What goes wrong with one keeps none of the others from being done. */
async function eachOf(steps: readonly (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const step of steps) await step().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
