import { describe, expect, it } from 'vitest';
import { instant } from '../time.ts';
import { failureOf, PROBE_FAILURES } from './probe-failures.ts';
import { EMPTY_SNAPSHOT, type ServerState, unknownFeature } from './snapshot.ts';

const servers = (...states: readonly ServerState[]) => states.map((state, i) => ({ name: `s${i}`, state, reason: null }));

describe('failureOf', () => {
  it.each([
    ['nothing at all', {}, 'unreadable'],
    ['a date and nothing else', { takenAt: instant(0) }, 'no-features'],
    ['a server that is up, and no feature', { servers: servers('up') }, 'no-features'],
    ['a server of which nothing is known', { servers: servers('unknown') }, 'no-features'],
    ['one of two servers up, and no feature', { servers: servers('down', 'up') }, 'no-features'],
    ['a server that is down', { servers: servers('down') }, null],
    ['one down, of the other nothing is known', { servers: servers('unknown', 'down') }, null],
    ['a feature', { features: [unknownFeature('MATLAB')] }, null],
    ['a feature of a server that is down', { servers: servers('down'), features: [unknownFeature('MATLAB')] }, null],
    ['what its reader refused', { takenAt: instant(0), refused: 'bad-signature' as const }, 'bad-signature'],
  ])('takes %s for %s', (_, snapshot, failure) => {
    expect(failureOf({ ...EMPTY_SNAPSHOT, ...snapshot })).toBe(failure);
  });
});

describe('probe failures', () => {
  it.each(Object.entries(PROBE_FAILURES))('%s is a sentence', (_, { sentence }) => {
    expect(sentence).toMatch(/^[A-Z].*\.$/);
  });
});
