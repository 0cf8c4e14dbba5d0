import { deny, type Egress, type EgressRequest, instant, ok } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { testCertificate } from '../x509/test-certificates.ts';
import { discover } from './discover.ts';

const now = instant(Date.parse('2026-11-23T00:00:00Z'));
const certificate = testCertificate({ subject: 'es.example', issuer: 'CA', until: '2027-01-02T03:04:05Z' });

/** A world in which every server presents one certificate and answers every request alike. */
function world(status: number, body: string): { readonly egress: Egress; readonly sent: EgressRequest[] } {
  const sent: EgressRequest[] = [];
  const request = async (asked: EgressRequest) => {
    sent.push(asked);
    return status === 0
      ? deny('connection-failed' as const, 'nobody listens there')
      : ok({ status, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) });
  };
  return { sent, egress: { request, presentedChain: async () => ok({ certificates: [certificate], untrusted: null }) } };
}

const asking = (egress: Egress | null, env: Record<string, string> = { ELASTICSEARCH_URL: 'https://es.example:9200' }) =>
  discover({ paths: [], env, zone: 'UTC', now, monotonic: () => 0, run: null, egress, progress: () => {} });

describe('discover --ask', () => {
  it('takes what a server says to everybody, and the end of what it presents', async () => {
    const license = {
      license: { status: 'active', uid: 'u', type: 'platinum', expiry_date_in_millis: 1_830_000_000_000, max_nodes: 5, issued_to: 'x' },
    };
    const { egress, sent } = world(200, JSON.stringify(license));
    const { found, documents } = await asking(egress);
    expect(found).toMatchObject([
      { kind: 'elasticsearch', expiresAt: 1_830_000_000_000 },
      {
        kind: 'x509',
        name: 'es.example',
        expiresAt: Date.parse('2027-01-02T03:04:05Z'),
        places: ['es.example:9200', '$ELASTICSEARCH_URL'],
      },
    ]);
    expect(sent.every(({ secret, method = 'GET' }) => secret === undefined && method === 'GET')).toBe(true);
    expect(documents.filter(({ kind }) => kind === 'Probe')).toMatchObject([
      { settings: { url: 'https://es.example:9200' } },
      { settings: { endpoint: 'es.example:9200' } },
    ]);
  });

  it.each([
    [401, ''],
    [0, ''],
    [200, 'garbage'],
  ])('keeps the address of one that answers %s %j, and says so', async (status, body) => {
    const { found, skipped } = await asking(world(status, body).egress);
    expect(found[0]).toMatchObject({ kind: 'elasticsearch', ends: 'unstated' });
    expect(skipped).toMatchObject([{ place: 'https://es.example:9200', reason: 'no-answer' }]);
  });

  it('sends nothing unless it is asked to', async () => {
    expect(await asking(null)).toMatchObject({ found: [{ ends: 'unstated' }], skipped: [{ reason: 'not-asked' }] });
  });
});
