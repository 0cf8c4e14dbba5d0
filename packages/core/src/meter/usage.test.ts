import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UsageEvent } from '../ports/records.ts';
import { after, DAY, instant, MINUTE } from '../time.ts';
import { balanceOf } from './fold-usage.ts';
import { judgeUsage, type SentUsage, type UsageRules } from './judge-usage.ts';
import { fromMicros, toMicros } from './micros.ts';

const NOW = instant(Date.UTC(2026, 5, 1));
const meter = (name: string, aggregate: 'sum' | 'unique') =>
  ({ name, unit: 'min', aggregate, window: 'month', timeZone: 'UTC', anchor: 'calendar' }) as const;
const RULES: UsageRules = {
  license: 'lic_a',
  policy: { meters: [meter('minutes', 'sum'), meter('people', 'unique')] },
  termStart: after(NOW, -30 * DAY),
};
const SENT: SentUsage = { source: 'ci', id: '1', subject: 'minutes', time: NOW, data: { amount: 2.5 } };

describe('amounts in millionths', () => {
  it('are exact up to six decimals', () => {
    expect(toMicros(0.1)).toBe(100_000n);
    expect(toMicros(1e15)).toBe(10n ** 21n);
    expect(toMicros(1e-6)).toBe(1n);
    expect(fromMicros(10n * 100_000n)).toBe(1);
    for (const amount of [-1, 1e-7, 0.1234567, Number.NaN, Number.POSITIVE_INFINITY]) expect(toMicros(amount)).toBeNull();
  });

  it('come back as they were', () => {
    fc.assert(
      fc.property(
        fc.nat(1e9),
        fc.nat(999_999),
        (whole, part) => fromMicros(toMicros(Number(`${whole}.${part}`)) ?? -1n) === Number(`${whole}.${part}`),
      ),
    );
  });
});

describe('a balance', () => {
  const event = (id: string, amount: number, more: Partial<UsageEvent> = {}): UsageEvent => ({
    ...{ license: 'lic_a', source: 'ci', eventId: id, meter: 'minutes', at: NOW, receivedAt: NOW, amount, value: null },
    ...more,
  });
  const key = { license: 'lic_a', meter: 'minutes', windowStart: NOW, windowEnd: after(NOW, DAY) };

  it.each(['sum', 'max', 'last', 'unique'] as const)('of %s depends on no order', (aggregate) => {
    const events = fc.array(
      fc.record({ amount: fc.nat(30), at: fc.nat(3), value: fc.constantFrom('a', 'b') }).map((e) => e),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(events, (made) => {
        const all = made.map(({ amount, at, value }, place) => event(`${place}`, amount / 10, { at: after(NOW, at), value }));
        expect(balanceOf({ ...key, aggregate }, all.toReversed())).toEqual(balanceOf({ ...key, aggregate }, all));
      }),
    );
  });

  it('is what its aggregate says', () => {
    const all = [event('b', 0.1), event('a', 0.2), event('c', 9, { at: after(NOW, DAY) }), event('d', 9, { meter: 'other' })];
    const used = (aggregate: 'sum' | 'max' | 'last' | 'unique') => balanceOf({ ...key, aggregate }, all).used;
    expect([used('sum'), used('max'), used('last'), used('unique')]).toEqual([0.3, 0.2, 0.1, 0]);
  });
});

describe('judge usage', () => {
  it('accepts what it can count, at the time that it names or else of its receipt', () => {
    expect(judgeUsage({ ...SENT, time: null }, RULES, NOW)).toEqual({
      ok: true,
      event: { license: 'lic_a', source: 'ci', eventId: '1', meter: 'minutes', at: NOW, receivedAt: NOW, amount: 2.5, value: null },
    });
    expect(judgeUsage({ ...SENT, subject: 'people', data: { value: 'ann' } }, RULES, NOW)).toMatchObject({
      event: { amount: 0, value: 'ann' },
    });
    expect(judgeUsage({ ...SENT, time: after(NOW, 5 * MINUTE) }, RULES, NOW).ok).toBe(true);
    expect(judgeUsage({ ...SENT, time: after(NOW, -400 * DAY) }, RULES, NOW).ok).toBe(true);
  });

  it.each<[Partial<SentUsage>, string, string]>([
    [{ source: '' }, 'field-missing', 'source'],
    [{ id: '' }, 'field-missing', 'id'],
    [{ id: 'a\u0000b' }, 'field-invalid', 'id'],
    [{ id: '\ud800' }, 'field-invalid', 'id'],
    [{ source: 'x'.repeat(257) }, 'field-invalid', 'source'],
    [{ subject: null }, 'field-missing', 'subject'],
    [{ subject: 'minuets' }, 'meter-unknown', 'subject'],
    [{ time: after(NOW, 5 * MINUTE + 1) }, 'in-future', 'time'],
    [{ time: after(NOW, -400 * DAY - 1) }, 'too-late', 'time'],
    [{ data: null }, 'amount-invalid', 'data'],
    [{ data: [1] }, 'amount-invalid', 'data'],
    [{ data: {} }, 'amount-invalid', 'data/amount'],
    [{ data: { amount: '3' } }, 'amount-invalid', 'data/amount'],
    [{ data: { amount: -1 } }, 'amount-invalid', 'data/amount'],
    [{ data: { amount: 0.1234567 } }, 'amount-invalid', 'data/amount'],
    [{ data: { amount: 1e15 + 1 } }, 'amount-invalid', 'data/amount'],
    [{ data: { amount: Number.POSITIVE_INFINITY } }, 'amount-invalid', 'data/amount'],
    [{ data: { value: 'ann' } }, 'amount-invalid', 'data/value'],
    [{ subject: 'people', data: { amount: -3 } }, 'value-invalid', 'data/amount'],
    [{ subject: 'people', data: { value: 7 } }, 'value-invalid', 'data/value'],
    [{ subject: 'people', data: { value: '' } }, 'value-invalid', 'data/value'],
    [{ subject: 'people', data: { value: 'a\u0000' } }, 'value-invalid', 'data/value'],
  ])('rejects %j as %s at %s', (differing, code, field) => {
    const judged = judgeUsage({ ...SENT, ...differing }, RULES, NOW);
    expect(judged).toMatchObject({ ok: false, rejection: { code, field } });
    if (!judged.ok) expect(`${judged.rejection.found} ${judged.rejection.expected}`).not.toMatch(/\p{Cc}/u);
  });

  it('names the nearest meter', () => {
    expect(judgeUsage({ ...SENT, subject: 'minuets' }, RULES, NOW)).toMatchObject({
      rejection: { expected: expect.stringContaining('did you mean minutes?') },
    });
  });
});
