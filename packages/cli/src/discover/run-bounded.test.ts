import { describe, expect, it } from 'vitest';
import { runBounded } from './run-bounded.ts';

const LIMITS = { timeoutMs: 20_000, bytesMax: 1_000 };

describe('runBounded', () => {
  it('gives what a program says, and how it ended', async () => {
    const ran = await runBounded([process.execPath, '-e', 'console.log("$HOME"); process.exitCode = 3'], LIMITS);
    expect([ran?.code, Buffer.from(ran?.stdout ?? []).toString()]).toEqual([3, '$HOME\n']);
  });

  it.each([
    ['is not there', ['glidepath-no-such-program'], LIMITS],
    ['does not end', [process.execPath, '-e', 'setInterval(() => {}, 1e6)'], { ...LIMITS, timeoutMs: 200 }],
    ['says too much', [process.execPath, '-e', 'for (;;) console.log("x".repeat(1e4))'], LIMITS],
  ])('gives nothing of one that %s', async (_, argv, limits) => {
    expect(await runBounded(argv, limits)).toBeNull();
  });
});
