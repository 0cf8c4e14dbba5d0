import { existsSync, readFileSync } from 'node:fs';
import { formatInstant, type Instant, instant, type ReadContext } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { connectorContract } from '../contract/test-contract.ts';
import { rlmConnector } from './rlm-connector.ts';
import { CASES } from './test-cases.ts';

connectorContract(rlmConnector, { cases: CASES, words: ['inuse: ', ', pool: 7', 'Token-based license', 'uncounted', '@', ' v1.0: '] });

const context: ReadContext = { zone: 'UTC', now: null, verifyWith: null, openWith: null };
const read = (source: string | undefined, more: Partial<ReadContext> = {}) =>
  rlmConnector.read(new TextEncoder().encode(source ?? ''), { ...context, ...more });
const caseOf = (name: string) => read(String(CASES.find((one) => one.name.includes(name))?.source));
const said = (at: Instant | null | undefined) => (at ? formatInstant(at) : at);

describe('what rlmstat prints', () => {
  it('is dated by what the server counts since, and dates its holders', async () => {
    const { takenAt, features } = await caseOf('numbered pools');
    expect(said(takenAt)).toBe('2026-03-02T10:10:00.000Z');
    expect(features.flatMap(({ holders }) => holders.map(({ user, host, count, since }) => [user, host, count, said(since)]))).toEqual([
      ['ana', 'ws-7.example.com', 2, '2026-03-02T09:01:00.000Z'],
      ['bo lee', 'ws-8', 5, '2025-12-31T23:50:00.000Z'],
      // Later than the output was taken: a year ago.
      ['=cmd()', 'ws-9', 1, '2025-03-02T10:38:00.000Z'],
    ]);
  });

  it('tells pools by their numbers, and lays holders to them in order', async () => {
    const { features, notes } = await caseOf('numbered pools');
    expect(features.map(({ name, version, pool, kind, ends, holders }) => [name, version, pool, kind, ends, holders.length])).toEqual([
      ['render', '2026.0331', '1', null, 'dated', 1],
      ['render', '2026.0331', '2', null, 'permanent', 2],
      ['paint', '3.0', null, null, 'dated', 0],
      ['tokens', '2013.1', null, 'token', 'unstated', 0],
    ]);
    expect(said(features[0]?.expiresAt)).toBe('2026-03-31T23:59:59.000Z');
    expect(notes).toHaveLength(1);
  });

  it('says which server is down and which said nothing', async () => {
    expect((await caseOf('numbered pools')).servers).toEqual([
      { name: 'lic-a.example.com', state: 'up', reason: null },
      { name: 'oldvendor@lic-a.example.com', state: 'down', reason: 'it is not running' },
      { name: 'lic-b.example.com', state: 'unknown', reason: expect.stringContaining('says nothing of it') },
    ]);
    expect((await caseOf('no connection')).servers).toEqual([
      { name: 'lic-z', state: 'down', reason: expect.stringMatching(/^Error connecting.*refused at server \(-111\)$/) },
    ]);
  });

  it('tells pools of the same name apart by server, and by order', async () => {
    const { features } = await caseOf('two servers');
    expect(features.map(({ name, pool, kind }) => [name, pool, kind])).toEqual([
      ['mesh', 'reef@lic-a#1', null],
      ['mesh', 'reef@lic-a#2', null],
      ['free', null, 'uncounted'],
      ['mesh', 'reef@lic-b', null],
    ]);
  });

  it('ends in the zone of the server', async () => {
    const text = String(CASES[0]?.source);
    expect(said((await read(text, { zone: 'America/Los_Angeles' })).features[0]?.expiresAt)).toBe('2026-04-01T06:59:59.000Z');
    expect(said((await read(text, { now: instant(Date.UTC(2030, 0, 1)) })).features[0]?.holders[0]?.since)).toBe(
      '2029-03-02T09:01:00.000Z',
    );
  });

  it('knows whom a restart or one more user would hit', async () => {
    const { latentAt } = rlmConnector;
    const risks = latentAt?.(await caseOf('two servers'), instant(Date.UTC(2027, 10, 1))) ?? [];
    expect(risks.map(({ act }) => act)).toEqual(['restart', 'scale-out']);
  });
});

const samples = new URL('../../../../../shared/samples/rlm/', import.meta.url);

describe.runIf(existsSync(samples))('real captures', () => {
  const text = (name: string) => readFileSync(new URL(name, samples), 'utf8');
  const sum = (source: string, pattern: RegExp) => [...source.matchAll(pattern)].reduce((all, [, count]) => all + Number(count), 0);

  it.each(['rlmstat_1.txt', 'none.txt'])('%s has the totals of its raw text', async (name) => {
    const source = text(name);
    const { features, unparsedCount, servers } = await read(source);
    expect(unparsedCount).toBe(0);
    expect(features.length).toBe(source.split('# reservations').length - 1);
    expect(features.reduce((all, { issued }) => all + (issued ?? 0), 0)).toBe(sum(source, /count: (\d+)/g));
    expect(features.reduce((all, { used }) => all + (used ?? 0), 0)).toBe(sum(source, /inuse: (\d+)/g));
    expect(features.flatMap(({ holders }) => holders).reduce((all, { count }) => all + count, 0)).toBe(sum(source, / (\d+)\/\d+ at /g));
    expect(servers[0]?.state).toBe('up');
    expect(features.every(({ expiresAt }) => said(expiresAt) === '2022-01-31T23:59:59.000Z')).toBe(true);
  });

  it('of a server that does not answer says down', async () => {
    const { servers, features, unparsedCount } = await read(text('bad.txt'));
    expect([servers.map(({ state }) => state), features, unparsedCount]).toEqual([['down'], [], 0]);
  });
});
