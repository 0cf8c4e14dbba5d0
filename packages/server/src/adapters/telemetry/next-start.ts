/**
 * Would this node start again? Asked while it runs, because a process holds in memory what its files may have lost: a sealing
 * key, a folder that may be written, a certificate, a database of its own version, the binaries of PostgreSQL.
 */
import type { Instant } from '@glidepath/core';
import type { OwnEnd } from '../../world.ts';

/** One thing that a start needs. */
export interface StartCheck {
  /** For a sentence: `the data folder`. */
  readonly what: string;
  /** A sentence that says why a start would fail, without any secret; null: it would not. A rejection is such a reason too. */
  problem(): Promise<string | null>;
}

/** Remembers since when each thing is wrong. */
export function nextStart(checks: readonly StartCheck[]): (now: Instant) => Promise<OwnEnd> {
  const wrongSince = new Map<string, Instant>();
  return async (now) => {
    const problems = await Promise.all(checks.map(async (check) => ({ what: check.what, problem: await problemOf(check) })));
    const wrong = problems.flatMap(({ what, problem }) => (problem === null ? [] : [{ what, problem }]));
    for (const what of wrongSince.keys()) if (wrong.every((each) => each.what !== what)) wrongSince.delete(what);
    for (const { what } of wrong) wrongSince.set(what, wrongSince.get(what) ?? now);
    return {
      ...{ id: 'glidepath/next-start', name: 'Next start', parts: [], isKnown: true },
      latent: wrong.map(({ what, problem }) => ({ act: 'restart', from: wrongSince.get(what) ?? now, reason: `${what}: ${problem}` })),
      evidence: `The next start would find all it needs: ${checks.map(({ what }) => what).join(', ')}.`,
    };
  };
}

async function problemOf({ problem }: StartCheck): Promise<string | null> {
  try {
    return await problem();
  } catch (error) {
    return error instanceof Error ? error.message : 'it could not be looked at';
  }
}
