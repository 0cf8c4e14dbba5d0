/** `client.check` with the whole decision object, beside other ways to a verdict about the same policy and licences. */
import type { Decision, Policy } from '@glidepath/core';
import type { LicenceClient } from '../packages/client/src/client.ts';
import { clientOf } from './clients.ts';
import { measure } from './measure.ts';
import { casl, cel, flagd, handWritten, type Peer, unleash } from './peers.ts';
import { atLeast, atMost, type Bench, rowOf } from './report.ts';
import { buildServer, NOW, type Situation, situations } from './situations.ts';

const OURS = 'client.check';
const GARBAGE = 'client.check, allocated';
const RUNS = 21;
const TURN_MS = 50;
const DAY = 86_400_000;

/** As a program writes them. */
const FEATURES = ['build', 'parallel', 'cache', 'sso'];

export const bench: Bench = {
  about: 'decisions a second of one thread, in processor time, about the policy examples/policies/build-server.yaml',
  async run() {
    const policy = buildServer();
    const known = situations(policy);
    const peers = [cel(policy), casl(policy), flagd(policy), unleash(policy)];
    for (const peer of [...peers, handWritten]) verify(peer, known);
    const client = await clientOf(policy, -20 * DAY);
    verifyClient(client, policy, known);

    const asked = shuffled();
    const licences = known.map(({ licence }) => licence);
    const contenders = [...peers, handWritten].map((peer) => ({ ...peer, work: (times: number) => peer.loop(times, asked, licences) }));
    const ours = {
      name: OURS,
      includes: 'the whole decision object from a verified lease: tier, limits, code, sentence, cause, since, next, source',
      work: (times: number) => allowedOf(client, times, asked),
    };
    const { rows, times } = measure([ours, ...contenders], { runs: RUNS, turnMs: TURN_MS });
    const garbage = rowOf(GARBAGE, 'growth of the heap', 'bytes', garbageOf(client, asked));

    return {
      rows: [...rows, garbage],
      goals: [
        atLeast('times the best peer', Math.min(...peers.map(({ name }) => times(OURS, name))), 15),
        atMost('hand-written if: times its speed', times(handWritten.name, OURS), 5),
        atMost('bytes that a check allocates', garbage.value, 0.1),
      ],
    };
  },
};

function allowedOf(client: LicenceClient, times: number, asked: readonly string[]): number {
  let allowed = 0;
  for (let i = 0; i < times; i++) if (client.check(asked[i & 1_023] ?? '').allowed) allowed++;
  return allowed;
}

/** Bytes per check. So few checks that no collection takes away what they leave; the smallest object would show. */
function garbageOf(client: LicenceClient, asked: readonly string[]): readonly number[] {
  const checks = 200_000;
  return Array.from({ length: RUNS }, () => {
    const before = process.memoryUsage().heapUsed;
    allowedOf(client, checks, asked);
    return Math.max(0, process.memoryUsage().heapUsed - before) / checks;
  });
}

/** Every feature of every licence, before anything is timed. */
function verify(peer: Peer, known: readonly Situation[]): void {
  for (const { name, licence, allowed } of known)
    for (const feature of FEATURES)
      if (peer.allows(feature, licence, NOW) !== allowed[feature]) throw new Error(`${peer.name} is wrong about ${feature} when ${name}`);
}

function verifyClient(client: LicenceClient, policy: Policy, known: readonly Situation[]): void {
  const late = known.find(({ name }) => name === '20 days late');
  for (const feature of FEATURES) {
    const decision: Decision = client.check(feature);
    const isRight = decision.allowed === late?.allowed[feature] && decision.tier === policy.tiers[1]?.name && decision.cause === 'expiry';
    if (!isRight || decision.limits['parallel-jobs'] !== 4) throw new Error(`client.check is wrong about ${feature}`);
  }
}

/** 1,024 questions in an order that no processor learns by heart. */
function shuffled(): readonly string[] {
  let state = 7;
  return Array.from({ length: 1_024 }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return FEATURES[(state >>> 16) & 3] ?? '';
  });
}
