/** Whether a licence server is down, from what several probers say of it. */
import type { Instant, Milliseconds } from '../time.ts';
import type { ServerState } from './snapshot.ts';

/** What one prober said of the server at its last attempt. A prober that could not ask says `unknown`. */
export interface ServerWitness {
  readonly prober: string;
  readonly at: Instant;
  readonly state: ServerState;
  readonly reason: string | null;
}

export interface VerdictRule {
  /** How many must say "down". */
  readonly quorum: number;
  readonly now: Instant;
  /** What is older does not count. */
  readonly freshMs: Milliseconds;
}

/**
 * Why the verdict is what it is. `answers`: it answers somebody. `agreed-down`: a quorum finds it down and nobody finds it
 * up. `disagreement`: a quorum finds it down and somebody finds it up. `too-few`: some find it down, fewer than the quorum.
 * `nobody-knows`: nobody could ask, or nobody asked lately.
 */
export type VerdictBasis = 'answers' | 'agreed-down' | 'disagreement' | 'too-few' | 'nobody-knows';

export interface ServerVerdict {
  readonly state: ServerState;
  readonly basis: VerdictBasis;
  /** A sentence with the counts. */
  readonly message: string;
  readonly up: readonly ServerWitness[];
  readonly down: readonly ServerWitness[];
  readonly unknown: readonly ServerWitness[];
  /** Too old to count. */
  readonly stale: readonly ServerWitness[];
  /** What those who find it down say, each once, in the source's own words. */
  readonly reasons: readonly string[];
}

/**
 * Decides by the latest word of each prober that is not older than `freshMs`.
 *
 * | fresh probers that say up | that say down | verdict |
 * | --- | --- | --- |
 * | one or more | fewer than the quorum | up |
 * | one or more | the quorum or more | unknown, `disagreement` |
 * | none | the quorum or more | down |
 * | none | fewer than the quorum | unknown |
 *
 * One prober behind a broken link must not call a server down that serves everybody else, and a quorum that is contradicted
 * says more about the network than about the server. A prober that cannot see is no vote: only "down" counts towards down.
 */
export function serverVerdict(witnesses: readonly ServerWitness[], { quorum, now, freshMs }: VerdictRule): ServerVerdict {
  const latest = new Map<string, ServerWitness>();
  for (const witness of witnesses) {
    const known = latest.get(witness.prober);
    if (!known || witness.at > known.at || (witness.at === known.at && isWorse(witness, known))) latest.set(witness.prober, witness);
  }
  const all = [...latest.values()];
  const fresh = all.filter(({ at }) => now - at <= freshMs);
  const saying = (state: ServerState) => fresh.filter((witness) => witness.state === state);
  const [up, down, unknown] = [saying('up'), saying('down'), saying('unknown')];
  const basis = basisOf(up.length, down.length, Math.max(1, quorum));
  return {
    state: basis === 'answers' ? 'up' : basis === 'agreed-down' ? 'down' : 'unknown',
    basis,
    message: MESSAGES[basis](up.length, down.length, Math.max(1, quorum)),
    ...{ up, down, unknown },
    stale: all.filter((witness) => !fresh.includes(witness)),
    reasons: [...new Set(down.flatMap(({ reason }) => reason ?? []))],
  };
}

/** One server by several rows of one prober at one instant: the worse counts, whatever their order. */
function isWorse(a: ServerWitness, b: ServerWitness): boolean {
  return STATES.indexOf(a.state) > STATES.indexOf(b.state);
}

const STATES: readonly ServerState[] = ['up', 'unknown', 'down'];

function basisOf(up: number, down: number, quorum: number): VerdictBasis {
  if (down >= quorum) return up > 0 ? 'disagreement' : 'agreed-down';
  if (up > 0) return 'answers';
  return down > 0 ? 'too-few' : 'nobody-knows';
}

const MESSAGES: Readonly<Record<VerdictBasis, (up: number, down: number, quorum: number) => string>> = {
  answers: (up, down) => `${probers(up)} find${up === 1 ? 's' : ''} it up${down === 0 ? '' : `, ${down} down`}.`,
  'agreed-down': (_, down, quorum) => `${probers(down)} find${down === 1 ? 's' : ''} it down, and nobody finds it up (quorum ${quorum}).`,
  disagreement: (up, down) =>
    `${probers(down)} find${down === 1 ? 's' : ''} it down and ${up} up: rather the way to it is broken for some than the server.`,
  'too-few': (_, down, quorum) => `${probers(down)} find${down === 1 ? 's' : ''} it down; it counts as down when ${quorum} do.`,
  'nobody-knows': () => 'No prober could ask it lately.',
};

function probers(count: number): string {
  return `${count} prober${count === 1 ? '' : 's'}`;
}
