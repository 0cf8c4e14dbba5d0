import { instant, NO_DIFFERENCES } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { safe } from '../terminal/safe-text.ts';
import type { Paint } from '../terminal/screen.ts';
import { type DifferencesShown, differencesLines } from './show-differences.ts';

const paint: Paint = { bold: safe, dim: safe, good: safe, warn: safe, bad: safe };
const NOW = instant(Date.UTC(2026, 0, 31));
const FOUND: DifferencesShown = { rollout: 'rlt_1', name: 'acme-build', baseline: 'sha256:a', candidate: 'sha256:b', stages: [] };
const SHADOW = {
  ...{ stage: 'shadow' as const, since: NOW, until: NOW, undecided: 0, groups: [] },
  counts: { ...NO_DIFFERENCES, decisions: 1_200 },
};

const lines = (stages: DifferencesShown['stages']) => differencesLines({ ...FOUND, stages }, paint).map((line) => safe(line).text);

describe('the differences of a rollout', () => {
  it('are shown for the stage under way first, losses with an example', () => {
    const canary = {
      ...SHADOW,
      stage: 'canary' as const,
      undecided: 7,
      counts: { ...NO_DIFFERENCES, decisions: 40, denials: 3 },
      groups: [
        {
          ...{ kind: 'denial' as const, plan: 'team', cause: 'seats' as const, decisions: 3, licenses: 2, isMoreLicenses: true },
          tier: { before: 'full', after: 'full', featuresLost: [], featuresGained: [], limits: [] },
          ...{ firstAt: NOW, lastAt: NOW },
          examples: [{ license: 'lic_1', at: NOW, asked: 'acquire' as const, given: { plan: 'team', seatsUsed: 9 } }],
        },
      ],
    };
    const said = lines([SHADOW, canary]);
    expect(said.slice(0, 3)).toEqual([
      'acme-build sha256:b',
      'canary: 0 losses, 3 denials, 0 gains, 0 changes in 40 decisions',
      'from 2026-01-31 to 2026-01-31',
    ]);
    expect(said).toContain('not compared: 7 decisions, there was no time');
    expect(said.find((line) => line.startsWith('no seat '))).toMatch(/^no seat +3 +over 2 +team +seats +full +a seat that was given/);
    expect(said).toContain(`         glidepath decide --policy FILE --given '{"plan":"team","seatsUsed":9}'`);
    expect(said).toContain('shadow: nobody loses anything, 0 gains, 0 changes in 1,200 decisions');
  });

  it('are none yet where nothing was compared', () => {
    expect(lines([])[0]).toBe('acme-build sha256:b: no decision has been compared yet');
  });
});
