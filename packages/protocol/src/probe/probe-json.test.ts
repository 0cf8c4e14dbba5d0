import { EMPTY_SNAPSHOT, instant, type Snapshot, unknownFeature } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { probeJson } from './probe-json.ts';

const at = (words: string) => instant(Date.parse(words));

describe('probe as JSON', () => {
  it('says every instant in ISO 8601, with milliseconds only where there are some', () => {
    const snapshot: Snapshot = {
      ...EMPTY_SNAPSHOT,
      takenAt: at('2026-03-01T10:00:00.250Z'),
      servers: [{ name: 'lic-1', state: 'down', reason: 'no answer' }],
      features: [
        {
          ...unknownFeature('solver'),
          ...{ expiresAt: at('2028-11-24T23:59:59Z'), ends: 'dated' as const, stopsAt: at('2029-01-01T00:00:00Z') },
          holders: [{ user: 'ana', host: null, count: 2, since: at('2026-02-28T08:15:00Z') }],
        },
      ],
      latent: [{ act: 'restart', from: at('2026-04-01T00:00:00Z'), reason: 'it would not start' }],
    };
    expect(probeJson(snapshot, null)).toEqual({
      takenAt: '2026-03-01T10:00:00.250Z',
      servers: [{ name: 'lic-1', state: 'down', reason: 'no answer' }],
      features: [
        {
          ...{ name: 'solver', version: null, pool: null, issued: null, used: null, reserved: null, queued: null, lingering: null },
          ...{ denied: null, overage: null, expiresAt: '2028-11-24T23:59:59Z', ends: 'dated', stopsAt: '2029-01-01T00:00:00Z' },
          ...{ kind: null, holders: [{ user: 'ana', host: null, count: 2, since: '2026-02-28T08:15:00Z' }] },
        },
      ],
      ...{ unparsed: [], unparsedCount: 0, notes: [] },
      latent: [{ act: 'restart', from: '2026-04-01T00:00:00Z', reason: 'it would not start' }],
      failure: null,
    });
  });

  it('keeps every key when nothing was seen, and says why', () => {
    const failure = { reason: 'unreadable', message: 'nothing was recognised' } as const;
    const json = probeJson(EMPTY_SNAPSHOT, failure);
    expect(Object.keys(json)).toEqual(['takenAt', 'servers', 'features', 'unparsed', 'unparsedCount', 'notes', 'latent', 'failure']);
    expect(json.failure).toEqual(failure);
  });
});
