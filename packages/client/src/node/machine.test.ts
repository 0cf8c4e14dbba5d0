import { describe, expect, it } from 'vitest';
import { bootId, fingerprintOf, machineComponents, nodeClock, nodeScheduler } from './machine.ts';

describe('machine', () => {
  it('counts whole milliseconds that never go back', () => {
    const before = nodeClock.monotonic();
    expect(Number.isSafeInteger(before)).toBe(true);
    expect(nodeClock.monotonic()).toBeGreaterThanOrEqual(before);
    expect(Number.isSafeInteger(nodeClock.now())).toBe(true);
  });

  it('names this start of the machine the same each time', () => {
    expect(bootId()).toBe(bootId());
    if (process.platform === 'linux') expect(bootId()).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('lets only hashes of what it knows about the machine out', () => {
    const components = machineComponents();
    const hashed = JSON.stringify(fingerprintOf(components));
    for (const value of Object.values(components)) expect(hashed).not.toContain(value);
    expect(fingerprintOf({ cpu: 'x' })).toEqual(fingerprintOf({ cpu: 'x' }));
    expect(fingerprintOf({ cpu: 'x' }).cpu).not.toBe(fingerprintOf({ mac: 'x' }).mac);
  });

  it('runs no timer that was cancelled', async () => {
    const fired: string[] = [];
    nodeScheduler.after(0, () => fired.push('cancelled')).cancel();
    await new Promise<void>((resolve) => void nodeScheduler.after(1, () => resolve()));
    expect(fired).toEqual([]);
  });
});
