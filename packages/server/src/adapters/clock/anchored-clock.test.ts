import { HOUR, type Instant, instant, MINUTE, type Milliseconds, SECOND } from '@glidepath/core';
import { VirtualMachine, VirtualTime } from '@glidepath/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnchoredClock, anchorClock } from './anchored-clock.ts';

const START = instant(1_767_225_600_000);

interface Scene {
  readonly time: VirtualTime;
  readonly node: VirtualMachine;
  readonly database: VirtualMachine;
  readonly anchored: AnchoredClock;
  /** Milliseconds that the question, then the answer, is on its way. */
  wayMs: [Milliseconds, Milliseconds];
  /** Lets the node read the database's time, with the time that it takes. */
  sync(): Promise<void>;
  /** What the node's clock shows beyond the database's true time. */
  errorMs(): Milliseconds;
}

function scene(): Scene {
  const time = new VirtualTime(START);
  const machines = { node: new VirtualMachine(time, 'node'), database: new VirtualMachine(time, 'database') };
  const wall = machines.database.process().clock;
  const made: Scene = {
    time,
    ...machines,
    wayMs: [1, 1],
    anchored: anchorClock(machines.node.process().clock, {
      now: () =>
        new Promise<Instant>((answered) => {
          time.after(made.wayMs[0], () => {
            const now = wall.now();
            time.after(made.wayMs[1], () => answered(now));
          });
        }),
    }),
    async sync() {
      const done = made.anchored.sync();
      await time.run(made.wayMs[0] + made.wayMs[1]);
      await done;
    },
    errorMs: () => made.anchored.clock.now() - wall.now(),
  };
  return made;
}

async function findingsOf({ anchored }: Scene): Promise<readonly string[]> {
  return (await anchored.examiner.examine(START, {} as never)).map(({ code }) => code);
}

describe('an anchored clock', () => {
  it("shows the database's time, whatever the node's wall clock shows", async () => {
    const at = scene();
    at.node.setClock(-3 * HOUR);
    await at.sync();
    expect(at.errorMs()).toBe(0);
    expect(at.anchored.isSkewed()).toBe(false);
    await at.time.run(HOUR);
    expect(at.errorMs()).toBe(0);
  });

  it('is off by no more than half of the round trip', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(900), fc.nat(900), async (there, back) => {
        const at = scene();
        at.wayMs = [there, back];
        await at.sync();
        expect(Math.abs(at.errorMs())).toBeLessThanOrEqual((there + back) / 2 + 1);
      }),
    );
  });

  it('learns nothing from an answer that took too long', async () => {
    const at = scene();
    await at.sync();
    at.wayMs = [0, 3 * SECOND];
    await at.sync();
    expect([at.errorMs(), at.anchored.isSkewed()]).toEqual([0, false]);
  });

  it('follows a small drift and never runs backwards', async () => {
    const at = scene();
    await at.sync();
    let last = at.anchored.clock.now();
    for (const stepMs of [-400, 300, -900, 900, -1]) {
      at.database.setClock(stepMs);
      await at.sync();
      expect(at.anchored.isSkewed()).toBe(false);
      const now = at.anchored.clock.now();
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
    await at.time.run(MINUTE);
    await at.sync();
    expect(at.errorMs()).toBe(0);
  });

  for (const stepMs of [-HOUR, -1_200, 1_200, 365 * 24 * HOUR]) {
    it(`given a database that is set by ${stepMs} ms: is skewed and keeps its time until a second reading agrees`, async () => {
      const at = scene();
      await at.sync();
      at.database.setClock(stepMs);
      await at.sync();
      expect(at.anchored.isSkewed()).toBe(true);
      expect(at.anchored.skewMs()).toBe(stepMs);
      expect(at.errorMs()).toBe(-stepMs);
      expect(await findingsOf(at)).toEqual(['clock-skewed']);
      await at.sync();
      expect(at.anchored.isSkewed()).toBe(false);
      expect(at.errorMs()).toBe(0);
      expect(await findingsOf(at)).toEqual([]);
    });
  }

  it('given one wrong reading: is skewed until the next, and has not moved', async () => {
    const at = scene();
    await at.sync();
    at.database.setClock(HOUR);
    await at.sync();
    at.database.setClock(-HOUR);
    expect(at.anchored.isSkewed()).toBe(true);
    await at.sync();
    expect([at.anchored.isSkewed(), at.errorMs()]).toEqual([false, 0]);
  });

  it('given a database that jumps about: stays skewed', async () => {
    const at = scene();
    await at.sync();
    for (const stepMs of [HOUR, -2 * HOUR, 3 * HOUR, -4 * HOUR]) {
      at.database.setClock(stepMs);
      await at.sync();
      expect(at.anchored.isSkewed()).toBe(true);
    }
    expect(at.anchored.clock.now()).toBeLessThan(START + MINUTE);
  });

  it('given a wall clock of its own that is set: is skewed until the database says that nothing happened', async () => {
    const at = scene();
    await at.sync();
    at.node.setClock(-HOUR);
    expect([at.anchored.isSkewed(), at.anchored.skewMs()]).toEqual([true, -HOUR]);
    expect(at.errorMs()).toBe(0);
    await at.sync();
    expect([at.anchored.isSkewed(), at.anchored.skewMs()]).toEqual([false, 0]);
  });

  it('given a sleep in which its monotonic clock stood still: is skewed when it wakes, before it asked anybody', async () => {
    const at = scene();
    await at.sync();
    at.node.sleep(8 * HOUR);
    await at.time.run(8 * HOUR);
    expect([at.anchored.isSkewed(), at.anchored.skewMs()]).toEqual([true, 8 * HOUR]);
    await at.sync();
    expect(at.anchored.isSkewed()).toBe(true);
    await at.sync();
    expect([at.anchored.isSkewed(), at.errorMs()]).toEqual([false, 0]);
  });

  it('throws what the store throws, and goes on as before', async () => {
    const time = new VirtualTime(START);
    const { clock } = new VirtualMachine(time).process();
    const answers: (() => Promise<Instant>)[] = [async () => time.now(), () => Promise.reject(new Error('gone'))];
    const anchored = anchorClock(clock, { now: () => (answers.shift() ?? (async () => time.now()))() });
    await anchored.sync();
    await expect(anchored.sync()).rejects.toThrow('gone');
    await time.run(SECOND);
    expect([anchored.clock.now(), anchored.isSkewed()]).toEqual([START + SECOND, false]);
  });
});
