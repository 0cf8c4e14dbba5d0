import { describe, expect, it } from 'vitest';
import { withResult } from './fuzz.ts';

const HEAD = '# T\n\n| reader | last run | inputs | result | time |\n|---|---|---|---|---|\n';
const result = (kind: string, failure: string | null = null) => ({ kind, inputs: 1_000_000, seconds: 140, failure });

describe('fuzz record', () => {
  it('has one row per reader, the latest, in order', () => {
    const first = withResult(withResult(HEAD, result('rlm'), '2026-11-01'), result('flexlm'), '2026-11-02');
    expect(withResult(first, result('rlm', 'x'), '2026-11-03')).toBe(
      `${HEAD}| flexlm | 2026-11-02 | 1,000,000 | all survived | 140 s |\n| rlm | 2026-11-03 | 1,000,000 | found a failure | 140 s |\n`,
    );
  });
});
