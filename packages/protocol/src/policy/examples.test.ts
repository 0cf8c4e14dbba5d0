import { readdirSync, readFileSync } from 'node:fs';
import { runPolicyTests } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../node/index.ts';
import { readPolicy } from './read-policy.ts';

const folder = new URL('../../../../examples/policies/', import.meta.url);
const examples = readdirSync(folder).map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }));

describe('the example policies', () => {
  it('are three products and four models', () => {
    const names = ['api-platform', 'build-server', 'consumption', 'desktop-suite', 'feature', 'hybrid', 'per-seat'];
    expect(examples.map(({ name }) => name).sort()).toEqual(names.map((name) => `${name}.yaml`));
  });

  it.each(examples)('$name may be published', ({ text }) => {
    expect(readPolicy(text, nodeCrypto).violations).toEqual([]);
  });

  it.each(examples)('$name only leaves open what a later version enforces', ({ text }) => {
    expect(readPolicy(text, nodeCrypto).remarks.filter(({ code }) => code !== 'not-enforced-yet')).toEqual([]);
  });

  it.each(examples)('$name passes its own tests', ({ text }) => {
    const { policy } = readPolicy(text, nodeCrypto);
    const results = policy ? runPolicyTests(policy) : [];
    expect(results.length).toBeGreaterThan(1);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  });
});
