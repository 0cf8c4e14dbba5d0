import { EMPTY_SNAPSHOT, type FeatureReading, instant, type Snapshot, unknownFeature } from '@glidepath/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, noneSaid } from './test-fuzz.ts';
import { writtenTexts } from './test-grammar.ts';
import { differentWhenCut, invented, malformed } from './test-snapshot-rules.ts';

const seen = (feature: Partial<FeatureReading>, rest: Partial<Snapshot> = {}): Snapshot => ({
  ...EMPTY_SNAPSHOT,
  features: [{ ...unknownFeature('solver'), ...feature }],
  ...rest,
});
const holder = { user: 'ana', host: null, count: 3, since: null };

describe('snapshot rules', () => {
  it('find nothing in a sound snapshot', () => {
    const sound = seen({ issued: 40, used: 3, holders: [holder], ends: 'dated', expiresAt: instant(0) });
    expect(malformed(sound)).toEqual([]);
    expect(invented(bytesOf('40 issued, 3 used'), sound)).toEqual([]);
    expect(differentWhenCut(sound, seen({ issued: 40 }))).toEqual([]);
  });

  it.each([
    ['half a license', seen({ issued: 1.5 })],
    ['a negative one', seen({ reserved: -1 })],
    ['not a number', seen({ used: Number.NaN })],
    ['more than is exact', seen({ issued: 2 ** 60 })],
    ['a feature without a name', seen({ name: '' })],
    ['a dated end without a date', seen({ ends: 'dated' })],
    ['a permanent end with one', seen({ ends: 'permanent', expiresAt: instant(0) })],
    ['an instant that is none', seen({ ends: 'dated', expiresAt: instant(Number.NaN) })],
    ['uncounted, and counted', seen({ kind: 'uncounted', issued: 3 })],
    ['a holder without a name', seen({ holders: [{ ...holder, user: '' }] })],
    ['a server up with a reason', seen({}, { servers: [{ name: 'a', state: 'up', reason: 'x' }] })],
    ['a server down without one', seen({}, { servers: [{ name: 'a', state: 'down', reason: null }] })],
    ['unread lines that are not counted', seen({}, { unparsed: [{ line: 1, text: 'x' }] })],
    ['an unread line that is not cut', seen({}, { unparsed: [{ line: 1, text: 'x'.repeat(300) }], unparsedCount: 1 })],
  ])('find %s', (_name, snapshot) => expect(malformed(snapshot)).toHaveLength(1));

  it('find numbers that the source does not say', () => {
    expect(invented(bytesOf('41'), seen({ issued: 40 }))).toHaveLength(1);
    expect(invented(bytesOf('144'), seen({ used: 14 }))).toHaveLength(1);
    expect(invented(bytesOf('none'), seen({ holders: [holder] }))).toHaveLength(1);
  });

  it('find what a cut source says otherwise', () => {
    expect(differentWhenCut(seen({ issued: 144 }), seen({ issued: 14 }))).toHaveLength(1);
    expect(differentWhenCut(seen({}), seen({ name: 'solv' }))).toHaveLength(1);
    expect(differentWhenCut(seen({ queued: 2 }), seen({ queued: 3 }))).toHaveLength(1);
    expect(differentWhenCut(seen({ holders: [holder] }), seen({ holders: [{ ...holder, count: 1 }] }))).toHaveLength(1);
    expect(differentWhenCut(EMPTY_SNAPSHOT, seen({}))).toHaveLength(1);
  });

  it('find a key among what is shown', () => {
    const shown = seen({}, { unparsed: [{ line: 1, text: 'SIGN=0123ABCD' }], unparsedCount: 1 });
    expect(() => noneSaid(shown, ['0123ABCD'])).toThrow('came out');
  });
});

describe('grammar', () => {
  it('writes only texts of its rules, and ends', () => {
    fc.assert(
      fc.property(
        writtenTexts({ start: ['a', '<b><start>'], b: ['b', '<b><b>'] }),
        (text) => /^b*a$/.test(Buffer.from(text).toString()) || text.length > 100,
      ),
    );
  });

  it('names a rule that it does not have', () => {
    expect(() => fc.sample(writtenTexts({ start: ['<missing>'] }), 1)).toThrow('<missing>');
  });
});
