import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SortedList } from './sorted-list.ts';

const asked = fc.oneof(
  { weight: 5, arbitrary: fc.record({ op: fc.constant('add' as const), item: fc.nat(3_000) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('remove' as const), item: fc.nat(3_000) }) },
);

describe('a sorted list', () => {
  it('holds each thing once and in order, whatever was added and removed', () => {
    fc.assert(
      fc.property(
        fc.array(asked, { maxLength: 400 }),
        fc.nat(1_500),
        fc.nat(3_000),
        fc.option(fc.nat(3_000)),
        (steps, appended, cleared, probe) => {
          const list = new SortedList<number>((a, b) => a - b);
          const model = new Set<number>();
          for (let item = 0; item < appended; item++) {
            list.add(item * 2);
            model.add(item * 2);
          }
          // A stretch of whole blocks goes at once.
          for (let item = cleared; item < cleared + 1_400; item++) {
            list.remove(item);
            model.delete(item);
          }
          for (const { op, item } of steps) {
            list[op](item);
            if (op === 'add') model.add(item);
            else model.delete(item);
          }
          const all = [...model].sort((a, b) => a - b);
          expect([...list.walk()]).toEqual(all);
          expect([...list.walk(undefined, true)]).toEqual(all.toReversed());
          expect(list.size).toBe(all.length);
          const after = probe ?? undefined;
          expect([...list.walk(after)]).toEqual(all.filter((item) => after === undefined || item > after));
          expect([...list.walk(after, true)]).toEqual(all.filter((item) => after === undefined || item < after).toReversed());
          expect(list.head(7, (item) => item < 900)).toEqual(all.filter((item) => item < 900).slice(0, 7));
        },
      ),
    );
  });
});
