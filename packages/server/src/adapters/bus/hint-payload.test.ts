import { instant, MINUTE } from '@glidepath/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shippedMigrations } from '../postgres/migrate.ts';
import { isRare, RARE_SQL, readHint, writeHint } from './hint-payload.ts';
import { createSeenHints, firstEventId, OVERLAP_MS } from './seen-hints.ts';

const HINT = { type: 'license.suspended', environment: 'env_1', subject: 'lic_1', id: 'evt_1' };

describe('hint payload', () => {
  it('comes back as it was written', () => {
    expect(readHint(writeHint('a', HINT) ?? '')).toEqual({ node: 'a', hint: HINT });
    const bare = { type: 'lease.holder-removed', environment: null, subject: 'lea_1' };
    expect(readHint(writeHint('a', bare) ?? '')).toEqual({ node: 'a', hint: bare });
  });

  it.each([
    ['license.suspended', true],
    ['key-set.published', true],
    ['policy.promoted', true],
    ['lease.holder-removed', true],
    ['lease.acquired', false],
    ['lease.reaped', false],
    ['usage.counted', false],
    ['licensee.moved', false],
  ])('of %s travels: %s', (type, travels) => {
    expect(isRare(type)).toBe(travels);
  });

  it.each([
    'not json',
    '{}',
    '["a","lease.acquired",null,"lea_1",null]',
    '["a","license.suspended",7,"lic_1",null]',
    '["a","license.suspended",null,"",null]',
    JSON.stringify(['a', 'license.suspended', null, 'x'.repeat(201), null]),
    JSON.stringify(['a', 'license.\u001b[31m', null, 'lic_1', null]),
    'x'.repeat(2_000),
  ])('that is not ours is nothing: %.40s', (payload) => {
    expect(readHint(payload)).toBeNull();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (payload) => readHint(payload) === null || true),
      { numRuns: 2_000 },
    );
  });

  it('too long is not written', () => {
    expect(writeHint('a', { ...HINT, subject: 'x'.repeat(2_000) })).toBeNull();
  });

  it('asks for what the index holds', () => {
    expect(shippedMigrations().some(({ sql }) => sql.includes(RARE_SQL))).toBe(true);
  });
});

describe('seen hints', () => {
  const now = instant(1_767_225_600_000);

  it('are new once', () => {
    const seen = createSeenHints();
    expect([seen.isNew('evt_1', now), seen.isNew('evt_1', now), seen.isNew(undefined, now), seen.isNew(undefined, now)]).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it('are remembered for longer than they are read again, and not for ever', () => {
    const seen = createSeenHints();
    seen.isNew('evt_1', now);
    seen.forget(instant(now + OVERLAP_MS + MINUTE));
    expect(seen.isNew('evt_1', now)).toBe(false);
    seen.forget(instant(now + 60 * MINUTE));
    expect(seen.size).toBe(0);
  });

  it('begin at the smallest id of an instant', () => {
    const [one, other] = [firstEventId(now), firstEventId(now)];
    expect(one).toBe(other);
    expect(firstEventId(instant(now - 1)) < firstEventId(now)).toBe(true);
    expect(firstEventId(now)).toMatch(/^evt_[0-9a-f]{8}-[0-9a-f]{4}-7000-8000-0{12}$/);
  });
});
