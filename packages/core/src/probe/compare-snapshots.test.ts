import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, instant } from '../time.ts';
import { compareSnapshots } from './compare-snapshots.ts';
import { EMPTY_SNAPSHOT, type FeatureReading, type Snapshot, unknownFeature } from './snapshot.ts';

const at = (day: number) => instant(day * DAY);
const feature = (name: string, parts: Partial<FeatureReading> = {}): FeatureReading => ({ ...unknownFeature(name), ...parts });
const dated = (name: string, day: number, parts: Partial<FeatureReading> = {}) =>
  feature(name, { expiresAt: at(day), ends: 'dated', ...parts });
const seen = (...features: readonly FeatureReading[]): Snapshot => ({ ...EMPTY_SNAPSHOT, takenAt: at(1), features });
const key = (name: string, version: string | null = null) => ({ name, version, pool: null });

describe('compareSnapshots', () => {
  it.each<[string, Snapshot, Snapshot, unknown[]]>([
    ['the same twice', seen(dated('A', 9)), seen(dated('A', 9)), []],
    [
      'a feature that is gone',
      seen(dated('A', 9), feature('B')),
      seen(feature('B')),
      [{ kind: 'feature-vanished', feature: key('A'), expiresAt: at(9), isNameLeft: false }],
    ],
    [
      'a version that replaced another',
      seen(dated('A', 9, { version: '1' })),
      seen(dated('A', 9, { version: '2' })),
      [
        { kind: 'feature-vanished', feature: key('A', '1'), expiresAt: at(9), isNameLeft: true },
        { kind: 'feature-appeared', feature: key('A', '2'), expiresAt: at(9), isNameNew: false },
      ],
    ],
    [
      'an earlier end',
      seen(dated('A', 9)),
      seen(dated('A', 8)),
      [{ kind: 'end-moved', feature: key('A'), direction: 'earlier', from: at(9), to: at(8) }],
    ],
    [
      'a permanent one that got an end',
      seen(feature('A', { ends: 'permanent' })),
      seen(dated('A', 8)),
      [{ kind: 'end-moved', feature: key('A'), direction: 'earlier', from: null, to: at(8) }],
    ],
    [
      'an end that became permanent',
      seen(dated('A', 8)),
      seen(feature('A', { ends: 'permanent' })),
      [{ kind: 'end-moved', feature: key('A'), direction: 'later', from: at(8), to: null }],
    ],
    ['an end that is no longer said', seen(dated('A', 8)), seen(feature('A')), [{ kind: 'end-unstated', feature: key('A'), end: at(8) }]],
    [
      'fewer licenses',
      seen(feature('A', { issued: 5 })),
      seen(feature('A', { issued: 4 })),
      [{ kind: 'issued-changed', feature: key('A'), from: 5, to: 4 }],
    ],
    [
      'another stop',
      seen(feature('A')),
      seen(feature('A', { stopsAt: at(3) })),
      [{ kind: 'stop-moved', feature: key('A'), from: null, to: at(3) }],
    ],
    [
      'more lines not understood',
      seen(feature('A')),
      { ...seen(feature('A')), unparsedCount: 2 },
      [{ kind: 'unparsed-rose', from: 0, to: 2 }],
    ],
    ['fewer lines not understood', { ...seen(feature('A')), unparsedCount: 2 }, seen(feature('A')), []],
    [
      'a server that went down: its features are unseen, not gone',
      { ...seen(feature('A')), servers: [{ name: 's', state: 'up', reason: null }] },
      { ...seen(), servers: [{ name: 's', state: 'down', reason: 'cannot connect' }] },
      [{ kind: 'server-changed', server: 's', from: 'up', to: 'down', reason: 'cannot connect' }],
    ],
    ['nothing readable', seen(feature('A')), EMPTY_SNAPSHOT, []],
  ])('tells %s', (_, before, after, changes) => {
    expect(compareSnapshots(before, after)).toEqual(changes);
  });

  it('pairs rows of one key by their ends, in whatever order they are listed', () => {
    const before = seen(dated('A', 9), dated('A', 5), feature('A'));
    expect(compareSnapshots(before, seen(feature('A'), dated('A', 5), dated('A', 9)))).toEqual([]);
    expect(compareSnapshots(before, seen(dated('A', 5)))).toMatchObject([
      { kind: 'feature-vanished', expiresAt: at(9) },
      { kind: 'feature-vanished', expiresAt: null },
    ]);
  });

  const rows = fc.array(
    fc.record({
      name: fc.constantFrom('A', 'B', '__proto__'),
      version: fc.constantFrom(null, '1'),
      day: fc.constantFrom(null, 3, 4),
      permanent: fc.boolean(),
      issued: fc.constantFrom(null, 1, 2),
    }),
  );
  const built = rows.map((all) =>
    seen(
      ...all.map(({ name, version, day, permanent, issued }) =>
        day === null
          ? feature(name, { version, issued, ends: permanent ? 'permanent' : 'unstated' })
          : dated(name, day, { version, issued }),
      ),
    ),
  );

  it('finds nothing in an equal one, and as many gone and come as rows went and came', () => {
    fc.assert(
      fc.property(built, built, (before, after) => {
        expect(compareSnapshots(before, { ...before, features: before.features.toReversed() })).toEqual([]);
        const changes = compareSnapshots(before, after);
        const count = (kind: string) => changes.filter((change) => change.kind === kind).length;
        if (before.features.length > 0 && after.features.length > 0)
          expect(count('feature-appeared') - count('feature-vanished')).toBe(after.features.length - before.features.length);
      }),
    );
  });
});
