import { existsSync, readFileSync } from 'node:fs';
import { formatInstant, type Instant } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { bytesOf, connectorContract, contextOf } from '../contract/test-contract.ts';
import { olicenseConnector } from './olicense-connector.ts';
import { CASES } from './test-cases.ts';

connectorContract(olicenseConnector, { cases: CASES, words: [' FloatsLockedBy:', '#', ';', 'Application:', 'License-ID:', 'unlimited'] });

const read = (source: string | Uint8Array | undefined, zone = 'UTC') =>
  olicenseConnector.read(bytesOf(source ?? ''), contextOf({ context: { zone } }));
const caseOf = (name: string, zone?: string) => read(CASES.find((one) => one.name.includes(name))?.source, zone);
const said = (at: Instant | null | undefined) => (at ? formatInstant(at) : at);

describe('what olixtool prints', () => {
  it('is a feature per module, in the pool of its license', async () => {
    const { features } = await caseOf('two licenses', 'Europe/Berlin');
    expect(features.map(({ name, version, pool, kind, issued, used }) => [name, version, pool, kind, issued, used])).toEqual([
      ['tyre_model', '0-20261', 'tyres-faf7@host-1', 'floating', 3, 3],
      ['road_model', '0-20261', 'tyres-faf7@host-1', 'floating', 12, 0],
      ['viewer', '0-20261', 'tyres-faf7@host-1', 'node-locked', null, 0],
      ['tyre_model', '0-20261', 'tyres-faf8@host-2', 'floating', 11, 4],
      ['editor', '0-20261', 'tyres-faf8@host-2', 'uncounted', null, 0],
    ]);
    expect(features.map(({ ends, expiresAt }) => [ends, said(expiresAt)])).toEqual([
      ['dated', '2026-12-31T22:59:59.000Z'],
      ['permanent', null],
      ['dated', '2026-12-31T22:59:59.000Z'],
      ['dated', '2027-02-28T22:59:00.000Z'],
      ['dated', '2027-02-28T22:59:00.000Z'],
    ]);
    expect(features[0]?.holders).toEqual([
      { user: 'ana', host: 'WS0007', count: 2, since: null },
      { user: 'bo lee', host: 'ws-8.example.com', count: 1, since: null },
    ]);
  });

  it('says nothing of the use of a module after which it ends', async () => {
    const text = String(CASES[0]?.source);
    const cut = text.slice(0, text.indexOf('    3 Floats'));
    expect((await read(cut)).features.map(({ issued, used }) => [issued, used])).toEqual([[3, null]]);
  });

  it.each([
    ['two licenses', [['10.0.0.5', 'up', null]]],
    ['no connection', [['10.0.0.5', 'down', 'OlComm 454 Request cannot connect to target']]],
    ['ends early', [['10.0.0.5', 'unknown', 'the output ends before it answers']]],
  ])('says of the server: %s', async (name, servers) => {
    expect((await caseOf(name)).servers.map((server) => [server.name, server.state, server.reason])).toEqual(servers);
  });
});

const samples = new URL('../../../../../shared/samples/olicense/', import.meta.url);

describe.runIf(existsSync(samples))('real captures', () => {
  it('have the totals of their raw text', async () => {
    const source = readFileSync(new URL('olicense_1.txt', samples), 'utf8');
    const issued = [...source.matchAll(/;\s*(\d+);\s*\d{4}-/g)].map(([, count]) => Number(count));
    const used = [...source.matchAll(/(\d+) FloatsLockedBy/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    const held = [...source.matchAll(/#(\d+)/g)].map(([, count]) => Number(count));
    const { features, unparsedCount, servers } = await read(source);
    expect([unparsedCount, servers.map(({ state }) => state)]).toEqual([0, ['up']]);
    expect(features.map((feature) => feature.issued)).toEqual(issued);
    expect(features.reduce((sum, feature) => sum + (feature.used ?? 0), 0)).toBe(used);
    expect(features.flatMap(({ holders }) => holders.map(({ count }) => count))).toEqual(held);
    expect(said(features[1]?.expiresAt)).toBe('2023-02-28T23:59:00.000Z');
  });
});
