/** A whole proof: every state of a policy decided, and what was found worked out. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Policy, type Proof, policyDespite, provePolicy } from '@glidepath/core';
import { nodeCrypto } from '@glidepath/protocol/node';
import { readPolicy } from '@glidepath/protocol/policy';
import { changed } from '../packages/core/src/policy/acme-fixture.ts';
import { BROKEN_VARIANTS } from '../packages/core/src/proof/broken-variants-fixture.ts';
import { atMost, type Bench, median, type Row, rowOf } from './report.ts';

const RUNS = 5;
const SECONDS_MAX = 1;
const EXAMPLES = join(import.meta.dirname, '../examples/policies');
/** The policy of the design, word for word. */
const DESIGN = 'build-server.yaml';

export const bench: Bench = {
  about: 'a whole proof in processor time: each cause alone, all combinations, seats, lowerings, counterexamples',
  async run() {
    const policies = readdirSync(EXAMPLES)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => ({ name, policy: exampleNamed(name) }));
    for (const { name, policy } of policies) verify(name, provePolicy(policy));
    const broken = brokenDesign();
    if (provePolicy(broken).isProved) throw new Error('a broken policy was proved');
    const contenders = [...policies, { name: 'the design, broken', policy: broken }];
    const seconds = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
    for (let run = 0; run < RUNS; run++) for (const { name, policy } of contenders) seconds.get(name)?.push(secondsOf(policy));
    const rows: Row[] = contenders.map(({ name, policy }) =>
      rowOf(name, `${provePolicy(policy).states.toLocaleString('en-US')} states`, 's', seconds.get(name) ?? []),
    );
    const largest = policies.toSorted((a, b) => provePolicy(b.policy).states - provePolicy(a.policy).states)[0]?.name ?? '';
    return {
      rows,
      goals: [
        atMost('the policy of the design, seconds', median(seconds.get(DESIGN) ?? []), SECONDS_MAX),
        atMost(`the largest example (${largest}), seconds`, median(seconds.get(largest) ?? []), SECONDS_MAX),
      ],
    };
  },
};

function exampleNamed(name: string): Policy {
  const { policy } = readPolicy(readFileSync(join(EXAMPLES, name), 'utf8'), nodeCrypto);
  if (policy === null) throw new Error(`${name} is no policy`);
  return policy;
}

function brokenDesign(): Policy {
  const [variant] = BROKEN_VARIANTS;
  const { policy } = policyDespite(changed(...(variant?.[1] ?? [])));
  if (policy === null) throw new Error('the broken policy could not be read');
  return policy;
}

function verify(name: string, { isProved, violations }: Proof): void {
  if (!isProved) throw new Error(`${name} is not proved: ${violations.map(({ message }) => message).join('; ')}`);
}

function secondsOf(policy: Policy): number {
  const startedAt = process.threadCpuUsage();
  provePolicy(policy);
  const { user, system } = process.threadCpuUsage(startedAt);
  return (user + system) / 1_000_000;
}
