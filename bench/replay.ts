/**
 * How fast recorded decisions are made again: from text as the control plane gives it to groups of differences, and by parts.
 *
 * The records are made up, of seeded licenses of the policy of the design in every state; the candidate is that policy with
 * shorter paths. Beside ours stands `decide` itself on the same facts, which is what replaying would be without a replayer.
 */
import { readFileSync } from 'node:fs';
import {
  after,
  createComparison,
  createDifferenceTally,
  createReplayer,
  DAY,
  decide,
  decodeObserved,
  encodeObserved,
  HOUR,
  type Instant,
  instant,
  type ObservedDecision,
  observedSituation,
  type Policy,
  planNamed,
  type Random,
  YEAR,
} from '@glidepath/core';
import { nodeCrypto } from '@glidepath/protocol/node';
import { readPolicy } from '@glidepath/protocol/policy';
import { seededRandom } from '@glidepath/testkit';
import { measure } from './measure.ts';
import { atLeast, type Bench } from './report.ts';

const RECORDS = 50_000;
const CHUNK = 2_000;
const NOW = instant(Date.UTC(2026, 0, 5));
const POLICY = new URL('../examples/policies/build-server.yaml', import.meta.url);

export const bench: Bench = {
  about: 'recorded decisions made again under another policy and compared, a second on one core; seeded records',
  async run() {
    const before = policyFrom((text) => text);
    const candidate = policyFrom((text) => text.replaceAll('at: 14d', 'at: 10d').replace('limit: 50,', 'limit: 40,'));
    const records = madeUp(seededRandom(1));
    const kept = inChunks(records);
    const chunks = kept.map((chunk) => JSON.stringify(encodeObserved(chunk)));
    prove(before, candidate, records);
    const would = createReplayer(candidate);
    const { rows, times } = measure(
      [
        {
          name: 'whole',
          includes: 'text to groups: parse, decide under both, compare, group',
          work: (count) => repeated(count, chunks, (text) => losses(before, candidate, decodeObserved(JSON.parse(text)) ?? [])),
        },
        {
          name: 'compare',
          includes: 'decide under both policies, compare, group',
          work: (count) => repeated(count, kept, (chunk) => losses(before, candidate, chunk)),
        },
        {
          name: 'decide again',
          includes: 'decide under one policy',
          work: (count) => repeated(count, kept, (chunk) => sumOf(chunk, (record) => would.replay(record)?.tier ?? 0)),
        },
        {
          name: 'read',
          includes: 'parse the text',
          work: (count) => repeated(count, chunks, (text) => (decodeObserved(JSON.parse(text)) ?? []).length),
        },
        {
          name: 'decide',
          includes: 'the decision as everywhere else, with what comes next',
          work: (count) => repeated(count, kept, (chunk) => sumOf(chunk, (record) => plainly(candidate, record) ?? 0)),
        },
      ],
      { runs: 5, turnMs: 300 },
    );
    const whole = rows.find(({ name }) => name === 'whole')?.value ?? 0;
    return {
      rows,
      goals: [
        atLeast('whole: decisions a second', whole, 500_000),
        atLeast('decide again, times decide', times('decide again', 'decide'), 1),
      ],
    };
  },
};

function policyFrom(change: (text: string) => string): Policy {
  const { policy } = readPolicy(change(readFileSync(POLICY, 'utf8')), nodeCrypto);
  if (policy === null) throw new Error('the example policy does not read');
  return policy;
}

/** Works on so many records, chunk after chunk. */
function repeated<C>(count: number, chunks: readonly C[], work: (chunk: C) => number): number {
  let sum = 0;
  for (let done = 0, at = 0; done < count; done += CHUNK, at++) sum += work(chunks[at % chunks.length] as C);
  return sum;
}

function losses(before: Policy, candidate: Policy, chunk: readonly ObservedDecision[]): number {
  const comparison = createComparison(createReplayer(before), createReplayer(candidate));
  const tally = createDifferenceTally();
  for (const record of chunk) tally.add(record, comparison.compare(record, 'before'));
  return tally.counts.losses + tally.groups().length;
}

function sumOf(chunk: readonly ObservedDecision[], value: (record: ObservedDecision) => number): number {
  let sum = 0;
  for (const record of chunk) sum += value(record);
  return sum;
}

function plainly(policy: Policy, record: ObservedDecision): number | null {
  const plan = planNamed(policy, record.plan);
  if (plan === null) return null;
  const { terms, observations } = observedSituation(policy, plan, record);
  return decide(terms, observations, record.at).tier;
}

/** Most licenses are quiet; some have ended, are silent, suspended, revoked, past their quota or full. */
function madeUp(random: Random): readonly ObservedDecision[] {
  const upTo = (most: number): number => Math.floor(random.next() * most);
  const begun = (share: number, mostMs: number): Instant | null => (random.next() < share ? after(NOW, -upTo(mostMs)) : null);
  return Array.from({ length: RECORDS }, (_, number): ObservedDecision => {
    const used = upTo(140_000);
    return {
      ...{ license: `lic_${number % 3_000}`, at: after(NOW, number * 50), policy: 'sha256:0', plan: 'team' },
      ...{ startsAt: after(NOW, -YEAR), expiresAt: after(NOW, upTo(400 * DAY) - 60 * DAY) },
      lastSignedWordAt: after(NOW, -upTo(random.next() < 0.1 ? 40 * DAY : HOUR)),
      ...{ suspendedAt: begun(0.02, 3 * DAY), revokedAt: begun(0.02, 3 * DAY) },
      usage: [{ meter: 'build-minutes', used, limit: 100_000, isAgreed: false, asOf: after(NOW, -upTo(5 * DAY)) }],
      seats: { used: upTo(60), limit: 50, isAgreed: false, overageOpenedAt: begun(0.2, 40 * DAY) },
      lowered: [],
      asked: (['check', 'acquire', 'renew'] as const)[upTo(3)] ?? 'check',
      tier: 'full',
      isDenied: false,
    };
  });
}

function inChunks(records: readonly ObservedDecision[]): readonly (readonly ObservedDecision[])[] {
  return Array.from({ length: records.length / CHUNK }, (_, at) => records.slice(at * CHUNK, (at + 1) * CHUNK));
}

/** Before anything is timed: what is decided again is what `decide` says, and the records differ in every way. */
function prove(before: Policy, candidate: Policy, records: readonly ObservedDecision[]): void {
  for (const policy of [before, candidate]) {
    const replayer = createReplayer(policy);
    for (const record of records) {
      const [found, expected] = [replayer.replay(record)?.tier, plainly(policy, record)];
      if (found !== expected) throw new Error(`tier ${found}, not ${expected}: ${JSON.stringify(record)}`);
    }
  }
  const comparison = createComparison(createReplayer(before), createReplayer(candidate));
  const tally = createDifferenceTally();
  for (const record of records) tally.add(record, comparison.compare(record, 'before'));
  const { losses: lost, denials, decisions } = tally.counts;
  if (lost < decisions / 100 || denials > 0 || tally.groups().length < 3)
    throw new Error(`too little differs: ${JSON.stringify(tally.counts)}`);
}
