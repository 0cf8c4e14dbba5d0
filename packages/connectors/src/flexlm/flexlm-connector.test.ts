import { type FeatureReading, formatInstant, instant, type ReadContext, type Snapshot } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { bytesOf, contextOf } from '../contract/test-contract.ts';
import { flexlmConnector } from './flexlm-connector.ts';
import { latentAt } from './latent.ts';
import { CASES } from './test-cases.ts';

const at = (iso: string) => instant(Date.parse(iso));
const read = (source: string, context: Partial<ReadContext> = {}) => flexlmConnector.read(bytesOf(source), contextOf({ context }));

async function captured(words: string, context: Partial<ReadContext> = {}): Promise<Snapshot> {
  const found = CASES.find(({ name }) => name.includes(words));
  return flexlmConnector.read(bytesOf(found?.source ?? ''), contextOf({ context }));
}

const named = ({ features }: Snapshot, name: string): FeatureReading | undefined => features.find((feature) => feature.name === name);
const iso = (value: number | null | undefined) => (value === null || value === undefined ? value : formatInstant(instant(value)));

describe('lmstat -a', () => {
  it('says when it was taken, and when people began, in the zone', async () => {
    const snapshot = await captured('three servers', { zone: 'Europe/Berlin' });
    expect(iso(snapshot.takenAt)).toBe('2023-10-20T15:02:00.000Z');
    expect(iso(named(snapshot, 'solver')?.expiresAt)).toBe('2028-11-24T22:59:59.000Z');
    expect(named(snapshot, 'solver')?.holders.map(({ user, host, count, since }) => [user, host, count, iso(since)])).toEqual([
      ['ana', 'ws-17', 1, '2023-10-20T14:44:00.000Z'],
      ['bo', 'ws-18', 5, '2023-10-19T06:09:00.000Z'],
      // Later in the year than the capture: the year before.
      ['cy', 'ws-19', 3, '2022-12-30T22:59:00.000Z'],
    ]);
    expect(snapshot.notes.join()).toContain('not after 2023-10-20T15:02:00.000Z');
  });

  it('takes `now` for the date that starts are not after', async () => {
    const snapshot = await captured('three servers', { now: at('2026-03-01T00:00:00Z') });
    expect(iso(named(snapshot, 'solver')?.holders[0]?.since)).toBe('2025-10-20T16:44:00.000Z');
  });

  it('tells permanent from unstated', async () => {
    const snapshot = await captured('three servers');
    expect(snapshot.features.map(({ name, ends, version, kind }) => [name, ends, version, kind])).toEqual([
      ['solver', 'dated', '6.1', 'floating'],
      ['mesher', 'unstated', null, null],
      ['viewer', 'permanent', '6.1', 'floating'],
    ]);
  });

  it('keeps reserved, queued and lingering apart from who holds', async () => {
    const { reserved, queued, lingering, holders, denied, overage } = (await captured('reservations')).features[0] ?? {};
    expect({ reserved, queued, lingering, denied, overage }).toEqual({
      reserved: 9,
      queued: 13,
      lingering: 2,
      denied: null,
      overage: null,
    });
    expect(holders?.map(({ user }) => user)).toEqual(['ana', 'bo', 'cy']);
  });

  it('splits user and host, whatever they are called', async () => {
    const snapshot = await captured('names with spaces');
    expect(snapshot.features[0]?.holders.map(({ user, host }) => [user, host])).toEqual([
      ['Maria Anna Berg', 'WS17'],
      ['Jo Doe', 'jo-pc'],
      ['Max Roe Jr.', 'pc9'],
      ['nodisplay', 'ws-1'],
      ['extra', 'ws-2'],
      ['DOMAIN\\fay', 'ws-3'],
      ['gil', 'ws-4'],
      ['hal', 'ws-5'],
      ['Users', 'of'],
      ['5', 'RESERVATIONs'],
    ]);
  });

  it('looks for the version next to the server, not in a name', async () => {
    const { features } = await read(
      'Users of f:  (Total of 2 licenses issued;  Total of 1 license in use)\n  kim ws(v7) ws(v7):0 (v6.1) (h/1 2), start Fri 10/20 16:44\n',
    );
    expect(features[0]?.holders).toMatchObject([{ user: 'kim', host: 'ws(v7)' }]);
  });

  it('reads uncounted, several license lines (the earliest end counts) and what is not served', async () => {
    const snapshot = await captured('blank lines');
    expect(named(snapshot, 'GUI')).toMatchObject({ issued: null, used: null, kind: 'uncounted', ends: 'permanent' });
    expect(named(snapshot, 'CFD')).toMatchObject({ issued: 3, used: 2, kind: 'node-locked', version: '2025.09', ends: 'dated' });
    expect(iso(named(snapshot, 'CFD')?.expiresAt)).toBe('2028-11-24T23:59:59.000Z');
    expect(named(snapshot, 'CHEM')).toMatchObject({ issued: null, used: null, kind: null });
    expect(snapshot.notes.at(-1)).toContain('CHEM (Error: 1 licenses, unsupported by licensed server)');
  });

  it('names servers in full, and why one is down', async () => {
    expect((await captured('member of three')).servers).toEqual([
      { name: 'lic-1', state: 'up', reason: null },
      { name: 'lic-2', state: 'up', reason: null },
      { name: 'lic-3', state: 'down', reason: 'Cannot connect to license server system. (-15,570:115 "Operation now in progress")' },
    ]);
    expect((await captured('daemon that is down')).servers[1]).toMatchObject({ name: 'acmed@lic-1', state: 'down' });
    expect((await captured('no answer')).servers).toMatchObject([{ name: 'license server', state: 'down' }]);
  });

  it('keeps two servers apart that serve a feature of the same name', async () => {
    const { features } = await captured('two servers');
    expect(features.map(({ name, pool, overage }) => [name, pool, overage])).toEqual([
      ['solver', 'lic-1.example.com', null],
      ['solver', 'lic-1.example.org', 1],
    ]);
  });

  it('does not take a server that was asked for one that is up', async () => {
    const { servers } = await read('License server status: 27000@lic-1,27000@lic-2\nlic-2.example.com: license server UP v11\n');
    expect(servers.map(({ name, state }) => [name, state])).toEqual([
      ['lic-2.example.com', 'up'],
      ['lic-1', 'unknown'],
    ]);
  });

  it('claims no number of what is cut off', async () => {
    const head = 'Users of f:  (Total of 144 licenses issued;  Total of 22 licenses in use)\n';
    const line = '    ana ws ws (v1) (h/1 2), start Fri 10/20 16:44';
    expect((await read('Users of f:  (Total of 144 licenses issued;  Total of 2')).features[0]).toMatchObject({ issued: 144, used: null });
    expect((await read('Users of f:  (Total of 14')).features).toEqual([]);
    expect((await read(head)).features[0]).toMatchObject({ used: 22, reserved: null, queued: null, lingering: null });
    expect(await read(head + line)).toMatchObject({ features: [{ holders: [] }], unparsedCount: 1 });
    expect(await read(`${head + line}, 22 licenses`)).toMatchObject({
      features: [{ holders: [{ count: 22 }], reserved: 0 }],
      unparsedCount: 0,
    });
    expect(await read(`Users of f:  (Total of 2 licenses issued;  Total of 1 license in use)\n${line}`)).toMatchObject({
      features: [{ holders: [{ count: 1 }], reserved: 0 }],
      unparsedCount: 0,
    });
  });
});

describe('lmstat -i', () => {
  it('is a table with the vendor before or after the expiry', async () => {
    const first = await captured('vendor first');
    expect(first.features.map(({ name, issued, ends }) => [name, issued, ends])).toEqual([
      ['solver', 999, 'permanent'],
      ['mesher', 7, 'permanent'],
      ['viewer', 12, 'dated'],
    ]);
    expect(iso(first.takenAt)).toBe('2019-05-06T18:20:00.000Z');
    expect((await captured('expiry first')).features.at(-1)).toMatchObject({ issued: null, kind: 'uncounted', used: null, reserved: null });
  });

  it('tells after lmstat -a when unused features end, and is not counted twice', async () => {
    const snapshot = await captured('at once');
    expect(snapshot.features.map(({ name, issued, expiresAt, used }) => [name, issued, iso(expiresAt), used])).toEqual([
      ['solver', 40, '2027-10-24T23:59:59.000Z', 0],
      ['mesher', 5, '2028-11-24T23:59:59.000Z', null],
    ]);
  });
});

describe('license file', () => {
  it('says per line what would be served, and never a key', async () => {
    const snapshot = await captured('license file with continued');
    expect(snapshot.features.map(({ name, version, pool, issued, ends, kind }) => [name, version, pool, issued, ends, kind])).toEqual([
      ['solver', '6.1', '4711', 40, 'dated', 'floating'],
      ['solver', '6.1', null, 10, 'dated', 'floating'],
      ['mesher', '6.10', null, null, 'permanent', 'uncounted'],
      ['viewer', '1.0', null, null, 'permanent', 'uncounted'],
      ['tutor', '1.0', null, 3, 'dated', 'node-locked'],
      ['clerk', '1.0', null, 7, 'dated', 'named'],
    ]);
    expect(snapshot.servers.map(({ name, state }) => [name, state])).toEqual([
      ['lic-1', 'unknown'],
      ['lic-2', 'unknown'],
      ['lic-3', 'unknown'],
    ]);
    expect(snapshot.features[0]?.holders).toEqual([]);
  });

  it('does not guess a count that may be cut off', async () => {
    const line = 'FEATURE solver acmed 6.1 24-nov-2028 40';
    expect((await read(line)).features).toEqual([]);
    expect((await read(`${line}\n`)).features[0]?.issued).toBe(40);
    expect((await read(`${line} SIGN=0`)).features[0]?.issued).toBe(40);
  });
});

describe('damaged license file', () => {
  it('shows of what it did not understand only what cannot be a key', async () => {
    const { unparsed } = await captured('a date that does not exist');
    expect(unparsed.map(({ line, text }) => [line, text])).toEqual([
      [3, 'FEATURE solver acmed 6.1 30-feb-2028 40 [not shown]'],
      [4, 'FEATURE mesher acmed 6.1 24-nov-2028 forty [not shown]'],
      [5, 'FEATURE viewer acmed 6.1 24-nov-2028 [not shown]'],
      [6, '[not shown]'],
    ]);
  });
});

describe('debug log', () => {
  it('counts refusals per feature, and knows features without any', async () => {
    const snapshot = await captured('debug log');
    expect(snapshot.features.map(({ name, denied, issued }) => [name, denied, issued])).toEqual([
      ['solver', 2, null],
      ['viewer', 0, null],
      ['mesher', 1, null],
    ]);
    expect(iso(snapshot.takenAt)).toBe('2023-10-20T21:14:54.000Z');
  });
});

describe('latent', () => {
  const acts = (snapshot: Snapshot, when: string) =>
    latentAt(snapshot, at(when)).map(({ act, reason }) => `${act}: ${reason.split(' ')[0]}`);

  it('is what ended while it still runs, from the instant after', async () => {
    const snapshot = await captured('three servers');
    expect(acts(snapshot, '2028-11-24T23:59:59Z')).toEqual([]);
    expect(acts(snapshot, '2028-11-25T00:00:00Z')).toEqual(['restart: solver']);
  });

  it('is a scale-out when all seats are taken', async () => {
    expect(acts(await captured('two servers'), '2023-10-20T18:00:00Z')).toEqual(['scale-out: All']);
    const full = await read('Users of f:  (Total of 2 licenses issued;  Total of 2 licenses in use)\n');
    expect(acts(full, '2023-10-20T18:00:00Z')).toEqual(['scale-out: All']);
  });

  it('is a restart when one more server of three would be one too many, or already is', async () => {
    const snapshot = await captured('member of three');
    expect(acts(snapshot, '2023-10-20T18:00:00Z')).toEqual(['restart: lic-3']);
    const two = {
      ...snapshot,
      servers: snapshot.servers.map((server) => (server.name === 'lic-1' ? { ...server, state: 'down' as const, reason: 'x' } : server)),
    };
    expect(latentAt(two, at('2023-10-20T18:00:00Z'))[0]?.reason).toContain('lic-1 and lic-3');
  });
});
