import { existsSync, readFileSync } from 'node:fs';
import { formatInstant, type Instant } from '@glidepath/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, connectorContract, contextOf } from '../contract/test-contract.ts';
import { csvFields } from './csv-fields.ts';
import { dslsConnector } from './dsls-connector.ts';
import { CASES } from './test-cases.ts';

connectorContract(dslsConnector, { cases: CASES, words: ['"', '""', ',', 'Feature', 'admin >', 'Queue Position', 'Ready: no'] });

const read = (source: string | Uint8Array | undefined, zone = 'UTC') =>
  dslsConnector.read(bytesOf(source ?? ''), contextOf({ context: { zone } }));
const caseOf = (name: string, zone?: string) => read(CASES.find((one) => one.name.includes(name))?.source, zone);
const said = (at: Instant | null | undefined) => (at ? formatInstant(at) : at);

describe('what getLicenseUsage prints', () => {
  it('makes one feature of several rows, with who holds how many since when', async () => {
    const { features } = await caseOf('tokens', 'Europe/Paris');
    expect(features.map(({ name, version, kind, queued, pool }) => [name, version, kind, queued, pool])).toEqual([
      ['PAC', '8', 'token', 0, null],
      ['SRU', '426', 'token', 7, null],
      ['CAD', '426', 'named', 0, null],
    ]);
    expect(features.flatMap(({ holders }) => holders.map(({ user, host, count, since }) => [user, host, count, said(since)]))).toEqual([
      ['ana', 'node-1', 493, '2026-02-17T16:59:34.000Z'],
      ['bo', 'node-2', 533, '2026-02-17T16:59:34.000Z'],
      ['lee, bo', 'ws-7', 1, '2026-02-17T16:59:34.000Z'],
      ['=cmd()', 'ws-8', 1, '2026-02-17T16:59:34.000Z'],
    ]);
  });

  it('ends at its time of day, not at that of the day', async () => {
    expect(said((await caseOf('tokens', 'Europe/Paris')).features[0]?.expiresAt)).toBe('2026-12-30T23:59:00.000Z');
    expect(said((await caseOf('tokens')).features[0]?.expiresAt)).toBe('2026-12-31T00:59:00.000Z');
  });

  it('tells contracts apart', async () => {
    expect((await caseOf('two contracts')).features.map(({ name, pool, issued }) => [name, pool, issued])).toEqual([
      ['CAM', '100', 3],
      ['CAM', '200', 5],
    ]);
  });

  it.each([
    ['tokens', 'up', null],
    ['no connection', 'down', 'Cannot connect to server dsls-9 on port 4084'],
    ['not ready', 'down', 'it says: Ready: no'],
  ])('says of the server: %s', async (name, state, reason) => {
    expect((await caseOf(name)).servers.map((server) => [server.state, server.reason])).toEqual([[state, reason]]);
  });
});

describe('fields of a line', () => {
  it.each([
    ['a,b', ['a', 'b']],
    ['a,', ['a', '']],
    ['"a,""b""",c', ['a,"b"', 'c']],
    ['', ['']],
    ['"a', null],
    ['"a"b', null],
  ])('%s', (line, fields) => expect(csvFields(line)).toEqual(fields));

  it('are what was written', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (fields) => {
        expect(csvFields(fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(','))).toEqual(fields);
      }),
    );
  });
});

const samples = new URL('../../../../../shared/samples/dsls/', import.meta.url);

describe.runIf(existsSync(samples))('real captures', () => {
  it('have the totals of their raw text', async () => {
    const source = readFileSync(new URL('dsls_1.txt', samples), 'utf8');
    const rows = [...source.matchAll(/^Dassault Systemes,[^,]*,([^,]*),(?:[^,]*,){8}(\d+),(\d+),(\d*)/gm)];
    const features = new Map(rows.map(([, name, count, used]) => [name, [Number(count), Number(used)]]));
    const held = rows.map(([, , , , tokens]) => Number(tokens)).filter((tokens) => tokens > 0);
    const snapshot = await read(source);
    expect([snapshot.unparsedCount, snapshot.servers.map(({ state }) => state)]).toEqual([0, ['up']]);
    expect(snapshot.features.map(({ name, issued, used }) => [name, [issued, used]])).toEqual([...features]);
    expect(snapshot.features.flatMap(({ holders }) => holders.map(({ count }) => count))).toEqual(held);
    expect(said(snapshot.features[0]?.expiresAt)).toBe('2025-01-01T00:59:00.000Z');
  });

  it('of a server that does not answer says down', async () => {
    const { servers, features, unparsedCount } = await read(readFileSync(new URL('bad.txt', samples)));
    expect([servers.map(({ state }) => state), features, unparsedCount]).toEqual([['down'], [], 0]);
  });
});
