import { describe, expect, it } from 'vitest';
import { BUILD_SERVER } from '../decision/test-policy.ts';
import { DAY } from '../time.ts';
import { figuresOf } from './policy-figures.ts';

describe('figures of a policy', () => {
  it('are those that its paths come to', () => {
    expect(figuresOf(BUILD_SERVER)).toEqual([
      {
        name: 'acme-build',
        plan: 'team',
        offlineMs: 14 * DAY,
        exposureMs: 30 * DAY,
        worstTier: 'essential',
        worstLoss: ['parallel', 'cache'],
        noticeMs: 44 * DAY,
      },
    ]);
  });

  it('say for ever where silence takes nothing, and no notice where the end takes nothing', () => {
    const timed = { expiry: [], unreachable: [{ at: DAY, tier: 0 }], revoked: [{ at: 0, tier: 1 }] };
    const policy = { ...BUILD_SERVER, glidePath: { ...BUILD_SERVER.glidePath, timed } };
    expect(figuresOf(policy)[0]).toMatchObject({ offlineMs: null, exposureMs: null, noticeMs: null });
  });
});
