import { DAY, instant } from '@glidepath/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readDrill } from './read-drill.ts';
import { writeDrill } from './write-drill.ts';

const DRILL = `apiVersion: glidepath.dev/v1
kind: Drill
metadata: { name: issuer-dark, title: Issuer dark for two weeks, source: "https://example.com/status" }
world:
  start: 2025-05-01T00:00:00Z
  policy: policies/desktop-suite.yaml
  license: { plan: campus, expiresIn: 200d }
  nodes: 20
  owners: [platform-team]
  seed: 7
events:
  - { at: 17d, issuer: down, for: 14d }
  - { at: 3d, clock: { step: -3d }, nodes: 10% }
  - { at: 20d, policy: publish other.yaml }
expect:
  - { always: solve }
  - { tier: full, from: 0d, to: 20d }
  - { alert: LicenseIssuerUnreachable, by: 18d }
  - { lossBy: never }
`;

const placesOf = (source: string) =>
  readDrill(source).violations.map(
    ({ line, column, code, didYouMean }) => `${line}:${column} ${code}${didYouMean === null ? '' : ` → ${didYouMean}`}`,
  );
const changed = (from: string, to: string) => DRILL.replace(from, to);

describe('reading a drill', () => {
  it('gives the world, the events in their order, and what is expected, with what nobody wrote filled in', () => {
    const { drill, violations } = readDrill(DRILL);
    expect(violations).toEqual([]);
    expect(drill).toMatchObject({
      ...{ name: 'issuer-dark', source: 'https://example.com/status' },
      world: {
        ...{
          startAt: instant(Date.UTC(2025, 4, 1)),
          nodes: 20,
          seed: 7,
          owners: ['platform-team'],
          whenNothingSigned: 'deny',
          renews: false,
        },
        license: { plan: 'campus', expiresInMs: 200 * DAY, startsInMs: null, seats: null, quotas: {} },
        // The issuer is back at 31d, and a day is left to look.
        untilMs: 32 * DAY,
      },
      events: [
        { atMs: 3 * DAY, forMs: null, nodes: { percent: 10 }, fault: { kind: 'clock', stepMs: -3 * DAY } },
        { atMs: 17 * DAY, forMs: 14 * DAY, nodes: null, fault: { kind: 'issuer', how: 'down' } },
        { atMs: 20 * DAY, fault: { kind: 'policy', publish: 'other.yaml' } },
      ],
      expect: [
        { kind: 'always', feature: 'solve', fromMs: 0, toMs: 32 * DAY },
        { kind: 'tier', tier: 'full', toMs: 20 * DAY },
        { kind: 'alert', condition: 'LicenseIssuerUnreachable', byMs: 18 * DAY },
        { kind: 'lossBy', byMs: null },
      ],
    });
  });

  it.each([
    ['a misspelt word', changed('issuer: down', 'issuer: dwon'), ['12:24 unknown-word → down']],
    ['a misspelt kind of fault', changed('issuer: down', 'isuer: down'), ['12:5 missing-key', '12:16 unknown-key → issuer']],
    ['two faults in one event', changed('issuer: down', 'issuer: down, node: stop'), ['12:5 too-many-items']],
    ['an event without a time', changed('at: 17d, ', ''), ['12:5 missing-key']],
    ['a month', changed('at: 17d', 'at: 1 month'), ['12:11 malformed-duration']],
    ['a day that no calendar has', changed('2025-05-01', '2025-02-29'), ['5:10 malformed-text']],
    ['a bound of another expectation', changed('{ always: solve }', '{ always: solve, by: 3d }'), ['16:22 unknown-key']],
    ['a time after the end', changed('to: 20d', 'to: 99d').replace('  seed: 7', '  until: 40d'), ['17:33 duration-out-of-range']],
    ['nothing expected', `${DRILL.slice(0, DRILL.indexOf('expect:'))}expect: []\n`, ['15:9 too-few-items']],
    ['another kind of document', changed('kind: Drill', 'kind: Policy'), ['2:7 unsupported-kind']],
    ['a second document', `${DRILL}---\n${DRILL}`, ['21:1 several-documents']],
    ['nothing', '', ['1:1 missing-key']],
  ])('says where there is %s', (_what, source, places) => {
    expect(readDrill(source).drill).toBeNull();
    expect(placesOf(source)).toEqual(places);
  });

  it('reads what is written', () => {
    const { metadata, ...tree } = parse(DRILL) as { metadata: { name: string; title: string }; world: object; events: []; expect: [] };
    const again = writeDrill({ ...tree, ...metadata, world: { ...tree.world } });
    expect(readDrill(again).drill).toMatchObject({ ...readDrill(DRILL).drill, source: null });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readDrill(bytes)),
      { numRuns: 300 },
    );
    const lines = DRILL.split('\n');
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.string({ unit: 'binary', maxLength: 20 }), (at, text) => {
        void readDrill(lines.with(at, text).join('\n'));
      }),
      { numRuns: 300 },
    );
  });
});
