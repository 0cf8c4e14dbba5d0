import { describe, expect, it } from 'vitest';
import { lmxConnector } from '../lmx/lmx-connector.ts';
import { lsdynaConnector } from '../lsdyna/lsdyna-connector.ts';
import { olicenseConnector } from '../olicense/olicense-connector.ts';
import { rlmConnector } from '../rlm/rlm-connector.ts';
import { userAtHost } from './user-at-host.ts';

describe('user at host', () => {
  it.each([
    ['ana@ws-7', { user: 'ana', host: 'ws-7' }],
    ['ana lee@corp@ws-7', { user: 'ana lee@corp', host: 'ws-7' }],
    ['@ws-7', null],
    ['ana@', null],
    ['ana', null],
    ['ana@ws 7', null],
    ['', null],
  ])('%s', (text, who) => expect(userAtHost(text)).toEqual(who));
});

/** A pattern that tries every place for `@` against every other would need hours for these; each is read at a glance. */
describe('a line without end', () => {
  const begins: Readonly<Record<string, string>> = {
    rlm: 'a license usage status on h (port 1)\np v1: ',
    lmx: 'Feature: F Version: 1 Vendor: V\n1 license(s) used by ',
    olicense: 'm; FreeFloating; 1; 2027-01-01;\n1 FloatsLockedBy:\n',
    lsdyna: 'P 12/30/2026 - 1 2 | 3\na ',
  };
  const pieces = ['@', 'a@b ', ' ', ';', ' ;', 'a@b #', '1@a ', ' 1', ' [', '1/0 at ', '| - '];

  it.each([rlmConnector, lmxConnector, olicenseConnector, lsdynaConnector])('costs $kind its length', async ({ kind, read }) => {
    const context = { zone: 'UTC', now: null, verifyWith: null, openWith: null };
    for (const piece of pieces) {
      const source = new TextEncoder().encode(`${begins[kind]}${piece.repeat(300_000)}x y\n`);
      expect((await read(source, context)).unparsedCount).toBe(1);
    }
  });
});
