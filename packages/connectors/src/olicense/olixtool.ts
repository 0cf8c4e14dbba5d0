/**
 * Reads what `olixtool` prints: a license per block, its modules as features, below each who holds floats of it.
 *
 * A module of which nothing is in use is followed by nothing. So 0 is said only once something else follows: what a cut
 * output says of its last module is not known.
 */
import { type FeatureReading, type HolderReading, type ServerReading, type Snapshot, unknownFeature } from '@glidepath/core';
import {
  type Ending,
  numericEnding,
  type Sourced,
  shownText,
  type TextLine,
  tellApart,
  type Unparsed,
  userAtHost,
  wholeNumber,
} from '../text/index.ts';

type Reading = Pick<Snapshot, 'servers' | 'features'>;

interface Module {
  readonly name: string;
  readonly type: string;
  readonly versions: string | null;
  readonly license: string | null;
  readonly issued: number | null;
  readonly isUncounted: boolean;
  readonly ending: Ending | null;
  used: number | null;
  readonly holders: HolderReading[];
}

const UNNAMED = 'license server';

const SERVER = /^Server: <([^>]*)>(?: \(Proxy: <[^>]*>\))?$/;
const FAILURE = /^(?:OlComm|OlError|Ol[A-Z][a-z]+) [0-9]+ |\b(?:cannot connect|connection refused|no licenses? found)\b/i;
const FIELD = /^(Application|VersionRange|Licenser|Licensee|License-ID|Modules|Comment|Hardware-ID|Issue[dr]?|Remark):\s*(.*)$/i;
const LOCKED = /^([0-9]+) FloatsLockedBy\b/;
const FLOATS = /\s#([0-9]{1,15})$/;
const NOISE = [/^olixtool\b/, /^Copyright \(C\)/, /^List of \S+ licenses:$/, /^[-=]{5,}$/, /^Name; LicenseType; FloatCount; Expiration\b/];

/** Reads the lines; those that nobody understands are counted. */
export function readOlixtool(lines: readonly TextLine[], zone: string, unparsed: Unparsed): Reading {
  const modules: Module[] = [];
  const servers: ServerReading[] = [];
  let versions: string | null = null;
  let license: string | null = null;
  let module: Module | null = null;

  for (const line of lines) {
    const text = line.text.trim();
    if (!readLine(text, line)) unparsed.add(line);
  }

  function readLine(text: string, { isCut, text: whole }: TextLine): boolean {
    if (module && !isCut && lockedLine(module, text)) return true;
    if (module && holderLine(module, text, isCut)) return true;
    // Anything else, also a blank line, ends the list below a module.
    if (module && !isCut) module.used ??= 0;
    if (text === '') return true;
    if (moduleLine(text, isCut)) return true;
    if (fieldLine(text, isCut)) return true;
    if (NOISE.some((noise) => noise.test(text))) return true;
    return serverLine(text, whole);
  }

  function lockedLine(of: Module, text: string): boolean {
    const used = wholeNumber(LOCKED.exec(text)?.[1]);
    if (used === null || of.used !== null) return false;
    of.used = used;
    return true;
  }

  function holderLine(of: Module, text: string, isCut: boolean): boolean {
    const found = FLOATS.exec(text);
    const who = found && userAtHost(text.slice(0, found.index).trimEnd());
    if (of.used === null || !who || isCut) return false;
    of.holders.push({ ...who, count: Number(found[1]), since: null });
    return true;
  }

  function moduleLine(text: string, isCut: boolean): boolean {
    const [name = '', type, count, expiry, rest = '', ...more] = text.split(';', 7).map((part) => part.trim());
    if (name === '' || type === undefined || count === undefined || expiry === undefined || rest !== '' || more.length > 0) return false;
    if (!/^(?:[0-9]{0,15}|unlimited|-)$/i.test(count)) return false;
    const isEndCut = isCut && !text.endsWith(';');
    const ending = expiry === '' || isEndCut ? null : numericEnding(expiry, zone);
    const issued = wholeNumber(count);
    const isUncounted = /^unlimited$/i.test(count);
    module = { name, type, versions, license, issued, isUncounted, ending, used: null, holders: [] };
    modules.push(module);
    return ending !== null || (expiry === '' && !isCut);
  }

  function fieldLine(text: string, isCut: boolean): boolean {
    const [, field, value = ''] = FIELD.exec(text) ?? [];
    if (field === undefined) return false;
    module = null;
    if (field === 'Application') [versions, license] = [null, null];
    if (field === 'VersionRange' && !isCut) versions = value || null;
    if (field === 'License-ID' && !isCut) license = value || null;
    return true;
  }

  function serverLine(text: string, whole: string): boolean {
    const address = SERVER.exec(text)?.[1];
    if (address !== undefined) {
      module = null;
      servers.push({ name: nameOf(address), state: 'up', reason: null });
      return true;
    }
    if (!FAILURE.test(text)) return false;
    const failed = servers.pop() ?? { name: UNNAMED };
    servers.push({ name: failed.name, state: 'down', reason: shownText(whole) });
    return true;
  }

  const isAnswered = lines.some(({ text }) => /^\s*(?:List of \S+ licenses:|Application:)/.test(text));
  return { servers: servers.map((server) => heard(server, isAnswered)), features: tellApart(modules.map(sourced)) };
}

/** `10.0.0.5:31212:0` is 10.0.0.5: port and channel are not the server's name. */
function nameOf(address: string): string {
  return address.replace(/(?::[0-9]+){1,2}$/, '') || UNNAMED;
}

function heard(server: ServerReading, isAnswered: boolean): ServerReading {
  return server.state !== 'up' || isAnswered ? server : { ...server, state: 'unknown', reason: 'the output ends before it answers' };
}

function sourced({ name, type, versions, license, issued, isUncounted, ending, used, holders }: Module): Sourced {
  const feature: FeatureReading = {
    ...unknownFeature(name),
    ...{ version: versions, pool: license, issued, used, holders },
    ...{ expiresAt: ending?.expiresAt ?? null, ends: ending?.ends ?? 'unstated' },
    kind: isUncounted ? 'uncounted' : kindOf(type),
  };
  return { feature, origin: license ?? UNNAMED };
}

function kindOf(type: string): FeatureReading['kind'] {
  if (/float/i.test(type)) return 'floating';
  if (/user/i.test(type)) return 'named';
  return /node|host|computer|machine|single/i.test(type) ? 'node-locked' : null;
}
