/** What Node knows of the machine: its start, its clocks, what makes it itself. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus, hostname, networkInterfaces } from 'node:os';
import { type Clock, instant, type Scheduler } from '@glidepath/core';

export const nodeClock: Clock = {
  now: () => instant(Date.now()),
  // Counts from the start of the machine on Linux, so that it goes on from one process to the next.
  monotonic: () => Number(process.hrtime.bigint() / 1_000_000n),
};

export const nodeScheduler: Scheduler = {
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** The kernel's name for this start; null where there is none, or where monotonic time is the process's own. */
export function bootId(): string | null {
  return process.platform === 'linux' ? textIn('/proc/sys/kernel/random/boot_id') : null;
}

/** Hashed components of this machine. Only hashes leave it, and each is salted with its own name. */
export function fingerprintOf(components: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(components).map(([name, value]) => [name, createHash('sha256').update(`${name}\n${value}`).digest('base64url')]),
  );
}

/** What can be read without rights and without a program; a component that this machine does not have is left out. */
export function machineComponents(): Readonly<Record<string, string>> {
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const found = {
    'machine-id': textIn('/etc/machine-id'),
    'host-name': hostname(),
    'mac-address': interfaces.flatMap(({ internal, mac }) => (internal ? [] : [mac])).sort()[0],
    'cpu-model': cpus()[0]?.model,
  };
  return Object.fromEntries(Object.entries(found).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

function textIn(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}
