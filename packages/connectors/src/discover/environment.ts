/**
 * Finds licence servers, files and addresses in the environment. Nothing is asked and no value is repeated: what of it is
 * shown was recognised as `port@host`, an address without its user, or a path.
 */
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { Found, Skipped } from './found.ts';
import { readLicense } from './license-files.ts';
import { ADDRESS_VARIABLES, type AddressVariable, CONTENT_VARIABLE, DAEMON_VARIABLES, PATH_VARIABLE } from './variables.ts';
import { vendorOf } from './vendors.ts';

export interface EnvironmentReading {
  readonly found: readonly Found[];
  readonly skipped: readonly Skipped[];
  /** Files that variables name; each is read wherever it lies. */
  readonly paths: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

export async function readEnvironment(env: Environment, zone: string): Promise<EnvironmentReading> {
  const found: Found[] = [];
  const skipped: Skipped[] = [];
  const paths = new Set<string>();
  for (const [name, value] of Object.entries(env).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (value === undefined || value === '' || value.length > VALUE_MAX) continue;
    const address = ADDRESS_VARIABLES.find(({ names }) => names.includes(name));
    const daemon = DAEMON_VARIABLES.find(({ pattern }) => pattern.test(name));
    if (address !== undefined) found.push(...addressRows(address, name, value));
    else if (daemon !== undefined) {
      const reading = readDaemonVariable(name, value, daemon.kind, daemon.pattern.exec(name)?.[1] ?? null);
      found.push(...reading.found);
      skipped.push(...reading.skipped);
      for (const path of reading.paths) paths.add(path);
    } else if (PATH_VARIABLE.test(name) && isAbsolute(value) && existsSync(value)) paths.add(value);
    else if (CONTENT_VARIABLE.test(name)) {
      const reading = await readContentVariable(name, value, zone);
      found.push(...reading.found);
      skipped.push(...reading.skipped);
    }
  }
  return { found: distinct(found), skipped, paths: [...paths] };
}

/** A file that somebody put into a variable; longer ones are no licence. */
const VALUE_MAX = 256 * 1024;

function addressRows({ kind, product, vendor, notFor }: AddressVariable, variable: string, value: string): readonly Found[] {
  const url = addressOf(value.split(',')[0]?.trim() ?? '', kind);
  if (url === null || notFor.includes(url.hostname)) return [];
  return [
    {
      ...{ kind, name: `${product} at ${url.host}`, product, vendor, places: [`$${variable}`], source: url.origin },
      ...{ expiresAt: null, ends: 'unstated', stopsAt: null, issued: null, count: 1, custody: null, runsOn: [url.hostname] },
      notes: ['it was not asked; a probe will ask it'],
      probe: { kind, settings: { url: url.origin + url.pathname.replace(/\/+$/, '') } },
    },
  ];
}

/** Without user, password, query and fragment: any of them may be a secret. */
function addressOf(value: string, kind: string): URL | null {
  const written = /^[a-z]+:\/\//i.test(value) ? value : `${kind === 'consul' ? 'http' : 'https'}://${value}`;
  if (!URL.canParse(written)) return null;
  const url = new URL(written);
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.hostname === '') return null;
  return new URL(`${url.protocol}//${url.host}${url.pathname}`);
}

const SERVER = /^(\d{0,5})@([A-Za-z0-9](?:[A-Za-z0-9._-]{0,250}))$/;

/**
 * A list of servers and files. Members of a server triad stand between commas; the list itself is separated by `:` or `;`,
 * and a drive letter of Windows is no separator.
 */
function readDaemonVariable(variable: string, value: string, kind: string, prefix: string | null): EnvironmentReading {
  const found: Found[] = [];
  const skipped: Skipped[] = [];
  const paths: string[] = [];
  for (const entry of value.split(/;|:(?![\\/])|:(?=\/(?!\/))/).map((word) => word.trim())) {
    if (entry === '') continue;
    const servers = entry.split(',').map((word) => SERVER.exec(word.trim()));
    if (servers.every((server) => server !== null)) {
      const hosts = servers.map((server) => server[2] ?? '');
      found.push(serverRow(variable, kind, prefix, servers.map((server) => `${server[1]}@${server[2]}`).join(','), hosts));
    } else if (isAbsolute(entry) && existsSync(entry)) paths.push(entry);
    else if (isAbsolute(entry))
      skipped.push({ place: `$${variable}`, reason: 'nothing-in-it', message: 'it names a file that is not there' });
    else skipped.push({ place: `$${variable}`, reason: 'nothing-in-it', message: 'a part of it is neither port@host nor a file' });
  }
  return { found, skipped, paths };
}

function serverRow(variable: string, kind: string, prefix: string | null, address: string, hosts: readonly string[]): Found {
  const vendor = prefix === null ? 'unknown' : vendorOf(prefix);
  const command = commandName(kind, hosts[0] ?? '');
  return {
    ...{ kind, name: address, product: `licence server ${address}`, vendor, places: [`$${variable}`], source: address },
    ...{ expiresAt: null, ends: 'unstated', stopsAt: null, issued: null, count: 1, custody: null, runsOn: [...new Set(hosts)] },
    notes: [`it was not asked; a probe asks it by the command \`${command}\`, to be named in the agent's own file`],
    probe: { kind, settings: { command } },
  };
}

const TOOLS: Readonly<Record<string, string>> = { flexlm: 'lmstat', rlm: 'rlmstat', lmx: 'lmx', dsls: 'dsls', lsdyna: 'lstc-qrun' };

/** One command per server: `lmstat-lic-1`. */
function commandName(kind: string, host: string): string {
  return `${TOOLS[kind] ?? kind}-${host.split('.')[0] ?? host}`.toLowerCase();
}

async function readContentVariable(name: string, value: string, zone: string): Promise<Omit<EnvironmentReading, 'paths'>> {
  const origin = { place: `$${name}`, isFile: false, zone };
  const bytes = Buffer.from(value);
  if (/-----BEGIN (?:LICENSE|MACHINE) FILE-----/.test(value)) return readLicense('keygen', bytes, origin);
  if (/^\s*0[1-9]MV4UU43BK5/.test(value)) return readLicense('hashicorp', bytes, origin);
  return readLicense('jwt', bytes, origin);
}

/** The same server in two variables is one row. */
function distinct(found: readonly Found[]): readonly Found[] {
  const rows = new Map<string, Found>();
  for (const one of found) {
    const key = `${one.kind}\n${one.source}\n${one.name}`;
    const before = rows.get(key);
    rows.set(key, before === undefined ? one : { ...before, places: [...before.places, ...one.places] });
  }
  return [...rows.values()];
}
