import { existsSync, readFileSync } from 'node:fs';
import { formatInstant, type Instant, instant } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { bytesOf, connectorContract, contextOf } from '../contract/test-contract.ts';
import { lmxConnector } from './lmx-connector.ts';
import { CASES } from './test-cases.ts';

connectorContract(lmxConnector, { cases: CASES, words: [' of ', ' license(s) used', ' license(s) queued by ', 'NONE', 'UNLIMITED', '@'] });

const read = (source: string | Uint8Array | undefined, zone = 'UTC') =>
  lmxConnector.read(bytesOf(source ?? ''), contextOf({ context: { zone } }));
const caseOf = (name: string, zone?: string) => read(CASES.find((one) => one.name.includes(name))?.source, zone);
const said = (at: Instant | null | undefined) => (at ? formatInstant(at) : at);

describe('what lmxendutil prints', () => {
  it('dates its holders by their checkout', async () => {
    const { features } = await caseOf('holders', 'Europe/Berlin');
    expect(features.flatMap(({ holders }) => holders.map(({ user, host, count, since }) => [user, host, count, said(since)]))).toEqual([
      ['ana', 'ws-7', 15, '2026-02-18T08:29:00.000Z'],
      ['bo lee', 'ws-8.example.com_2023', 30, '2026-02-18T22:51:00.000Z'],
      ['<!channel>', 'ws-9', 12, '2026-02-18T08:26:00.000Z'],
    ]);
  });

  it('says NONE for what never ends, and TOKEN for what counts tokens', async () => {
    const { features, notes } = await caseOf('holders', 'Europe/Berlin');
    expect(features.map(({ name, ends, kind, expiresAt }) => [name, ends, kind, said(expiresAt)])).toEqual([
      ['Mesher', 'dated', null, '2027-01-31T22:59:59.000Z'],
      ['Solver Units', 'permanent', 'token', null],
      ['Viewer', 'dated', null, '2027-01-31T22:59:59.000Z'],
    ]);
    expect(notes).toEqual([expect.stringContaining('1 of 3 features')]);
  });

  it('tells servers apart, and counts what is above the limit and who waits', async () => {
    const { features, servers } = await caseOf('two servers');
    expect(servers.map(({ name, state }) => [name, state])).toEqual([
      ['lmx-1.example.com', 'up'],
      ['lmx-2.example.com', 'up'],
    ]);
    expect(features.map(({ name, pool, overage, queued }) => [name, pool, overage, queued])).toEqual([
      ['Mesher', 'lmx-1.example.com', 0, null],
      ['Solver Units', null, 0, null],
      ['Viewer', null, 0, null],
      ['Mesher', 'lmx-2.example.com', 1, 2],
    ]);
    expect(lmxConnector.latentAt?.(await caseOf('two servers'), instant(Date.UTC(2026, 5, 1))).map(({ act }) => act)).toEqual([
      'scale-out',
    ]);
  });

  it.each([
    ['which version it is', 'Server version: v5.1 Uptime: 3 day(s)', 'up', null],
    ['that it cannot be reached', 'Failed to connect to the server.', 'down', 'Failed to connect to the server.'],
    ['nothing', '', 'unknown', 'the output says nothing of whether it answers'],
  ])('knows of a server what its block says: %s', async (_, line, state, reason) => {
    const { servers } = await read(`LM-X License Server on 6200@lic-1:\n\n${line}\n`);
    expect(servers).toEqual([{ name: 'lic-1', state, reason }]);
  });

  it('says unlimited in words, too', async () => {
    const { features } = await read('Feature: F Version: 1 Vendor: V\n3 of UNLIMITED license(s) used:\n');
    expect(features.map(({ issued, used, kind }) => [issued, used, kind])).toEqual([[null, 3, 'uncounted']]);
  });
});

const samples = new URL('../../../../../shared/samples/lmx/', import.meta.url);

describe.runIf(existsSync(samples))('real captures', () => {
  it('have the totals of their raw text', async () => {
    const source = readFileSync(new URL('lmx_1.txt', samples), 'utf8');
    const pairs = [...source.matchAll(/(\d+) of (\d+) license/g)].map(([, used, issued]) => [Number(used), Number(issued)] as const);
    const held = [...source.matchAll(/(\d+) license\(s\) used by/g)].map(([, count]) => Number(count));
    const { features, unparsedCount, servers } = await read(source);
    expect([unparsedCount, servers.map(({ state }) => state), features.length]).toEqual([0, ['up'], pairs.length]);
    expect(features.map(({ used, issued }) => [used, issued])).toEqual(pairs);
    expect(features.flatMap(({ holders }) => holders.map(({ count }) => count))).toEqual(held);
    expect(new Set(features.map(({ expiresAt }) => said(expiresAt)))).toEqual(new Set(['2023-01-31T23:59:59.000Z']));
  });

  it('of no server says down', async () => {
    const { servers, features, unparsedCount } = await read(readFileSync(new URL('bad.txt', samples)));
    expect([servers.map(({ state }) => state), features, unparsedCount]).toEqual([['down'], [], 0]);
  });
});
