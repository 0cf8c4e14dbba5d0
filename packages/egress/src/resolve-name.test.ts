import { describe, expect, it } from 'vitest';
import { LOOKUPS_MAX } from './egress-limits.ts';
import { createSystemResolver } from './resolve-name.ts';

describe('system resolver', () => {
  it('looks up a name that is asked for twice at once only once, and again later', async () => {
    let lookups = 0;
    const resolve = createSystemResolver(async () => [`10.0.0.${++lookups}`]);
    expect(await Promise.all([resolve('a.example'), resolve('a.example')])).toEqual([['10.0.0.1'], ['10.0.0.1']]);
    expect(await resolve('a.example')).toEqual(['10.0.0.2']);
  });

  it('keeps a thread free for files while names hang, and goes on when one of them ends', async () => {
    const ends: (() => void)[] = [];
    const started: string[] = [];
    const resolve = createSystemResolver((name) => {
      started.push(name);
      return new Promise((_, reject) => ends.push(() => reject(new Error('no such name'))));
    });
    const answers = ['a', 'b', 'c', 'd', 'e'].map((name) => resolve(name).catch(() => 'gone'));
    await Promise.resolve();
    expect(started).toHaveLength(LOOKUPS_MAX);
    ends[0]?.();
    expect(await answers[0]).toBe('gone');
    await expect.poll(() => started.length).toBe(LOOKUPS_MAX + 1);
    for (let index = 1; index < 5; index += 1) {
      await expect.poll(() => ends.length).toBeGreaterThan(index);
      ends[index]?.();
    }
    expect(await Promise.all(answers)).toEqual(['gone', 'gone', 'gone', 'gone', 'gone']);
  });

  it("is the machine's own", async () => {
    expect(await createSystemResolver()('localhost')).toSatisfy((addresses: string[]) =>
      addresses.some((one) => one === '127.0.0.1' || one === '::1'),
    );
  });
});
