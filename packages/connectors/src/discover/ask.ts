/**
 * Asks the addresses that were found, once each and without any credential: what a server says to everybody, and until when
 * the certificate that it presents is good. Only on demand: a discovery that nobody expects on the network sends nothing.
 */
import { deny, type Egress, type Instant, type ProbeTools } from '@glidepath/core';
import { connectorNamed } from '../index.ts';
import { x509Connector } from '../x509/x509-connector.ts';
import type { Found, Skipped } from './found.ts';

export interface Asked {
  readonly found: readonly Found[];
  readonly skipped: readonly Skipped[];
}

export async function askAddresses(rows: readonly Found[], egress: Egress, now: Instant, zone: string): Promise<Asked> {
  const answers = await Promise.all(rows.map((row) => askOne(row, tools(egress, now, zone))));
  return { found: answers.flatMap(({ found }) => found), skipped: answers.flatMap(({ skipped }) => skipped) };
}

/** Whether `--ask` can ask it: it has an address, and no command is needed. */
export function isAskable({ probe }: Found): boolean {
  return typeof probe?.settings.url === 'string';
}

function tools(egress: Egress, now: Instant, zone: string): ProbeTools {
  const nothing = async () => deny('not-permitted', 'discovery asks addresses only');
  return {
    now,
    zone,
    egress,
    run: async () => deny('command-missing', 'discovery runs no command'),
    readFile: nothing,
    listFolder: nothing,
    credential: async () => null,
  };
}

async function askOne(row: Found, world: ProbeTools): Promise<Asked> {
  const { probe } = row;
  const connector = probe === null ? null : connectorNamed(probe.kind);
  const url = new URL(String(probe?.settings.url));
  const [presented, outcome] = await Promise.all([
    url.protocol === 'https:' ? certificateRow(url, row, world) : null,
    probe === null ? null : connector?.probe(probe.settings, world),
  ]);
  const answered = outcome?.ok
    ? outcome.value.features.map(
        (feature): Found => ({
          ...row,
          ...{ name: feature.name, expiresAt: feature.expiresAt, ends: feature.ends, stopsAt: feature.stopsAt, issued: feature.issued },
          notes: [`${url.host} said so without a credential`, ...(outcome.value.notes ?? [])],
        }),
      )
    : [row];
  const skipped: readonly Skipped[] = outcome && !outcome.ok ? [{ place: url.origin, reason: 'no-answer', message: outcome.message }] : [];
  return { found: [...answered, ...(presented === null ? [] : [presented])], skipped };
}

async function certificateRow(url: URL, { places }: Found, world: ProbeTools): Promise<Found | null> {
  const endpoint = `${url.hostname}:${url.port || '443'}`;
  const outcome = await x509Connector.probe({ endpoint }, world);
  if (!outcome.ok) return null;
  const { features, notes } = outcome.value;
  const first = features.reduce<(typeof features)[number] | undefined>(
    (least, one) => (endOf(one.expiresAt) < endOf(least?.expiresAt ?? null) || least === undefined ? one : least),
    undefined,
  );
  if (first === undefined) return null;
  return {
    ...{
      kind: 'x509',
      name: first.name,
      product: `certificate of ${endpoint}`,
      vendor: first.pool?.split('/')[0] ?? 'unknown',
      places: [endpoint, ...places],
      source: endpoint,
    },
    ...{
      expiresAt: first.expiresAt,
      ends: first.ends,
      stopsAt: null,
      issued: null,
      count: 1,
      custody: null,
      runsOn: [url.hostname],
      notes,
    },
    probe: { kind: 'x509', settings: { endpoint } },
  };
}

function endOf(at: Instant | null): number {
  return at ?? Number.POSITIVE_INFINITY;
}
