import { describe, expect, it } from 'vitest';
import { fingerprintOf, machineFingerprint } from './fingerprint.ts';
import { bootId, nodeClock, nodeScheduler } from './machine.ts';

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

  it('runs no timer that was cancelled', async () => {
    const fired: string[] = [];
    nodeScheduler.after(0, () => fired.push('cancelled')).cancel();
    await new Promise<void>((resolve) => void nodeScheduler.after(1, () => resolve()));
    expect(fired).toEqual([]);
  });
});

describe('fingerprint', () => {
  it('is the same each time, and has what every machine has', () => {
    expect(machineFingerprint()).toEqual(machineFingerprint());
    expect(Object.keys(machineFingerprint())).toEqual(expect.arrayContaining(['host', 'cpu']));
  });

  it('lets only hashes out, each with the salt of its own name', () => {
    const { cpu, mac } = fingerprintOf({ cpu: 'x1', mac: 'x1' });
    expect(cpu).toHaveLength(43);
    expect(cpu).not.toBe(mac);
  });

  it('leaves out what the machine does not have', () => {
    expect(fingerprintOf({ cpu: '', mac: undefined, disk: ' \n' })).toEqual({});
  });
});
