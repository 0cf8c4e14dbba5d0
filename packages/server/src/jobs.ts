/**
 * Runs what the control plane does by itself. `tick(now)` is called often; each job says how often it wants to run.
 *
 * Jobs run one after the other, so that none sees another's half-done work; one that waits for a machine which is not ours
 * would make all others late, and hands that waiting off.
 */
import { after, type Instant, MINUTE } from '@glidepath/core';
import { newId } from '@glidepath/protocol';
import type { Job, JobContext, JobStatus } from './command.ts';
import { commitChange } from './commit.ts';
import type { Keyring } from './features/keys/keyring.ts';
import type { LeaseEngine } from './features/leases/engine/lease-engine.ts';
import type { PolicyShelf } from './features/policies/policy-shelf.ts';
import type { World } from './world.ts';

/** A longer way from one tick to the next counts as this long. */
const TICK_GAP_MAX_MS = MINUTE;

export interface JobRunner {
  tick(now: Instant): Promise<void>;
  status(): readonly JobStatus[];
  /** When nothing that was handed off runs any more. */
  settled(): Promise<void>;
}

export function createJobRunner(
  world: World,
  jobs: readonly Job[],
  shared: { keyring: Keyring; shelf: PolicyShelf; leases: LeaseEngine },
): JobRunner {
  const states = new Map<Job, JobStatus>(
    jobs.map((job) => [job, { name: job.name, everyMs: job.everyMs, ranAt: null, okAt: null, failures: 0, unwellMs: 0 }]),
  );
  const handedOff = new Map<string, Promise<void>>();
  const status = () => [...states.values()];
  let isTicking = false;
  let tickedAt: Instant | null = null;
  return {
    status,
    async settled() {
      while (handedOff.size > 0) await Promise.all(handedOff.values());
    },
    async tick(now) {
      // A slow database must not pile up ticks behind each other.
      if (isTicking) return;
      isTicking = true;
      const gapMs = tickedAt === null ? 0 : Math.min(Math.max(0, now - tickedAt), TICK_GAP_MAX_MS);
      tickedAt = now;
      for (const [job, state] of states) states.set(job, { ...state, unwellMs: state.unwellMs + gapMs });
      try {
        for (const [job, state] of states) {
          if (isDue(job, state, now)) states.set(job, await runOne(job, state, now));
        }
      } finally {
        isTicking = false;
      }
    },
  };

  function isDue(job: Job, state: JobStatus, now: Instant): boolean {
    if (job.needsTrueTime === true && world.vitals.isSkewed()) return false;
    return state.ranAt === null || now >= after(state.ranAt, job.everyMs);
  }

  async function runOne(job: Job, state: JobStatus, now: Instant): Promise<JobStatus> {
    try {
      await job.run(contextAt(now, job));
      return { ...stateOf(job, state), ranAt: now, okAt: now, unwellMs: 0 };
    } catch (error) {
      world.log.error('job-failed', { job: job.name, error });
      return { ...stateOf(job, state), ranAt: now, failures: stateOf(job, state).failures + 1 };
    }
  }

  /** As it is now: work handed off may have failed meanwhile. */
  function stateOf(job: Job, state: JobStatus): JobStatus {
    return states.get(job) ?? state;
  }

  function handOff(job: Job, key: string, work: () => Promise<void>): boolean {
    if (handedOff.has(key)) return false;
    const run = work()
      .catch((error: unknown) => {
        world.log.error('job-failed', { job: job.name, work: key, error });
        const state = states.get(job);
        if (state !== undefined) states.set(job, { ...state, failures: state.failures + 1 });
      })
      .finally(() => handedOff.delete(key));
    handedOff.set(key, run);
    return true;
  }

  function contextAt(now: Instant, job: Job): JobContext {
    const freshId: JobContext['newId'] = (prefix) => newId(prefix, now, world.entropy);
    return {
      world,
      now,
      store: world.store,
      newId: freshId,
      keyring: shared.keyring,
      leases: shared.leases,
      policy: (digest) => shared.shelf.take(digest),
      signerOf: (environment) => shared.keyring.signer(environment, now),
      commit: (environment, change) =>
        commitChange(world, change, { actor: `job:${job.name}`, environment: environment, now, newId: freshId }),
      handOff: (key, work) => handOff(job, key, work),
      jobs: status,
    };
  }
}
