import { readFileSync } from 'node:fs';
import { provePolicy, runPolicyTests } from '@glidepath/core';
import { nodeCrypto } from '@glidepath/protocol/node';
import { readPolicy } from '@glidepath/protocol/policy';
import { describe, expect, it } from 'vitest';
import { MODELS, modelSource } from './models.ts';

describe.each(MODELS)('the model %s', (model) => {
  const source = modelSource(model, 'acme-1');
  const { policy, violations } = readPolicy(source, nodeCrypto);

  it('may be published, under the name that was asked for', () => {
    expect(violations).toEqual([]);
    expect(policy?.name).toBe('acme-1');
  });

  it('proves, and passes its own tests', () => {
    expect(policy === null ? null : provePolicy(policy).violations).toEqual([]);
    const results = policy === null ? [] : runPolicyTests(policy);
    expect(results.length).toBeGreaterThan(4);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  });

  it('is the example of its name', () => {
    const example = readFileSync(new URL(`../../../../examples/policies/${model}.yaml`, import.meta.url), 'utf8');
    expect(example).toBe(modelSource(model, model));
  });
});
