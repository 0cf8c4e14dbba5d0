import { deny, formatInstant, ok, type ProbeTools } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { loopbackTools, serve } from '../api/test-server.ts';
import { bytesOf } from '../contract/test-contract.ts';
import { answeringTools } from '../contract/test-tools.ts';
import { jsonConnector } from './json-connector.ts';

const seats = {
  licenses: [
    { product: 'Figma', plan: { seats: { total: 120, taken: '77' } }, validUntil: '2027-03-31', team: 'design' },
    { product: 'Miro', plan: { seats: { total: 30, taken: 31, over: 1 } }, validUntil: '2026-12-01T12:00:00+01:00' },
  ],
  renewed: 1_830_297_599,
};

async function probed(settings: Record<string, unknown>, tree: unknown = seats) {
  const outcome = await jsonConnector.probe(
    { url: 'https://seats.example.com/api?page=1', ...settings },
    answeringTools(bytesOf(JSON.stringify(tree))),
  );
  return outcome.ok ? outcome.value : outcome;
}

const PATHS = {
  features: '$.licenses[*]',
  name: '$.product',
  issued: '$.plan.seats.total',
  used: '$.plan.seats.taken',
  expiresAt: '$.validUntil',
};

describe('JSON by paths', () => {
  it('reads each feature by paths that begin at it', async () => {
    const snapshot = await probed({ ...PATHS, pool: '$.team', overage: '$.plan.seats.over' });
    expect(snapshot).toMatchObject({
      unparsedCount: 0,
      features: [
        { name: 'Figma', pool: 'design', issued: 120, used: 77, overage: null, ends: 'dated' },
        { name: 'Miro', pool: null, issued: 30, used: 31, overage: 1, ends: 'dated' },
      ],
    });
    const ends = 'features' in snapshot ? snapshot.features.map(({ expiresAt }) => expiresAt && formatInstant(expiresAt)) : [];
    expect(ends).toEqual(['2027-03-31T23:59:59.000Z', '2026-12-01T11:00:00.000Z']);
  });

  it('reads one feature with a fixed name, and instants in the unit that is named', async () => {
    const feature = { feature: 'Figma', expiresAt: '$.renewed' };
    expect(await probed({ ...feature, instants: 'seconds' })).toMatchObject({
      features: [{ name: 'Figma', expiresAt: 1_830_297_599_000 }],
    });
    expect(await probed({ ...feature, instants: 'milliseconds' })).toMatchObject({ features: [{ expiresAt: 1_830_297_599 }] });
    expect(await probed(feature)).toMatchObject({ features: [{ expiresAt: null, ends: 'unstated' }], unparsedCount: 1 });
  });

  it.each([
    ['matches several values', { issued: '$..total' }, { licenses: [{ product: 'a', total: 1, more: { total: 2 } }] }, 1],
    ['finds another type', { issued: '$.total' }, { licenses: [{ product: 'a', total: true }] }, 1],
    ['finds half a seat', { issued: '$.total' }, { licenses: [{ product: 'a', total: 1.5 }] }, 1],
    ['finds nothing', { issued: '$.total' }, { licenses: [{ product: 'a' }] }, 0],
    ['finds null', { issued: '$.total' }, { licenses: [{ product: 'a', total: null }] }, 0],
  ])('makes nothing up when a path %s', async (_, paths, tree, unparsedCount) => {
    const snapshot = await probed({ features: '$.licenses[*]', name: '$.product', ...paths }, tree);
    expect(snapshot).toMatchObject({ features: [{ name: 'a', issued: null }], unparsedCount });
  });

  it.each([
    ['no path', { name: 'product' }],
    ['no text', { name: 7 }],
    ['a pattern that may run for ever', { name: "$[?match(@.a, '(a+)+b')]" }],
    ['a search', { features: "$[?search(@.a, 'a')]", feature: 'a' }],
    ['an endless path', { name: `$${'.a'.repeat(500)}` }],
    ['no name', { issued: '$.a' }],
    ['an empty name', { issued: '$.a', feature: '' }],
    ['an unknown unit', { issued: '$.a', feature: 'a', instants: 'days' }],
  ])('refuses %s', async (_, settings) => {
    expect(await probed(settings)).toMatchObject({ ok: false, reason: 'bad-settings' });
  });

  it('calls a document in which no path finds anything unreadable', async () => {
    expect(await probed({ features: '$.nothing[*]', name: '$.product' })).toMatchObject({ ok: false, reason: 'unreadable' });
    expect(await probed({ feature: 'Figma', issued: '$.nothing' })).toMatchObject({ ok: false, reason: 'unreadable' });
  });

  it('reads no more than 10,000 features, and says so', async () => {
    const many = { licenses: Array.from({ length: 10_050 }, (_, index) => ({ product: `p${index}` })) };
    const snapshot = await probed({ features: '$.licenses[*]', name: '$.product' }, many);
    expect('features' in snapshot && [snapshot.features.length, snapshot.notes.length]).toEqual([10_000, 1]);
  });

  it('gives up on a document that is deeper than a path may go', async () => {
    const deep = JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) as unknown;
    expect(await probed({ features: '$..x', feature: 'a', issued: '$' }, deep)).toMatchObject({ ok: false, reason: 'unreadable' });
  });

  it('keeps the query of an address', async () => {
    const asked: unknown[] = [];
    const url = await serve((request, response) => {
      asked.push(request.url);
      response.end(JSON.stringify(seats));
    });
    expect(await jsonConnector.probe({ url: `${url}/api?page=1`, ...PATHS }, loopbackTools())).toMatchObject({ ok: true });
    expect(asked).toEqual(['/api?page=1']);
  });

  it('reads a file instead, and never both', async () => {
    const files: unknown[] = [];
    const tools: ProbeTools = {
      ...answeringTools(bytesOf('')),
      readFile: async (path) => {
        files.push(path);
        return path === '/seats.json' ? ok(bytesOf(JSON.stringify(seats))) : deny('file-missing', 'no');
      },
    };
    expect(await jsonConnector.probe({ file: '/seats.json', ...PATHS }, tools)).toMatchObject({ ok: true });
    expect(await jsonConnector.probe({ file: '/other.json', ...PATHS }, tools)).toMatchObject({ ok: false, reason: 'file-missing' });
    expect(await jsonConnector.probe({ file: '/seats.json', url: 'https://a.example', ...PATHS }, tools)).toMatchObject({
      ok: false,
      reason: 'bad-settings',
    });
    expect(files).toEqual(['/seats.json', '/other.json']);
  });
});
