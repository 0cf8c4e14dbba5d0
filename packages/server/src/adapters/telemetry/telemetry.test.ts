import { DAY, Fault, SECOND } from '@glidepath/core';
import { newSecret } from '@glidepath/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { issueTestLicense } from '../../features/test-license.ts';
import { START, seededEntropy, testClock, testServer } from '../../test-world.ts';
import { MemoryStore } from '../memory/memory-store.ts';
import { cleanText, createJsonLog } from './json-log.ts';
import { createMetrics } from './metrics.ts';
import { timedStore } from './timed-store.ts';

describe('json log', () => {
  function logged(write: (log: ReturnType<typeof createJsonLog>) => void): Record<string, unknown>[] {
    const lines: string[] = [];
    write(createJsonLog({ level: 'debug', version: '1.2.3', destination: { write: (line) => void lines.push(line) } }));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  it('writes one object a line, with event and facts', () => {
    const [line] = logged((log) => log.warn('tls-reload-failed', { requestId: 'r1', code: 'not-found', status: 404 }));
    expect(line).toMatchObject({
      level: 40,
      version: '1.2.3',
      event: 'tls-reload-failed',
      requestId: 'r1',
      code: 'not-found',
      status: 404,
    });
  });

  const secret = newSecret('license-key', seededEntropy('log'));
  const word = 'eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl';
  it.each([
    ['a license key in a text', { message: `the key ${secret} failed` }],
    ['a token under its name', { token: 'anything' }],
    ['a header', { headers: { authorization: 'Basic abc' } }],
    ['a bearer in a text', { line: 'Authorization: Bearer abcdef' }],
    ['an error with a secret', { error: new Error(`bad ${secret}`) }],
    ['a cause with a secret', { error: new Error('x', { cause: new Fault('y', `at ${secret}`, { retryable: true }) }) }],
    ['a password in an address', { url: 'postgres://glidepath:hunter2@db/x' }],
    ['a signed word', { word }],
    ['a sign-in code', { code: newSecret('sign-in-code', seededEntropy('code')) }],
    ['a sealed key deep inside', { a: { b: [{ sealed: 'v1.x.y' }] } }],
    ['bytes', { seed: new Uint8Array(32).fill(7) }],
    ['a secret as a name', { [`x ${secret}`]: 1 }],
  ])('never writes %s', (_what, facts) => {
    const text = JSON.stringify(logged((log) => log.error('x', facts)));
    for (const hidden of [secret.slice(4), 'anything', 'Basic abc', 'abcdef', 'hunter2', 'c2lnbmF0dXJl', 'v1.x.y', '7,7,7'])
      expect(text).not.toContain(hidden);
    expect(text).not.toMatch(/gls_[0-9a-z]/);
  });

  it('keeps the rest of a text', () => {
    expect(cleanText(`the key ${secret} of lic_1 failed`)).toBe('the key glk_… of lic_1 failed');
    expect(cleanText('postgres://me:pw@db:5432/glidepath')).toBe('postgres://me:…@db:5432/glidepath');
  });

  it('survives whatever it is given', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(() => logged((log) => log.info('x', circle))).not.toThrow();
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.anything()), (facts) => void logged((log) => log.info('x', facts))));
  });
});

describe('metrics', () => {
  it('show what lies in the store after a refresh, and nothing that does not exist', async () => {
    const node = await testServer({
      jobs: [
        { name: 'fine', everyMs: 1, run: async () => {} },
        { name: 'broken', everyMs: 1, run: async () => Promise.reject(new Error('no')) },
      ],
    });
    const license = await issueTestLicense(node);
    await node.call('POST', '/v1/check', { license: license.id, feature: 'build' });
    const metrics = createMetrics({ version: '9.9.9', skewMs: () => -250 });
    expect((await metrics.text()).text).not.toContain('glidepath_key_signs_until_timestamp_seconds{');
    await node.server.tick(node.world.clock.now());
    await metrics.refresh(node.server, node.world.clock.now());
    const { text } = await metrics.text();
    for (const line of [
      'glidepath_build_info{version="9.9.9"} 1',
      'glidepath_clock_skew_seconds -0.25',
      'glidepath_leases{state="granted"} 0',
      'glidepath_outbox_unsent_events 6',
      `glidepath_key_signs_until_timestamp_seconds{environment="production",use="sign"} ${(START + 30 * DAY) / SECOND}`,
      `glidepath_key_signs_until_timestamp_seconds{environment="production",use="key-set"} ${(START + 365 * DAY) / SECOND}`,
      `glidepath_job_last_success_timestamp_seconds{job="fine"} ${START / SECOND}`,
      'glidepath_job_failures{job="broken"} 1',
      'glidepath_decisions_recorded_total 0',
      'glidepath_decisions_unrecorded_total{reason="sampled-out"} 1',
      `glidepath_metrics_refreshed_timestamp_seconds ${START / SECOND}`,
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).not.toContain('glidepath_job_last_success_timestamp_seconds{job="broken"}');
  });

  it('have as many series for many licenses as for one', async () => {
    const node = await testServer({ jobs: [] });
    const metrics = createMetrics({ version: '1', skewMs: () => 0 });
    const series = async () => {
      await metrics.refresh(node.server, node.world.clock.now());
      return (await metrics.text()).text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
    };
    await issueTestLicense(node);
    const before = await series();
    for (let count = 0; count < 20; count++) await issueTestLicense(node, { customer: `customer ${count}` });
    expect(await series()).toBe(before);
  });

  it('have bounded labels whatever callers ask', async () => {
    const node = await testServer({ jobs: [] });
    const metrics = createMetrics({ version: '1', skewMs: () => 0 });
    for (const path of ['/a', '/b', '/c/d', '/v1/licenses/x', '/v1/licenses/y']) metrics.observeCommand(await node.call('GET', path), 1);
    const { text } = await metrics.text();
    expect(text.split('\n').filter((line) => line.startsWith('glidepath_commands_total{'))).toHaveLength(2);
  });
});

describe('timed store', () => {
  it('measures every operation with its outcome and changes none', async () => {
    const clock = testClock();
    const inner = new MemoryStore(clock);
    const seen: [string, string][] = [];
    const store = timedStore(inner, clock, { observeStore: (operation, outcome) => void seen.push([operation, outcome]) });
    const row = { id: 'tea_1', name: 'x', createdAt: START };
    const change = { writes: [{ op: 'insert' as const, table: 'team' as const, row }], audit: [], events: [] };
    expect(await store.commit(change)).toEqual({ ok: true });
    expect(await store.commit(change)).toMatchObject({ ok: false, reason: 'duplicate' });
    expect(await store.get('team', 'tea_1')).toEqual(row);
    expect(await store.find('team', {}, { limit: 1 })).toEqual([row]);
    expect(await store.count('team', {})).toBe(1);
    await store.close();
    await expect(store.get('team', 'tea_1')).rejects.toThrow();
    expect(seen).toEqual([
      ['commit', 'ok'],
      ['commit', 'conflict'],
      ['get', 'ok'],
      ['find', 'ok'],
      ['count', 'ok'],
      ['get', 'failed'],
    ]);
  });
});
