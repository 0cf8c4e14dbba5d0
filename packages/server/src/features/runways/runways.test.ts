import { DAY, HOUR, instant, MINUTE, SECOND } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { testServer } from '../../test-world.ts';
import { heldDocument } from '../inventory/test-documents.ts';
import { issueTestLicense } from '../test-license.ts';
import { sweepRunways } from './sweep-job.ts';

async function situation() {
  const server = await testServer({ jobs: [sweepRunways] });
  const runway = async (id: string) => (await server.call('GET', `/v1/licenses/${id}/runway`)).body;
  const tick = async (ms: number) => await server.server.tick(server.world.clock.advance(ms));
  return { ...server, runway, tick };
}

describe('the sweep of runways', () => {
  it('gives a license that we issue its runway with the next tick, by its path and its keys', async () => {
    const { runway, tick, call } = await situation();
    await tick(0);
    const license = await issueTestLicense({ call });
    await tick(10 * SECOND);
    const { expiresAt } = (await call('GET', `/v1/licenses/${license.id}`)).body;
    const { items, ...found } = await runway(license.id);
    expect(found).toMatchObject({ state: 'dated', vendor: 'self' });
    expect((items as { cause: string }[]).map(({ cause }) => cause).sort()).toEqual(['end', 'signing-key']);
    expect(Number((items as { cause: string; expiresAt?: number }[]).find(({ cause }) => cause === 'end')?.expiresAt)).toBe(expiresAt);
  });

  it('follows a change of a license with the next tick', async () => {
    const { runway, tick, call } = await situation();
    const license = await issueTestLicense({ call });
    await tick(10 * SECOND);
    const before = await runway(license.id);
    await call('POST', `/v1/licenses/${license.id}/suspend`, { reason: 'unpaid' });
    await tick(10 * SECOND);
    expect((await runway(license.id)).evidence).not.toBe(before.evidence);
  });

  it('comes to every license, however many, and again when half an hour has passed', async () => {
    const { world, tick, call } = await situation();
    await call('POST', '/v1/inventory', { documents: Array.from({ length: 150 }, (_, n) => heldDocument(`license-${n}`)) });
    const computed = async () => new Set((await world.store.find('runway', {}, { limit: 500 })).map(({ computedAt }) => computedAt));
    const first = world.clock.now();
    await tick(10 * MINUTE);
    expect(await computed()).toEqual(new Set([first]));
    world.clock.advance(HOUR);
    for (let count = 0; count < 3; count++) await tick(10 * SECOND);
    expect(Math.min(...(await computed()))).toBeGreaterThan(first + HOUR);
  });

  it('brings back what was lost', async () => {
    const { world, tick, call } = await situation();
    await call('POST', '/v1/inventory', { documents: [heldDocument('matlab')] });
    const [row] = await world.store.find('runway', {}, { limit: 1 });
    await world.store.commit({ writes: [{ op: 'delete', table: 'runway', id: String(row?.id) }], audit: [], events: [] });
    await tick(10 * SECOND);
    expect(await world.store.count('runway', {})).toBe(1);
  });
});

describe('runways', () => {
  it('are listed worst first, of the environment, up to a limit', async () => {
    const { call } = await situation();
    const ends = { late: '2028-01-01', soon: '2027-01-01', never: undefined };
    const documents = Object.entries(ends).map(([name, expires]) => heldDocument(name, { contract: { id: '1', expires } }));
    await call('POST', '/v1/inventory', { documents: documents.map((document) => JSON.parse(JSON.stringify(document)) as object) });
    const names = async (query = '') =>
      ((await call('GET', `/v1/runways${query}`)).body.items as { name: string }[]).map(({ name }) => name);
    expect(await names()).toEqual(['soon', 'late', 'never']);
    expect(await names('?limit=1')).toEqual(['soon']);
    expect((await call('GET', '/v1/runways')).body.items).toMatchObject([
      { runwayMs: expect.any(Number) },
      {},
      { runwayMs: null, state: 'unknown' },
    ]);
  });

  it('of a license that has none yet, or is none, are not found', async () => {
    const { call } = await situation();
    expect(await call('GET', '/v1/licenses/lic_nothing/runway')).toMatchObject({ status: 404 });
  });
});

it('seats of our own licenses leave the peak of each day', async () => {
  const { world, tick, call } = await situation();
  const license = await issueTestLicense({ call });
  const seats = await world.store.get('seatState', license.id);
  const set = { granted: 3 };
  await world.store.commit({
    writes: [{ op: 'update', table: 'seatState', id: license.id, revision: seats?.revision ?? 0, set }],
    audit: [],
    events: [],
  });
  await tick(10 * SECOND);
  await tick(DAY);
  expect((await world.store.find('usageSample', { license: license.id }, { limit: 9 })).map(({ peak }) => peak)).toEqual([3, 3]);
});

describe('a quota of ours', () => {
  /** `perDay` is used each day from the first of the month on, for so many days. */
  async function used(perDay: number, days: number) {
    const house = await situation();
    const { world, tick, call } = house;
    const license = await issueTestLicense({ call });
    const began = new Date(world.clock.now());
    const windowStart = instant(Date.UTC(began.getUTCFullYear(), began.getUTCMonth() + 1, 1));
    const windowEnd = instant(Date.UTC(began.getUTCFullYear(), began.getUTCMonth() + 2, 1));
    world.clock.advance(windowStart - world.clock.now());
    for (let day = 1; day <= days; day++) {
      const [before] = await world.store.find('meterRecord', { license: license.id }, { limit: 1 });
      const row = {
        ...{ id: 'met_1', license: license.id, meter: 'build-minutes', aggregate: 'sum' as const, windowStart, windowEnd },
        ...{ used: perDay * day, asOf: world.clock.now(), lastAt: null, lastKey: null },
      } as const;
      const write =
        before === undefined
          ? ({ op: 'insert', table: 'meterRecord', row: { ...row, revision: 0 } } as const)
          : ({
              op: 'update',
              table: 'meterRecord',
              id: 'met_1',
              revision: before.revision,
              set: { used: row.used, asOf: row.asOf },
            } as const);
      expect(await world.store.commit({ writes: [write], audit: [], events: [] })).toEqual({ ok: true });
      await tick(12 * HOUR);
      await tick(12 * HOUR);
    }
    const { items } = await house.runway(license.id);
    return { windowStart, quota: (items as { cause: string; endsAt: number; evidence: string }[]).find(({ cause }) => cause === 'quota') };
  }

  it('is forecast to be used up within its window, with an interval', async () => {
    const { windowStart, quota } = await used(40, 18);
    expect(quota?.evidence).toContain('The quota of build-minutes is forecast to be used up on');
    const day = ((quota?.endsAt ?? 0) - windowStart) / DAY;
    // A thousand minutes at forty a day.
    expect([day >= 22, day <= 28]).toEqual([true, true]);
  });

  it('that lasts until it resets ends nothing', async () => {
    expect((await used(20, 18)).quota).toBeUndefined();
  });
});
