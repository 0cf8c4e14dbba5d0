import { describe, expect, it } from 'vitest';
import type { Lease } from '../ports/records.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../time.ts';
import { judgeAcquire } from './judge-acquire.ts';
import { judgeRelease } from './judge-release.ts';
import { reap } from './reap.ts';
import { LISTED_MAX } from './seat-order.ts';
import { openTurn, type SeatsTurn } from './seats-turn.ts';
import { planWith, SeatWorld } from './test-seats.ts';

const OVERAGE = { seats: 5, forMs: 72 * HOUR, againMs: null };

function world(limit: number, seats: Parameters<typeof planWith>[0] = {}): SeatWorld {
  return new SeatWorld(planWith({ limit, overage: null, whenFull: { kind: 'tier', tier: 2 }, ...seats }));
}

/** Judges an acquire on the turn and takes over what it did. */
function acquire(of: SeatWorld, turn: SeatsTurn, jkt: string): Lease | null {
  const decision = judgeAcquire(of.holderInput(turn, of.asking(jkt)));
  turn.accept(decision);
  return decision.lease;
}

const names = (rows: readonly Lease[]) => rows.map(({ holder }) => holder);

describe('openTurn', () => {
  describe('given a batch that asks for the last seat twice', () => {
    it('grants it to the first, and shows the second what the first has left', () => {
      const of = world(1);
      const [first, second] = of.batch([
        { op: 'acquire', jkt: 'a' },
        { op: 'acquire', jkt: 'b' },
      ]);
      expect([first?.outcome, second?.outcome]).toEqual(['granted', 'when-full']);
      expect(of.seats).toMatchObject({ granted: 1, overage: 0 });
    });

    it('has moved nothing of a request that was not accepted', () => {
      const of = world(1);
      const turn = of.turn(['a', 'b']);
      judgeAcquire(of.holderInput(turn, of.asking('a')));
      expect(turn.situationOf('a')).toMatchObject({ lease: null, seats: { granted: 0 } });
      expect(acquire(of, turn, 'b')?.state).toBe('granted');
    });
  });

  describe('changes', () => {
    it('are none before anything was accepted', () => {
      expect(world(1).turn(['a']).changes()).toEqual({ seats: null, license: null, inserted: [], updated: [] });
    });

    it('say what the counts were and are, and each row once', () => {
      const of = world(2);
      of.acquire('a');
      of.wait(MINUTE);
      const before = of.row('a');
      const turn = of.turn(['a', 'b']);
      for (const jkt of ['a', 'b', 'a', 'b']) acquire(of, turn, jkt);
      const { seats, inserted, updated } = turn.changes();
      expect([seats?.before.granted, seats?.after.granted]).toEqual([1, 2]);
      expect(inserted).toMatchObject([{ holder: 'b', renewals: 1 }]);
      expect(updated).toMatchObject([{ before, after: { holder: 'a', renewals: 2, revision: before.revision } }]);
    });

    it('leave counts out that came back to what they were', () => {
      const of = world(2);
      const turn = of.turn(['a']);
      acquire(of, turn, 'a');
      turn.accept(judgeRelease(of.holderInput(turn, of.asking('a'))));
      expect(turn.changes()).toMatchObject({ seats: null, inserted: [{ state: 'released' }], updated: [] });
    });

    it('say that the license was changed', () => {
      const of = world(2);
      const turn = of.turn([]);
      const { seats, license } = turn.situationOf('');
      const after = { ...license, quarantinedAt: of.now };
      turn.accept({ seats, license: after, promoted: [], reaped: [], happened: [], lease: null });
      expect(turn.situationOf('').license).toBe(after);
      expect(turn.changes().license).toEqual({ before: license, after });
    });
  });

  describe('situationOf', () => {
    it('lists who lapsed by the end of the hold, and no longer who came back', () => {
      const of = world(3);
      for (const jkt of ['b', 'a', 'c']) {
        of.acquire(jkt);
        of.wait(SECOND);
      }
      of.wait(HOUR + 2 * SECOND);
      const turn = of.turn(['a']);
      expect(names(turn.situationOf('').lapsed)).toEqual(['b', 'a', 'c']);
      turn.accept(judgeAcquire(of.holderInput(turn, of.asking('a'))));
      expect(turn.situationOf('')).toMatchObject({ lapsed: [], seats: { granted: 1 } });
      expect(turn.situationOf('a').lease?.state).toBe('granted');
    });

    it('lists who waits: overage holders by acquiredAt, then the others by when they began to wait, then by id', () => {
      const of = world(1, { overage: { ...OVERAGE, seats: 2 } });
      for (const jkt of ['a', 'late', 'later']) of.wait(SECOND).acquire(jkt);
      of.wait(SECOND);
      of.batch([
        { op: 'acquire', jkt: 'z' },
        { op: 'acquire', jkt: 'y' },
      ]);
      const turn = of.turn(['x']);
      of.wait(1);
      acquire(of, turn, 'x');
      expect(names(turn.situationOf('').waiting)).toEqual(['late', 'later', 'z', 'y', 'x']);
    });

    it('counts the silent anew as rows are reaped and come back', () => {
      const of = world(2);
      of.acquire('a');
      of.acquire('b');
      for (const row of of.rows.values()) of.rows.set(row.holder, { ...row, promisedUntil: (of.now + DAY) as typeof of.now });
      of.wait(2 * HOUR);
      const turn = of.turn(['a', 'b']);
      expect(turn.situationOf('a').silent).toBe(0);
      turn.accept({ ...reap(of.input(turn.situationOf(''))), lease: null });
      expect(turn.situationOf('a').silent).toBe(2);
      acquire(of, turn, 'a');
      expect(turn.situationOf('b').silent).toBe(1);
    });

    it('serves nobody who joins behind those that nobody has gathered', () => {
      const of = world(0);
      for (let count = 0; count < LISTED_MAX + 5; count++) of.wait(1).acquire(`h${count}`);
      of.terms = { ...of.terms, overrides: { seats: LISTED_MAX + 2 } };
      const turn = of.turn(['new', 'newer']);
      expect(turn.situationOf('new')).toMatchObject({ othersWait: true });
      expect([acquire(of, turn, 'new')?.state, acquire(of, turn, 'newer')?.state]).toEqual(['when-full', 'when-full']);
      of.commit(turn.changes());
      expect(of.live('granted')).toHaveLength(LISTED_MAX);
      of.wait(1).reap();
      expect(of.live('granted')).toHaveLength(LISTED_MAX + 2);
      expect(names(of.live('when-full'))).toEqual([`h${LISTED_MAX + 2}`, `h${LISTED_MAX + 3}`, `h${LISTED_MAX + 4}`, 'new', 'newer']);
    });
  });

  describe('accept', () => {
    it('takes nothing of what cannot have been decided on this license', () => {
      const of = world(1);
      of.acquire('a');
      const turn = of.turn(['a']);
      const row = of.row('a');
      const { seats } = turn.situationOf('a');
      const effects = { seats: { ...seats, granted: 9 }, promoted: [], reaped: [], happened: [], lease: null };
      expect(() => turn.accept({ ...effects, reaped: [{ ...row, id: 'lea_other' }] })).toThrow('nobody has gathered');
      expect(() => turn.accept({ ...effects, lease: { ...row, id: 'lea_other' } })).toThrow('another lease');
      expect(() => turn.accept({ ...effects, lease: { ...row, license: 'lic_other' } })).toThrow("another license's");
      expect(turn.changes()).toMatchObject({ seats: null, inserted: [], updated: [] });
    });
  });

  it('refuses an instant of reaping that is still to come', () => {
    const of = world(1);
    expect(() => openTurn(of.gathered([]), { now: of.now, reapBefore: (of.now + 1) as typeof of.now })).toThrow('has ended');
  });
});
