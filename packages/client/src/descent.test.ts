import { instant } from '@glidepath/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Descent, descend, STEP_MS } from './descent.ts';

describe('descent', () => {
  it('takes a fall of one tier when it is due', () => {
    expect(descend({ tier: 0, stepAt: null }, 1, instant(5))).toEqual({ tier: 1, stepAt: null });
  });

  it('takes one tier of a longer fall at once, and each next one an hour later', () => {
    const first = descend({ tier: 0, stepAt: null }, 3, instant(5));
    expect(first).toEqual({ tier: 1, stepAt: 5 + STEP_MS });
    expect(descend(first, 3, instant(4 + STEP_MS))).toEqual(first);
    const second = descend(first, 3, instant(5 + STEP_MS));
    expect(second).toEqual({ tier: 2, stepAt: 5 + 2 * STEP_MS });
    expect(descend(second, 3, instant(5 + 2 * STEP_MS))).toEqual({ tier: 3, stepAt: null });
  });

  it('goes up at once, and forgets the fall', () => {
    expect(descend({ tier: 2, stepAt: instant(99) }, 0, instant(5))).toEqual({ tier: 0, stepAt: null });
  });

  it('waits for no step further away than any can be: a word has said that it is earlier than was thought', () => {
    expect(descend({ tier: 0, stepAt: instant(10 * STEP_MS) }, 3, instant(5)).tier).toBe(1);
  });

  it('never falls by two, never within the hour of a longer fall, and always arrives', () => {
    const dues = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: STEP_MS })), { minLength: 1 });
    fc.assert(
      fc.property(dues, (steps) => {
        let held: Descent = { tier: 0, stepAt: null };
        let now = 0;
        for (const [due, passed] of steps) {
          now += passed;
          const before = held;
          held = descend(held, due, instant(now));
          expect(held.tier - before.tier).toBeLessThanOrEqual(1);
          if (held.tier > before.tier && before.stepAt !== null) expect(now).toBeGreaterThanOrEqual(before.stepAt);
          expect(held.tier).toBeLessThanOrEqual(Math.max(due, before.tier));
        }
        const [due = 0] = steps.at(-1) ?? [];
        for (let hour = 0; hour < 6; hour++) {
          now += STEP_MS;
          held = descend(held, due, instant(now));
        }
        expect(held).toEqual({ tier: due, stepAt: null });
      }),
    );
  });
});
