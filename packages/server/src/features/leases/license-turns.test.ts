import { describe, expect, it } from 'vitest';
import { createTurns, turnsOf } from './license-turns.ts';

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

describe('turns of a license', () => {
  it('run one at a time, in the order of asking', async () => {
    const turns = createTurns();
    const seen: string[] = [];
    const first = gate();
    const one = turns.run('lic', async () => {
      seen.push('one begins');
      await first.opened;
      seen.push('one ends');
    });
    const two = turns.run('lic', async () => void seen.push('two'));
    await turns.run('other', async () => void seen.push('another license'));
    expect(seen).toEqual(['one begins', 'another license']);
    first.open();
    await Promise.all([one, two]);
    expect(seen.slice(2)).toEqual(['one ends', 'two']);
  });

  it('go on after one that failed, which fails alone', async () => {
    const turns = createTurns();
    const failing = turns.run('lic', async () => {
      throw new Error('broken');
    });
    const next = turns.run('lic', async () => 'done');
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('done');
  });

  it('take nobody in beyond their number, and begin anew when they are done', async () => {
    const turns = createTurns(1);
    const first = gate();
    const one = turns.run('lic', () => first.opened);
    expect(await turns.run('lic', async () => 'two')).toBeNull();
    first.open();
    await one;
    expect(await turns.run('lic', async () => 'three')).toBe('three');
  });

  it('are shared by all that have the same store open', () => {
    const store = {};
    expect(turnsOf(store)).toBe(turnsOf(store));
    expect(turnsOf(store)).not.toBe(turnsOf({}));
  });
});
