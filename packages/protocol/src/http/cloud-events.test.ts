import fc from 'fast-check';
import { describe, it } from 'vitest';
import { usageBodySurvives } from './test-cloud-events.ts';

describe('reading events of use', () => {
  it('throws at no input, names a field of each problem, shows nothing that a terminal acts on, and lets nothing through that no store counts', () => {
    fc.assert(usageBodySurvives(), { numRuns: 5_000 });
  });
});
