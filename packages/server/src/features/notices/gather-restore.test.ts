import { instant } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { testWorld } from '../../test-world.ts';
import { lastRestore, maybeQuarantined } from './gather-restore.ts';

const ENVIRONMENT = 'env_1';

async function told(...entries: readonly { at: number; action: string; subject: string; facts?: Record<string, unknown> }[]) {
  const { store, clock } = testWorld();
  const now = clock.now();
  await store.commit({
    writes: [],
    audit: entries.map(({ at, action, subject, facts = {} }, place) => ({
      ...{ id: `aud_${String(place).padStart(3, '0')}`, environment: subject === 'store' ? null : ENVIRONMENT, actor: 'x' },
      ...{ at: instant(now + at), action, subject, facts },
    })),
    events: [],
  });
  return { store, now };
}

describe('what is told of a restore', () => {
  it('is nothing where there was none, and then nobody looks for quarantines', async () => {
    const { store, now } = await told({ at: 0, action: 'license.quarantined', subject: 'lic_1' });
    expect(await lastRestore(store)).toBeNull();
    expect([...(await maybeQuarantined(store, ENVIRONMENT, now))]).toEqual([]);
  });

  it('is the last one, and the quarantines that began since', async () => {
    const { store, now } = await told(
      { at: -9_000_000, action: 'store.restored', subject: 'store', facts: { takenAt: 5, incarnation: 2 } },
      { at: -8_000_000, action: 'license.quarantined', subject: 'lic_old' },
      { at: -5_000, action: 'store.restored', subject: 'store', facts: { takenAt: 7, incarnation: 3 } },
      { at: -4_000, action: 'license.quarantined', subject: 'lic_1' },
      { at: -3_000, action: 'license.issued', subject: 'lic_2' },
    );
    expect(await lastRestore(store)).toEqual({ at: now - 5_000, takenAt: 7, incarnation: 3 });
    expect(await maybeQuarantined(store, ENVIRONMENT, now)).toContain('lic_1');
    expect(await maybeQuarantined(store, ENVIRONMENT, now)).not.toContain('lic_2');
  });
});
