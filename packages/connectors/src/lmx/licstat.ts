/**
 * Reads what `lmxendutil -licstat` prints: a block per server, in it a block per feature, in it who holds.
 *
 * 2147483647 is what LM-X prints for "as many as one likes". It is kept as the number that the server says, with a note: a
 * feature of two thousand million seats and one without a limit never differ, and totals stay those of the output.
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
  userAtHost,
  wholeNumber,
} from '../text/index.ts';

type Reading = Pick<Snapshot, 'servers' | 'features' | 'notes'>;

interface Block {
  readonly origin: string;
  readonly name: string;
  readonly version: string;
  isToken: boolean;
  counts: { readonly issued: number | null; readonly used: number } | null;
  ending: Ending | null;
  queued: number | null;
  readonly holders: HolderReading[];
  /** Whose times the next line gives. */
  isLastQueued: boolean;
}

const AS_MANY_AS_ONE_LIKES = 2_147_483_647;
const UNNAMED = 'license server';

const SERVER = /^LM-X License Server on [0-9]+@(\S+?):?$/i;
/** A server says which version it is before anything else; one that cannot be asked is said to be so instead. */
const ANSWERED = /^Server version: /;
const FAILED = /\b(?:cannot|could not|failed|failure|unable|refused|timed? ?out|not respond\w*|error)\b/i;
const UNHEARD = 'the output says nothing of whether it answers';
const NO_SERVER = /^There are no license server\(s\) available\b/i;
const FEATURE = /^Feature: (\S.*?) Version: (\S+) Vendor:(?: .*)?$/;
const DATES = /^Start date: \S+ Expire date: (\S+)$/;
const TYPE = /^Key type: (.*)$/;
const COUNTS = /^([0-9]+) of ([0-9]+|unlimited) license\(s\) used:?$/i;
const HOLDER = /^([0-9]+) license\(s\) (used|queued) by (.+)$/i;
const ADDRESS = / \[[^[\]]*\]$/;
const CHECKOUT = /^Login time: [0-9: -]{16}(?:\s+Checkout time: ([0-9-]{10} [0-9:]{5}))?$/;
/** What says nothing of licenses, and what no reading has a place for. */
const NOISE = [
  /^LM-X End-user Utility\b/,
  /^Copyright \(C\)/,
  /^[-+=]{5,}$/,
  /^LM-X license server\(s\):$/i,
  /^Shared on /,
  /^(?:Login|Borrow|Checkout) .*time: /i,
  /^Borrow/i,
  /^License sharing: /,
];

/** Reads the lines; those that nobody understands are counted. */
export function readLicstat(lines: readonly TextLine[], zone: string, unparsed: Unparsed): Reading {
  const servers = new Map<string, ServerReading>();
  const blocks: Block[] = [];
  let origin = UNNAMED;
  let block: Block | null = null;

  for (const line of lines) {
    const text = line.text.trim();
    if (text === '') continue;
    const { isCut } = line;
    if (!headingLine(text, isCut) && !(block && featureLine(block, text, isCut)) && !NOISE.some((noise) => noise.test(text)))
      unparsed.add(line);
  }

  function headingLine(text: string, isCut: boolean): boolean {
    const server = SERVER.exec(text)?.[1];
    if (server !== undefined && !isCut) {
      origin = server;
      block = null;
      if (!servers.has(server)) servers.set(server, { name: server, state: 'unknown', reason: UNHEARD });
      return true;
    }
    if (serverLine(text)) return true;
    if (NO_SERVER.test(text)) {
      servers.set(UNNAMED, { name: UNNAMED, state: 'down', reason: shownText(text) });
      return true;
    }
    const [, name, version] = FEATURE.exec(text) ?? [];
    if (name === undefined || version === undefined) return false;
    if (servers.has(origin)) servers.set(origin, { name: origin, state: 'up', reason: null });
    block = { origin, name, version, isToken: false, counts: null, ending: null, queued: null, holders: [], isLastQueued: false };
    blocks.push(block);
    return true;
  }

  /** What stands between a server's heading and its first feature. */
  function serverLine(text: string): boolean {
    if (block !== null || servers.get(origin)?.state !== 'unknown') return false;
    if (ANSWERED.test(text)) servers.set(origin, { name: origin, state: 'up', reason: null });
    else if (FAILED.test(text)) servers.set(origin, { name: origin, state: 'down', reason: shownText(text) });
    else return false;
    return true;
  }

  function featureLine(of: Block, text: string, isCut: boolean): boolean {
    const [, used, issued] = COUNTS.exec(text) ?? [];
    if (used !== undefined && issued !== undefined) {
      const inUse = wholeNumber(used);
      if (inUse === null || of.counts) return false;
      of.counts = { issued: wholeNumber(issued), used: inUse };
      return true;
    }
    const expiry = DATES.exec(text)?.[1];
    if (expiry !== undefined) {
      const ending = isCut && !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(expiry) ? null : numericEnding(expiry, zone);
      of.ending ??= ending;
      return ending !== null;
    }
    const type = TYPE.exec(text)?.[1];
    if (type !== undefined) of.isToken ||= /\btoken\b/i.test(type);
    return type !== undefined || (!isCut && holderLine(of, text)) || checkoutLine(of, text);
  }

  function holderLine(of: Block, text: string): boolean {
    const [, count, how, whom = ''] = HOLDER.exec(text) ?? [];
    const held = wholeNumber(count);
    const who = userAtHost(whom.replace(ADDRESS, ''));
    if (held === null || !who) return false;
    of.isLastQueued = how?.toLowerCase() === 'queued';
    if (of.isLastQueued) of.queued = (of.queued ?? 0) + held;
    else of.holders.push({ ...who, count: held, since: null });
    return true;
  }

  function checkoutLine(of: Block, text: string): boolean {
    const found = CHECKOUT.exec(text);
    const holder = of.holders.pop();
    if (holder) of.holders.push(found?.[1] === undefined || of.isLastQueued ? holder : { ...holder, since: dateTime(found[1], zone) });
    return found !== null;
  }

  return { servers: [...servers.values()], features: tellApart(blocks.map(sourced)), notes: notesOn(blocks) };
}

function sourced({ origin, name, version, isToken, counts, ending, queued, holders }: Block): Sourced {
  const isUncounted = counts !== null && counts.issued === null;
  const { issued = null, used = null } = counts ?? {};
  const feature: FeatureReading = {
    ...unknownFeature(name),
    ...{ version, issued, used, queued, overage: issued === null || used === null ? null : Math.max(0, used - issued), holders },
    ...{ expiresAt: ending?.expiresAt ?? null, ends: ending?.ends ?? 'unstated' },
    kind: isUncounted ? 'uncounted' : isToken ? 'token' : null,
  };
  return { feature, origin };
}

function notesOn(blocks: readonly Block[]): readonly string[] {
  const unlimited = blocks.filter(({ counts }) => counts?.issued === AS_MANY_AS_ONE_LIKES).length;
  if (unlimited === 0) return [];
  return [`${AS_MANY_AS_ONE_LIKES} is what LM-X says for "as many as one likes": so it does of ${unlimited} of ${blocks.length} features.`];
}
