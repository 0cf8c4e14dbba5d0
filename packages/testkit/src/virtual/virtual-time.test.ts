import { instant, MINUTE } from '@glidepath/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededEntropy, seededRandom } from './seeded-chance.ts';
import { VirtualMachine } from './virtual-machine.ts';
import { VirtualTime } from './virtual-time.ts';

const START = instant(1_767_225_600_000);

describe('virtual time', () => {
  it('runs what is due in the order of time, then of asking', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 40 }), async (delays) => {
        const time = new VirtualTime(START);
        const seen: number[] = [];
        delays.forEach((delay, index) => void time.after(delay, () => seen.push(index)));
        await time.run(20);
        const expected = delays.map((delay, index) => ({ delay, index })).sort((a, b) => a.delay - b.delay || a.index - b.index);
        expect(seen).toEqual(expected.map(({ index }) => index));
        expect(time.now()).toBe(START + 20);
      }),
    );
  });

  it('lets promises settle before the next event', async () => {
    const time = new VirtualTime(START);
    const seen: string[] = [];
    time.after(
      1,
      () =>
        void Promise.resolve()
          .then(() => Promise.resolve())
          .then(() => seen.push('settled')),
    );
    time.after(2, () => seen.push('next'));
    await time.run(5);
    expect(seen).toEqual(['settled', 'next']);
  });

  it('runs no timer that was cancelled', async () => {
    const time = new VirtualTime(START);
    const seen: string[] = [];
    time.after(1, () => seen.push('cancelled')).cancel();
    await time.run(5);
    expect(seen).toEqual([]);
  });

  it('forbids the global timers while it runs, and gives them back', async () => {
    const time = new VirtualTime(START);
    const thrown: unknown[] = [];
    const before = globalThis.setTimeout;
    time.after(1, () => {
      try {
        globalThis.setTimeout(() => {}, 1);
      } catch (error) {
        thrown.push(error);
      }
    });
    await time.run(5);
    expect(String(thrown[0])).toContain('setTimeout was called in virtual time');
    expect(globalThis.setTimeout).toBe(before);
  });

  it('finishes a promise by letting happen what it waits for', async () => {
    const time = new VirtualTime(START);
    const awaited = new Promise<string>((resolve) => void time.after(MINUTE, () => resolve('done')));
    expect(await time.finish(awaited)).toBe('done');
    await expect(time.finish(new Promise(() => {}), MINUTE)).rejects.toThrow('nothing that was awaited happened');
  });
});

describe('virtual machine', () => {
  it('shows a wall clock that may be set, and a monotonic one that may not', async () => {
    const time = new VirtualTime(START);
    const machine = new VirtualMachine(time, 'a', (ms) => ms / 10);
    const { clock } = machine.process();
    await time.run(1_000);
    machine.setClock(-50);
    expect(clock.now()).toBe(START + 1_000 + 100 - 50);
    expect(clock.monotonic()).toBe(1_000);
  });

  it('stands still while it sleeps, and its timers with it', async () => {
    const time = new VirtualTime(START);
    const machine = new VirtualMachine(time);
    const { clock, scheduler } = machine.process();
    const fired: number[] = [];
    scheduler.after(100, () => fired.push(time.now() - START));
    await time.run(40);
    machine.sleep(1_000);
    await time.run(500);
    scheduler.after(10, () => fired.push(time.now() - START));
    await time.run(2_000);
    expect(fired).toEqual([1_050, 1_100]);
    expect(clock.monotonic()).toBe(time.now() - START - 1_000);
  });

  it('begins monotonic time again with a reboot, under another name', async () => {
    const time = new VirtualTime(START);
    const machine = new VirtualMachine(time, 'a');
    const before = machine.process().bootId();
    await time.run(1_000);
    machine.reboot();
    const { clock, bootId } = machine.process();
    expect(clock.monotonic()).toBe(0);
    expect(bootId()).not.toBe(before);
  });

  it('runs no timer of a process that ended', async () => {
    const time = new VirtualTime(START);
    const process = new VirtualMachine(time).process();
    const fired: string[] = [];
    process.scheduler.after(10, () => fired.push('late'));
    process.end();
    await time.run(100);
    expect(fired).toEqual([]);
  });
});

describe('seeded chance', () => {
  it('is the same for the same seed, even, and in [0, 1)', () => {
    const random = seededRandom(7);
    const values = Array.from({ length: 10_000 }, () => random.next());
    const again = seededRandom(7);
    expect(values.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => again.next()));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 1);
    expect(seededEntropy(1).bytes(8)).toEqual(seededEntropy(1).bytes(8));
    expect(seededEntropy(1).bytes(8)).not.toEqual(seededEntropy(2).bytes(8));
  });
});
