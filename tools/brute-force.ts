/**
 * `npm run fuzz:proof -- [--states 1000000] [--seed N]`: random states of random policies against their proofs, the long way.
 *
 * The same policies, states and oracle as in the unit suite, only more of them, in batches of one seed each so that a miss is
 * found again by its seed. A run of a million writes its dated result into docs/reference/fuzz.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { policyDespite, provePolicy } from '@glidepath/core';
import fc from 'fast-check';
import { answerOf, brokenIn, missedBy } from '../packages/core/src/proof/test-brute-force.ts';
import { arbitraryDrawn, arbitraryPolicyDocument } from '../packages/core/src/proof/test-random-policy.ts';
import { withResult } from './fuzz.ts';

const RECORD = join(import.meta.dirname, '../docs/reference/fuzz.md');
const STATES_OF_ONE = 50;
const BATCH = 200;
const RECORDED_FROM = 1_000_000;

const states = fc.array(arbitraryDrawn, { minLength: STATES_OF_ONE, maxLength: STATES_OF_ONE });

const agrees = fc.property(arbitraryPolicyDocument, states, (tree, drawn) => {
  const { policy } = policyDespite(tree);
  if (policy === null) throw new Error('a random policy could not be read');
  const proof = provePolicy(policy);
  for (const { counterexample } of proof.violations)
    if (JSON.stringify(answerOf(policy, counterexample.given)) !== JSON.stringify(counterexample.found)) throw new Error('does not replay');
  const missed = drawn.flatMap((state) => missedBy(proof, brokenIn(policy, state)));
  if (missed.length > 0) throw new Error(`missed ${missed.join(', ')}`);
});

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { states: { type: 'string' }, seed: { type: 'string' } } });
  const wanted = Number(values.states ?? RECORDED_FROM);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 0x7fffffff));
  const startedAt = performance.now();
  let inputs = 0;
  let failure: string | null = null;
  for (let batch = 0; inputs < wanted && failure === null; batch++) {
    const details = await fc.check(agrees, { numRuns: BATCH, seed: seed + batch });
    inputs += BATCH * STATES_OF_ONE;
    if (details.failed) failure = `seed ${seed + batch}: ${details.errorInstance}\n${JSON.stringify(details.counterexample)}`;
    process.stderr.write(`\rpolicy-proof: ${inputs.toLocaleString('en-US')} of ${wanted.toLocaleString('en-US')}`);
  }
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  console.log(`\npolicy-proof: ${inputs.toLocaleString('en-US')} states in ${seconds} s, seed ${seed}: ${failure ?? 'nothing missed'}`);
  if (failure !== null) process.exitCode = 1;
  if (inputs < RECORDED_FROM) return;
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(RECORD, withResult(readFileSync(RECORD, 'utf8'), { kind: 'policy-proof', inputs, seconds, failure }, date));
}

await main();
