import { describe, expect, it } from 'vitest';
import { SETTINGS_DEFAULT } from '../rollout/settings.ts';
import { instant, MINUTE } from '../time.ts';
import { isMassChange, recentChanges } from './mass-change.ts';

describe('a mass change', () => {
  it.each([
    ['two of two', 2, 2, false],
    ['three of three', 3, 3, true],
    ['three of sixty: the share itself', 3, 60, false],
    ['three of fifty-nine', 3, 59, true],
    ['fifty of a thousand', 50, 1_000, false],
    ['fifty-one of a thousand', 51, 1_000, true],
    ['three of none that is live', 3, 0, true],
  ])('%s: %i of %i', (_name, changed, live, expected) => {
    expect(isMassChange(changed, live, SETTINGS_DEFAULT)).toBe(expected);
  });

  it('is of the window only', () => {
    const at = (ms: number) => ({ license: 'lic_1', at: instant(ms) });
    const now = instant(20 * MINUTE);
    expect(recentChanges({ changes: [at(0), at(10 * MINUTE), at(10 * MINUTE + 1), at(20 * MINUTE)] }, now, SETTINGS_DEFAULT)).toHaveLength(
      2,
    );
  });
});
