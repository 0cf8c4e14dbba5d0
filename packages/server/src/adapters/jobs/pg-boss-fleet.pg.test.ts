import { instant, SECOND } from '@glidepath/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SILENT } from '../../world.ts';
import { useTestDatabase } from '../postgres/test-database.ts';
import { createPgBossFleet, type PgBossFleet } from './pg-boss-fleet.ts';

const database = useTestDatabase();
const open: PgBossFleet[] = [];
afterEach(async () => {
  for (const fleet of open.splice(0)) await fleet.close();
});

const YEAR_MS = 365 * 86_400 * SECOND;
const job = (name: string, everyMs = YEAR_MS) => ({ name, everyMs });

function fleetOf(options: { turnMs?: number; connectionString?: string } = {}): PgBossFleet {
  const fleet = createPgBossFleet({ connectionString: database.connectionString, log: SILENT, ...options });
  open.push(fleet);
  fleet.start();
  return fleet;
}

/** Asks until somebody had the turn, as ticks do. */
async function until(check: () => Promise<void> | void, timeout = 30_000): Promise<void> {
  await vi.waitFor(check, { timeout, interval: 50 });
}

describe('pg-boss fleet', () => {
  it('gives one turn in each period, whoever asks and how often', async () => {
    const nodes = [fleetOf(), fleetOf(), fleetOf()];
    const ran: number[] = [];
    const ask = () => Promise.all(nodes.map((fleet, node) => fleet.inTurn(job('once'), async () => ran.push(node))));
    await until(async () => {
      await ask();
      expect(ran).toHaveLength(1);
    });
    for (let round = 0; round < 5; round++) await ask();
    expect(ran).toHaveLength(1);
    for (const [node, fleet] of nodes.entries()) if (node !== ran[0]) expect(fleet.okAt(job('once'))).toBeGreaterThan(instant(0));
  });

  it('gives the next period its own turn', async () => {
    const nodes = [fleetOf(), fleetOf()];
    const ran: number[] = [];
    await until(async () => {
      await Promise.all(nodes.map((fleet) => fleet.inTurn(job('often', SECOND), async () => ran.push(Date.now()))));
      expect(ran.length).toBeGreaterThanOrEqual(3);
    });
    const slots = ran.map((at) => Math.floor(at / SECOND));
    expect(slots.length - new Set(slots).size).toBeLessThanOrEqual(1);
  });

  it('says what a job throws, and no node takes that for a good end', async () => {
    const [a, b] = [fleetOf(), fleetOf()];
    await until(async () => {
      const said = await a.inTurn(job('fails'), async () => Promise.reject(new Error('no'))).catch((error: Error) => error.message);
      expect(said).toBe('no');
    });
    await until(async () => expect(await b.inTurn(job('fails'), async () => {})).toBe('not-mine'));
    expect(b.okAt(job('fails'))).toBeNull();
  });

  it('takes the turn over from a node that died with it', async () => {
    const [a, b] = [fleetOf({ turnMs: SECOND }), fleetOf({ turnMs: SECOND })];
    let begun = false;
    let live = () => {};
    const dying = until(async () => {
      const asked = a.inTurn(job('dies', SECOND), async () => {
        begun = true;
        await new Promise<void>((resolve) => {
          live = resolve;
        });
      });
      await Promise.race([asked, until(() => expect(begun).toBe(true), 200)]);
      expect(begun).toBe(true);
    });
    await dying;
    expect(await b.inTurn(job('dies', SECOND), async () => {})).toBe('not-mine');
    await until(async () => expect(await b.inTurn(job('dies', SECOND), async () => {})).toBe('ran'));
    live();
  });

  it('lets each node work alone where its tables cannot be made', async () => {
    await database.admin('drop schema if exists pgboss cascade', `create role boss_${process.pid} login password 'x'`);
    const barred = new URL(database.connectionString);
    barred.username = `boss_${process.pid}`;
    barred.password = 'x';
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const fleet = fleetOf({ connectionString: barred.href });
    try {
      await vi.waitFor(
        async () => {
          await vi.advanceTimersByTimeAsync(10_000);
          expect(await fleet.inTurn(job('once'), async () => {})).toBe('ran');
        },
        { timeout: 30_000 },
      );
      expect(await fleet.examiner.examine(instant(0), {} as never)).toMatchObject([{ code: 'jobs-not-shared' }]);
    } finally {
      vi.useRealTimers();
      await fleet.close();
      await database.admin(`drop role boss_${process.pid}`);
    }
  });
});
