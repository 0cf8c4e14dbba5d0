import { existsSync, readFileSync } from 'node:fs';
import { formatInstant, type Instant, instant, type ReadContext } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { bytesOf, connectorContract, contextOf } from '../contract/test-contract.ts';
import { lsdynaConnector } from './lsdyna-connector.ts';
import { CASES } from './test-cases.ts';

connectorContract(lsdynaConnector, { cases: CASES, words: ['LICENSE GROUP ', ' | ', ' - ', '12/30/2026', 'Using default server 1@x'] });

const read = (source: string | Uint8Array | undefined, context: Partial<ReadContext> = {}) =>
  lsdynaConnector.read(bytesOf(source ?? ''), contextOf({ context }));
const caseOf = (name: string, context?: Partial<ReadContext>) => read(CASES.find((one) => one.name.includes(name))?.source, context);
const said = (at: Instant | null | undefined) => (at ? formatInstant(at) : at);

describe('what lstc_qrun prints', () => {
  it('gives a program that runs alone the total of its group', async () => {
    const { features, notes } = await caseOf('one program', { zone: 'America/Los_Angeles' });
    expect(features.map(({ name, pool, issued, used, queued, holders }) => [name, pool, issued, used, queued, holders.length])).toEqual([
      ['MPPDYNA', 'LICENSE GROUP', 400, 280, 2, 2],
      ['MPPDYNA_971', 'LICENSE GROUP', 400, 0, 0, 0],
      ['LS-DYNA', 'LICENSE GROUP', 400, 0, null, 0],
    ]);
    expect(features[0]?.holders[1]).toEqual({ user: 'bo lee', host: 'n-52.example.com', count: 80, since: null });
    expect(said(features[0]?.expiresAt)).toBe('2026-12-31T07:59:59.000Z');
    expect(notes).toEqual(['3 programs share the 400 licenses of LICENSE GROUP: 280 in use, 120 free.']);
  });

  it('gives several that run their own runs, if those make up the total', async () => {
    const { features } = await caseOf('two programs');
    expect(features.map(({ name, pool, used, ends }) => [name, pool, used, ends])).toEqual([
      ['MPPDYNA', 'LICENSE GROUP', 300, 'dated'],
      ['LS-DYNA', 'LICENSE GROUP', 140, 'dated'],
      ['OTHER', 'LICENSE GROUP 2', 3, 'permanent'],
    ]);
    const disagreeing = String(CASES[1]?.source).replace('n-52 100', 'n-52 101');
    expect((await read(disagreeing)).features.map(({ used }) => used)).toEqual([null, null, 3]);
  });

  it('lists runs with their start', async () => {
    const { features } = await caseOf('runs alone', { now: instant(Date.UTC(2026, 2, 18)) });
    expect(features.map(({ name, issued, used, queued, holders }) => [name, issued, used, queued, said(holders[0]?.since)])).toEqual([
      ['MPPDYNA', null, null, 0, '2026-03-17T16:18:00.000Z'],
      ['LS-DYNA', null, null, 0, '2026-03-17T16:22:00.000Z'],
    ]);
    expect((await caseOf('runs alone')).features[0]?.holders[0]?.since).toBeNull();
  });

  it('knows a program by one row, whether its runs stand above it or below', async () => {
    const run = ' ana   123@n-1   MPPDYNA   Mon Jan  4 10:12   16';
    const row = 'MPPDYNA   06/30/2027   -   484   500 |   0';
    const total = 'LICENSE GROUP   16   484   500 |   0';
    for (const lines of [
      [run, row, total],
      [row, ' ana   123@n-1   16', total],
      [run, row, ' ana   123@n-1   16', total],
    ]) {
      const { features, unparsedCount } = await read(['Using default server 1@a', ...lines].join('\n'));
      expect(unparsedCount).toBe(0);
      expect(features).toMatchObject([{ name: 'MPPDYNA', issued: 500, used: 16, holders: [{ user: 'ana', host: 'n-1', count: 16 }] }]);
    }
  });

  it.each([
    ['one program', [['lstc-1.example.com', 'up', null]]],
    ['no connection', [['localhost', 'down', '*** ERROR failed to open server localhost']]],
  ])('says of the server: %s', async (name, servers) => {
    expect((await caseOf(name)).servers.map((server) => [server.name, server.state, server.reason])).toEqual(servers);
  });

  it('knows nothing of a server after which it ends', async () => {
    expect((await read('Using default server 1@a\n')).servers.map(({ state }) => state)).toEqual(['unknown']);
  });
});

const samples = new URL('../../../../../shared/samples/lsdyna/', import.meta.url);

describe.runIf(existsSync(samples))('real captures', () => {
  it('have the totals of their raw text', async () => {
    const source = readFileSync(new URL('lsdyna_1.txt', samples), 'utf8');
    const held = [...source.matchAll(/@\S+ {2}(\d+)$/gm)].map(([, count]) => Number(count));
    const most = [...source.matchAll(/\d{4} .* (\d+) \|/g)].map(([, count]) => Number(count));
    const total = Number(/GROUP +(\d+)/.exec(source)?.[1]);
    const { features, unparsedCount, servers } = await read(source);
    expect([unparsedCount, servers.map(({ state }) => state)]).toEqual([0, ['up']]);
    expect(features.map(({ issued }) => issued)).toEqual(most);
    expect(features.reduce((sum, { used }) => sum + (used ?? 0), 0)).toBe(total);
    expect(features.flatMap(({ holders }) => holders.map(({ count }) => count))).toEqual(held);
    expect(new Set(features.map(({ expiresAt }) => said(expiresAt)))).toEqual(new Set(['2022-12-30T23:59:59.000Z']));
  });
});
