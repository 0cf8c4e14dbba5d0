/**
 * Reads what `rlmstat -a` prints: blocks between dashes about the server, its vendors' servers, their pools and who holds them.
 *
 * A pool is told by product, version and number; lines of usage name no pool, so that they are laid to the pools of their
 * product and version in order, as far as each says that it is used. `-l` and `-i` print some of the blocks alone.
 */
import type { ReadContext, Snapshot } from '@glidepath/core';
import { startReader, type TextLine, type Unparsed, userAtHost } from '../text/index.ts';
import { createPools, type Holding } from './pools.ts';
import { createServers } from './servers.ts';
import { takenAtOf } from './taken-at.ts';

type Reading = Pick<Snapshot, 'takenAt' | 'servers' | 'features' | 'notes'>;
type Section = 'start' | 'server' | 'vendors' | 'pools' | 'usage' | 'error';

const SERVER = /^rlm status on (\S+) \(port [0-9]+\)/;
const VENDOR = /^(\S+) ISV server status on (\S+) \(port [0-9]+\)/;
const POOLS = /^(\S+) license pool status on (\S+) \(port [0-9]+\)/;
const USAGE = /^(\S+) license usage status on (\S+) \(port [0-9]+\)/;
const VENDOR_ROW = /^(\S+)\s+[0-9]+\s+(Yes|No)\s+[0-9]+$/;
const ERROR = /^Error connecting to "([^"]*)" server/;
const HELD_PRODUCT = /^(\S+) v(\S+): /;
const HELD_SINCE = / ([0-9]{1,15})\/[0-9]{1,15} at ([0-9]{2})\/([0-9]{2}) ([0-9]{2}):([0-9]{2})(?:\s|$)/;
/** What says nothing of licenses: headings, statistics, versions, where logs are. */
const NOISE = [
  /^(?:rlmutil|rlmstat) v?[0-9]/,
  /^Copyright \(C\)/,
  /^-+( ISV servers -+)?$/,
  /^Name\s+Port\s+Running\s+Restarts$/i,
  /^\S+ (?:software|comm) version\b/,
  /^\S+ .*log filename:/,
  /^Startup time:/,
  /^(?:Todays|Recent) Statistics \(/,
  /^Recent Stats\s+Todays Stats\s+Total Stats$/,
  /^(?:[0-9]+d )?[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\s+(?:[0-9]+d )?[0-9]{2}:[0-9]{2}:[0-9]{2})*$/,
  /^(?:Messages|Connections|Checkouts|Denials|Removals):\s/,
];

/** Reads the lines; those that nobody understands are counted. */
export function readRlmstat(lines: readonly TextLine[], context: ReadContext, unparsed: Unparsed): Reading {
  const servers = createServers();
  const takenAt = takenAtOf(lines, context.zone);
  const starts = startReader(context.zone, context.now ?? takenAt);
  const pools = createPools(context.zone);
  let section: Section = 'start';

  for (const line of lines) {
    const text = line.text.trim();
    if (text === '') continue;
    const { isCut } = line;
    if (!headingLine(text) && !sectionLine(text, isCut)) unparsed.add(line);
  }

  function headingLine(text: string): boolean {
    const asked = /^Setting license file path to (.*)$/.exec(text)?.[1];
    if (asked !== undefined) servers.asked(asked);
    const up = SERVER.exec(text)?.[1];
    if (up !== undefined) servers.up(up);
    const failed = ERROR.exec(text)?.[1];
    if (failed !== undefined) servers.failed(failed, text);
    const pool = POOLS.exec(text);
    const usage = USAGE.exec(text);
    const [, vendor, host] = pool ?? usage ?? [];
    if (vendor !== undefined && host !== undefined) pools.from(`${vendor}@${host}`);
    const next = sectionOf({ up, failed, pool, usage, vendor: VENDOR.exec(text), vendors: /^-+ ISV servers -+$/.exec(text) });
    if (next !== null) section = next;
    else if (/^-{5,}$/.test(text)) section = 'start';
    return asked !== undefined || next !== null;
  }

  function sectionLine(text: string, isCut: boolean): boolean {
    if (section === 'vendors') {
      const [, name, isRunning] = VENDOR_ROW.exec(text) ?? [];
      if (name !== undefined && !isCut) {
        if (isRunning === 'No') servers.vendorDown(name);
        return true;
      }
    }
    if (section === 'pools' && pools.line(text, isCut)) return true;
    if (section === 'usage') {
      const holding = holdingOf(text);
      if (holding) pools.hold(holding);
      if (holding) return true;
    }
    if (NOISE.some((noise) => noise.test(text))) return true;
    return section === 'error' && servers.because(text);
  }

  function holdingOf(text: string): Holding | null {
    const [begin = '', product, version] = HELD_PRODUCT.exec(text) ?? [];
    const rest = text.slice(begin.length);
    const found = HELD_SINCE.exec(rest);
    const who = found && userAtHost(rest.slice(0, found.index));
    if (product === undefined || version === undefined || !found || !who) return null;
    const [count = 0, month = 0, day = 0, hour = 0, minute = 0] = found.slice(1).map(Number);
    return { product, version, holder: { ...who, count, since: starts(month, day, hour, minute) } };
  }

  return { takenAt, servers: servers.readings(), features: pools.readings(), notes: pools.notes() };
}

function sectionOf(found: Readonly<Record<'up' | 'failed' | 'pool' | 'usage' | 'vendor' | 'vendors', unknown>>): Section | null {
  if (found.failed !== undefined) return 'error';
  if (found.pool !== null) return 'pools';
  if (found.usage !== null) return 'usage';
  if (found.vendors !== null) return 'vendors';
  return found.up !== undefined || found.vendor !== null ? 'server' : null;
}
