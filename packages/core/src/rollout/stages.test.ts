import { describe, expect, it } from 'vitest';
import { instant, MINUTE } from '../time.ts';
import { BASIS_POINTS, canaryPlace, isInCanary, NO_COUNTS, type PolicyRollout, ROLLOUT_BUDGET_DEFAULT } from './rollout.ts';
import { nextStep, retryStep, stepped, tripped } from './stages.ts';

const STAGED = { promotion: 'staged' } as const;
const DIRECT = { promotion: 'direct' } as const;
const NEXT = { to: null, share: null };
const at = instant(1_000_000);

describe('the way of a version', () => {
  it('is shadow, a canary of five percent, then everybody', () => {
    const first = nextStep(null, NEXT, STAGED);
    expect(first).toEqual({ stage: 'shadow', shareBasisPoints: 0 });
    expect(nextStep({ stage: 'shadow', shareBasisPoints: 0 }, NEXT, STAGED)).toEqual({ stage: 'canary', shareBasisPoints: 500 });
    expect(nextStep({ stage: 'canary', shareBasisPoints: 500 }, NEXT, STAGED)).toEqual({ stage: 'full', shareBasisPoints: 10_000 });
  });

  it('may let the canary grow and shrink', () => {
    const canary = { stage: 'canary', shareBasisPoints: 500 } as const;
    expect(nextStep(canary, { to: null, share: 2_500 }, STAGED)).toEqual({ stage: 'canary', shareBasisPoints: 2_500 });
    expect(nextStep(canary, { to: 'canary', share: 100 }, STAGED)).toEqual({ stage: 'canary', shareBasisPoints: 100 });
  });

  it.each([
    ['full at once', null, { to: 'full', share: null }, 'first promote it to shadow'],
    ['a canary at once', null, { to: null, share: 500 }, 'first promote it to shadow'],
    ['full from the shadow', { stage: 'shadow', shareBasisPoints: 0 }, { to: 'full', share: null }, 'first promote it to canary'],
    ['the shadow again', { stage: 'shadow', shareBasisPoints: 0 }, { to: 'shadow', share: null }, 'in shadow already'],
    ['the same share', { stage: 'canary', shareBasisPoints: 500 }, { to: 'canary', share: 500 }, 'with a share of 5 %'],
    ['back to the shadow', { stage: 'canary', shareBasisPoints: 500 }, { to: 'shadow', share: null }, 'roll it back'],
    ['a share of everybody', { stage: 'canary', shareBasisPoints: 500 }, { to: 'full', share: 500 }, 'Only a canary has a share'],
  ] as const)('refuses %s where it is staged', (_name, from, asked, why) => {
    expect(nextStep(from, asked, STAGED)).toEqual({ refused: expect.stringContaining(why) });
  });

  it('may jump where promotion is direct', () => {
    expect(nextStep(null, { to: 'full', share: null }, DIRECT)).toEqual({ stage: 'full', shareBasisPoints: BASIS_POINTS });
    expect(nextStep(null, { to: null, share: 1_000 }, DIRECT)).toEqual({ stage: 'canary', shareBasisPoints: 1_000 });
  });
});

describe('a rollout that hurts', () => {
  const rollout: PolicyRollout = {
    ...{ id: 'rlt_1', environment: 'env_1', name: 'acme', candidate: 'sha256:b', baseline: 'sha256:a', stage: 'canary' },
    ...{ shareBasisPoints: 500, state: 'running', budget: ROLLOUT_BUDGET_DEFAULT, reason: 'try', startedAt: at, startedBy: 'prn_1' },
    ...{ stagedAt: at, stagedBy: 'prn_1', endedAt: null, retryAt: null, trips: 0, steps: [], evidence: null, revision: 0 },
  };
  const evidence = {
    because: 'losses',
    sentence: 'It hurt.',
    stage: 'canary',
    shareBasisPoints: 500,
    counts: NO_COUNTS,
    examples: [],
  } as const;

  it('is tried again later each time, and after the third time by nobody but a person', () => {
    const once = tripped(rollout, evidence, at);
    expect(once).toMatchObject({ state: 'held', trips: 1, endedAt: at, retryAt: at + 10 * MINUTE, evidence });
    expect(tripped({ ...rollout, ...once }, evidence, at)).toMatchObject({ state: 'held', trips: 2, retryAt: at + 20 * MINUTE });
    expect(tripped({ ...rollout, trips: 2 }, evidence, at)).toMatchObject({ state: 'rolled-back', trips: 3, retryAt: null });
  });

  it('is tried again on a hundredth, by the system', () => {
    const step = retryStep({ name: 'acme', trips: 1 }, at);
    expect(stepped({ ...rollout, ...tripped(rollout, evidence, at) }, step)).toMatchObject({
      ...{ stage: 'canary', shareBasisPoints: 100, state: 'running', endedAt: null, retryAt: null, stagedBy: 'system' },
      steps: [{ by: 'system', seen: null, reason: 'acme was rolled back once; it is tried again on 1 %.' }],
    });
  });
});

describe('the canary', () => {
  const licenses = Array.from({ length: 20_000 }, (_, number) => `lic_${number.toString(36)}`);

  it('is about the share of the licenses that it says, however small', () => {
    for (const share of [100, 500, 2_500, 9_000]) {
      const found = licenses.filter((license) => isInCanary(license, 'sha256:b', share)).length;
      const expected = (licenses.length * share) / BASIS_POINTS;
      // Five standard deviations of as many throws of a coin that falls so.
      expect(Math.abs(found - expected)).toBeLessThan(5 * Math.sqrt(expected * (1 - share / BASIS_POINTS)));
    }
  });

  it('keeps whom it has while it grows, and has others for another candidate', () => {
    const small = licenses.filter((license) => isInCanary(license, 'sha256:b', 500));
    expect(small.every((license) => isInCanary(license, 'sha256:b', 2_500))).toBe(true);
    const again = small.filter((license) => isInCanary(license, 'sha256:c', 500)).length;
    expect(again).toBeLessThan(small.length / 5);
    expect(canaryPlace('lic_1', 'sha256:b')).toBe(canaryPlace('lic_1', 'sha256:b'));
  });

  it('of no share has nobody, and of the whole everybody', () => {
    expect(licenses.some((license) => isInCanary(license, 'sha256:b', 0))).toBe(false);
    expect(licenses.every((license) => isInCanary(license, 'sha256:b', BASIS_POINTS))).toBe(true);
  });
});
