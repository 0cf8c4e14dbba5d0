import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant, MINUTE } from '../time.ts';
import { type ServerWitness, serverVerdict } from './server-verdict.ts';
import type { ServerState } from './snapshot.ts';

const NOW = instant(100 * MINUTE);
const rule = (quorum: number) => ({ quorum, now: NOW, freshMs: 10 * MINUTE });
/** `up`, `down`, `unknown`; with `@` minutes ago. */
const said = (...words: readonly string[]): readonly ServerWitness[] =>
  words.map((word, i) => {
    const [state, ago = '0'] = word.split('@');
    return {
      prober: `p${i}`,
      at: instant(NOW - Number(ago) * MINUTE),
      state: state as ServerState,
      reason: state === 'down' ? 'no answer' : null,
    };
  });

describe('serverVerdict', () => {
  it.each<[string[], number, ServerState, string]>([
    [[], 1, 'unknown', 'nobody-knows'],
    [['up'], 1, 'up', 'answers'],
    [['up'], 3, 'up', 'answers'],
    [['down'], 1, 'down', 'agreed-down'],
    [['down'], 2, 'unknown', 'too-few'],
    [['down', 'down'], 2, 'down', 'agreed-down'],
    [['down', 'down', 'up'], 2, 'unknown', 'disagreement'],
    [['down', 'up'], 1, 'unknown', 'disagreement'],
    [['down', 'up'], 2, 'up', 'answers'],
    [['down', 'unknown'], 2, 'unknown', 'too-few'],
    [['unknown', 'unknown'], 1, 'unknown', 'nobody-knows'],
    [['down', 'down@11'], 2, 'unknown', 'too-few'],
    [['down', 'down@10'], 2, 'down', 'agreed-down'],
    [['down', 'up@11'], 1, 'down', 'agreed-down'],
    [['up@11'], 1, 'unknown', 'nobody-knows'],
    [['down'], 0, 'down', 'agreed-down'],
  ])('%j with a quorum of %i is %s (%s)', (words, quorum, state, basis) => {
    expect(serverVerdict(said(...words), rule(quorum))).toMatchObject({ state, basis });
  });

  it('counts one prober once, by its latest word', () => {
    const witnesses = said('down', 'down', 'down').map((witness) => ({ ...witness, prober: 'p' }));
    expect(serverVerdict(witnesses, rule(2))).toMatchObject({ state: 'unknown', basis: 'too-few' });
    const later = { prober: 'p', at: NOW, state: 'up', reason: null } as const;
    expect(serverVerdict([...said('down@1').map((witness) => ({ ...witness, prober: 'p' })), later], rule(1)).state).toBe('up');
  });

  it('gives what they say, each once, and who was too late', () => {
    const verdict = serverVerdict(said('down', 'down', 'up@20'), rule(2));
    expect(verdict.reasons).toEqual(['no answer']);
    expect(verdict.stale).toHaveLength(1);
    expect(verdict.message).toBe('2 probers find it down, and nobody finds it up (quorum 2).');
  });

  it('is never down below the quorum, nor while a fresh prober finds it up', () => {
    const words = fc.array(fc.tuple(fc.constantFrom('up', 'down', 'unknown'), fc.integer({ min: 0, max: 20 })));
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 4 }), (all, quorum) => {
        const { state } = serverVerdict(said(...all.map(([word, ago]) => `${word}@${ago}`)), rule(quorum));
        const fresh = all.filter(([, ago]) => ago <= 10).map(([word]) => word);
        const downs = fresh.filter((word) => word === 'down').length;
        if (state === 'down') expect([downs >= quorum, fresh.includes('up')]).toEqual([true, false]);
        if (state === 'up') expect(fresh).toContain('up');
      }),
    );
  });
});
