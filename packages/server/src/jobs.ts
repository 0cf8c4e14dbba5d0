/**
 * Runs what the control plane does by itself. `tick(now)` is called often; each job says how often it wants to run.
 *
 * Jobs run one after the other, so that none sees another's half-done work; one that waits for a machine which is not ours
 * would make all others late, and hands that waiting off. What a node does for itself waits for nothing of the fleet's, whose
 * jobs one node does for all (`world.fleet`).
 */
import { after, type Instant, invariant, MINUTE } from '@glidepath/core';
import { newId } from '@glidepath/protocol';
import type { Job, JobContext, JobStatus } from './command.ts';
import { commitChange } from './commit.ts';
import type { Keyring } from './features/keys/keyring.ts';
import type { LeaseEngine } from './features/leases/engine/lease-engine.ts';
import type { Observations } from './features/observations/observations.ts';
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
  shared: { keyring: Keyring; shelf: PolicyShelf; leases: LeaseEngine; observations: Observations },
): JobRunner {
  const states = new Map<Job, JobStatus>(
    jobs.map((job) => [job, { name: job.name, everyMs: job.everyMs, ranAt: null, okAt: null, failures: 0, unwellMs: 0 }]),
  );
  const handedOff = new Map<string, Promise<void>>();
  const status = () => [...states.values()];
  const ownLane = lane(jobs.filter(({ scope }) => scope === 'node'));
  const fleetLane = lane(jobs.filter(({ scope }) => scope !== 'node'));
  return {
    status,
    async settled() {
      while (handedOff.size > 0) await Promise.all(handedOff.values());
    },
    async tick(now) {
      await ownLane(now);
      await fleetLane(now);
    },
  };

  /** Jobs that run one after the other; a slow one holds up none of another lane. */
  function lane(own: readonly Job[]): (now: Instant) => Promise<void> {
    let isTicking = false;
    let tickedAt: Instant | null = null;
    return async (now) => {
      // A slow database must not pile up ticks behind each other.
      if (isTicking) return;
      isTicking = true;
      const gapMs = tickedAt === null ? 0 : Math.min(Math.max(0, now - tickedAt), TICK_GAP_MAX_MS);
      tickedAt = now;
      for (const job of own) setState(job, (state) => ({ ...state, unwellMs: state.unwellMs + gapMs }));
      try {
        for (const job of own) if (isDue(job, stateOf(job), now)) await runOne(job, now);
      } finally {
        isTicking = false;
      }
    };
  }

  function isDue(job: Job, state: JobStatus, now: Instant): boolean {
    if (job.needsTrueTime === true && world.vitals.isSkewed()) return false;
    return state.ranAt === null || now >= after(state.ranAt, job.everyMs);
  }

  async function runOne(job: Job, now: Instant): Promise<void> {
    try {
      const { fleet } = world;
      const ran = fleet === undefined || job.scope === 'node' ? await runHere(job, now) : await fleet.inTurn(job, () => runHere(job, now));
      const okAt = ran === 'not-mine' ? (fleet?.okAt(job) ?? null) : now;
      setState(job, (state) => {
        const isBetter = okAt !== null && (ran !== 'not-mine' || state.okAt === null || okAt > state.okAt);
        return { ...state, ranAt: now, ...(isBetter ? { okAt, unwellMs: Math.max(0, now - okAt) } : {}) };
      });
    } catch (error) {
      world.log.error('job-failed', { job: job.name, error });
      setState(job, (state) => ({ ...state, ranAt: now, failures: state.failures + 1 }));
    }
  }

  async function runHere(job: Job, now: Instant): Promise<'ran'> {
    await job.run(contextAt(now, job));
    return 'ran';
  }

  function stateOf(job: Job): JobStatus {
    const state = states.get(job);
    invariant(state !== undefined, 'every job has a state');
    return state;
  }

  function setState(job: Job, next: (state: JobStatus) => JobStatus): void {
    states.set(job, next(stateOf(job)));
  }

  function handOff(job: Job, key: string, work: () => Promise<void>): boolean {
    if (handedOff.has(key)) return false;
    const run = work()
      .catch((error: unknown) => {
        world.log.error('job-failed', { job: job.name, work: key, error });
        setState(job, (state) => ({ ...state, failures: state.failures + 1 }));
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
      observations: shared.observations,
      policy: (digest) => shared.shelf.take(digest),
      wholePolicy: (digest) => shared.shelf.takeWhole(digest),
      signerOf: (environment) => shared.keyring.signer(environment, now),
      commit: (environment, change) =>
        commitChange(world, change, { actor: `job:${job.name}`, environment: environment, now, newId: freshId }),
      handOff: (key, work) => handOff(job, key, work),
      jobs: status,
    };
  }
}
