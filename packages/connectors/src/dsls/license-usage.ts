/**
 * Reads the rows of license usage, and what the tool says of the server before them.
 *
 * A row is a license and at most one who holds of it; several rows of one license are one feature. Columns are found by their
 * names, because versions of the tool differ in which there are. A row that ends early says what it has.
 */
import { type FeatureReading, type HolderReading, type ServerReading, type Snapshot, unknownFeature } from '@glidepath/core';
import {
  dateTime,
  type Ending,
  numericEnding,
  type Sourced,
  shownText,
  type TextLine,
  tellApart,
  type Unparsed,
  wholeNumber,
} from '../text/index.ts';
import { csvFields } from './csv-fields.ts';

type Reading = Pick<Snapshot, 'servers' | 'features'>;
type Row = Readonly<Record<string, string>>;

interface License {
  readonly row: Row;
  readonly issued: number;
  readonly used: number;
  readonly ending: Ending | null;
  queued: number;
  readonly holders: HolderReading[];
}

const UNNAMED = 'license server';
const NO_CONNECTION = /^(?:Cannot connect to server|Error\b.*connect)/i;
const NO_CONNECTION_TO = /^Cannot connect to server (\S+)/i;
const SERVER = /^Server name: (\S+)/;
const READY = /^Ready: (\S+)/;
const NOISE = [
  /^License Administration Tool Version\b/,
  /^(?:Software version|Build date|Server id|Cluster|Server configuration|License server|Failover|Administration port|Listening port|Licensing port|Connected|Protocol|Host|Version)\b.*:/i,
  /^(?:Standalone|Failover|Restricted) mode\b/i,
  /^(?:connect|c|getLicenseUsage|glu|disconnect|dc|quit|exit|bye)\b/i,
];
/** Columns without which a row says nothing. */
const NEEDED = ['Feature', 'Count', 'Inuse'] as const;
/** Columns by which one license is told from another of the same feature. */
const KEY = [
  'EditorId',
  'Feature',
  'Model',
  'Commercial Type',
  'Max Release Number',
  'Pricing Structure',
  'Expiration Date',
  'Customer ID',
  'Count',
];
const KINDS: Readonly<Record<string, FeatureReading['kind']>> = {
  ...{ token: 'token', credit: 'token', nameduser: 'named', concurrentuser: 'floating', concurrent: 'floating', shareable: 'floating' },
  ...{ nodelock: 'node-locked', nodelocked: 'node-locked' },
};

/** Reads the lines; those that nobody understands are counted. */
export function readLicenseUsage(lines: readonly TextLine[], zone: string, unparsed: Unparsed): Reading {
  const licenses = new Map<string, License>();
  let columns: readonly string[] | null = null;
  let server: ServerReading | null = null;
  let ready: string | null = null;

  for (const line of lines) {
    const text = line.text.replace(/^(?:\s*admin\s*>)+/, '').trim();
    if (text === '') continue;
    if (/^"?Editor"?,/.test(text)) {
      columns = csvFields(text);
      if (!NEEDED.every((name) => columns?.includes(name))) unparsed.add(line);
    } else if (!prefaceLine(text) && !(columns && rowLine(columns, text, line.isCut)) && !NOISE.some((noise) => noise.test(text)))
      unparsed.add(line);
  }

  function prefaceLine(text: string): boolean {
    if (NO_CONNECTION.test(text)) {
      server = { name: NO_CONNECTION_TO.exec(text)?.[1] ?? UNNAMED, state: 'down', reason: shownText(text) };
      return true;
    }
    const name = SERVER.exec(text)?.[1];
    if (name !== undefined) server = { name, state: 'up', reason: null };
    const isReady = READY.exec(text)?.[1];
    if (isReady !== undefined) ready = isReady;
    return name !== undefined || isReady !== undefined;
  }

  function rowLine(names: readonly string[], text: string, isCut: boolean): boolean {
    const fields = csvFields(text);
    if (!fields || fields.length > names.length + 1) return false;
    // What follows the last comma of a cut line may be half a field.
    const row: Row = Object.fromEntries(
      names.slice(0, isCut ? fields.length - 1 : fields.length).map((name, at) => [name, fields[at] ?? '']),
    );
    const issued = wholeNumber(row.Count);
    const used = wholeNumber(row.Inuse);
    if (!row.Feature || issued === null || used === null) return false;
    const key = JSON.stringify(KEY.map((name) => row[name] ?? ''));
    const expiry = row['Expiration Date'] ?? '';
    const ending = expiry === '' ? null : numericEnding(expiry, zone);
    const license = licenses.get(key) ?? { row, issued, used, ending, queued: 0, holders: [] };
    licenses.set(key, license);
    const isHolderRead = isCut || holderOf(license, row);
    return isHolderRead && (expiry === '' || ending !== null);
  }

  function holderOf(license: License, row: Row): boolean {
    if (!row.User && !row.Host) return true;
    const count = row.Tokens ? wholeNumber(row.Tokens) : 1;
    if (count === null) return false;
    if (/[1-9]/.test(row['Queue Position'] ?? '')) license.queued += count;
    else
      license.holders.push({ user: row.User || 'unknown', host: hostOf(row.Host), count, since: dateTime(row['Granted At'] ?? '', zone) });
    return true;
  }

  return {
    servers: server === null ? [] : [readyOr(server, ready)],
    features: tellApart([...licenses.values()].map(sourced)),
  };
}

/** A server that answers and is not ready grants nothing. */
function readyOr(server: ServerReading, ready: string | null): ServerReading {
  if (server.state !== 'up' || ready === null || /^yes$/i.test(ready)) return server;
  return { ...server, state: 'down', reason: `it says: Ready: ${shownText(ready)}` };
}

/** `node-7 (263.0)/10.0.0.7` is the host node-7. */
function hostOf(host: string | undefined): string | null {
  return host ? (/^(\S+) \([^)]*\)(?:\/\S*)?$/.exec(host)?.[1] ?? host) : null;
}

function sourced({ row, issued, used, ending, queued, holders }: License): Sourced {
  const feature: FeatureReading = {
    ...unknownFeature(row.Feature ?? ''),
    ...{ version: row['Max Release Number'] || null, issued, used, queued, holders },
    ...{ expiresAt: ending?.expiresAt ?? null, ends: ending?.ends ?? 'unstated' },
    kind: KINDS[(row.Model ?? '').toLowerCase().replace(/[^a-z]/g, '')] ?? null,
  };
  return { feature, origin: row['Customer ID'] || row.EditorId || 'unknown' };
}
