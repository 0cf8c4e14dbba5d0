/**
 * One line of `lmstat -a` about somebody who holds or waits for licenses:
 *
 *     ana ws-17 ws-17:0 (v6.1) (lic-1/27000 1204), start Fri 10/20 16:44, 5 licenses, PID: 4711  (linger: 60 / 600)
 *     bo ws-18 /dev/tty (v6.1) (lic-1/27000 1305) queued for 1 license
 *
 * Read from its end: what the server writes stands there, what users choose (their name, host and display, with spaces and
 * parentheses) stands before it. Whether the year of a start is known is not decided here.
 */
import { wholeNumber } from '../text/index.ts';

export interface HolderLine {
  readonly user: string;
  readonly host: string | null;
  readonly count: number;
  /** False where no suffix says how many, which means one. */
  readonly isCountSaid: boolean;
  readonly isQueued: boolean;
  readonly isLingering: boolean;
  readonly start: Start | null;
}

export interface Start {
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  /** Null in all but the newest versions. */
  readonly year: number | null;
}

const SERVER_GROUP = /^[^()/]*\/[^\s()/]+(?: [0-9]+)*$/;
const QUEUED = /^,? ?queued for ([0-9]+) licenses?$/;
const START = /^, start (?:[A-Za-z]{2,4} )?([0-9]{1,2})\/([0-9]{1,2})(?:\/([0-9]{4}))? ([0-9]{1,2}):([0-9]{2})/;
/** What may follow a start: how many, what is known of the process, whether it is held back. */
const COUNT_SUFFIX = /^, ([0-9]+) licenses?/;
const NAMED_SUFFIX = /^, [A-Za-z][A-Za-z ]*: [^,()]*/;
/** A borrowed one says the seconds that are left, a lingering one those and how many there were. */
const LINGER_SUFFIX = /^\s*\(linger: [0-9]+(?: \/ [0-9]+)?\)/;

/** The line's meaning; null: it is no such line, or a part of it cannot be read. */
export function holderLine(text: string): HolderLine | null {
  const groups = text.lastIndexOf(') (');
  const version = groups < 0 ? -1 : text.lastIndexOf('(v', groups);
  const close = groups < 0 ? -1 : text.indexOf(')', groups + 3);
  if (version < 0 || close < 0 || !SERVER_GROUP.test(text.slice(groups + 3, close))) return null;
  const suffix = suffixMeaning(text.slice(close + 1).trimEnd());
  const who = suffix && whoIsIt(text.slice(0, version));
  if (!who) return null;
  const { count, isCountSaid, isQueued, isLingering, start } = suffix;
  return { user: who.user, host: who.host, count, isCountSaid, isQueued, isLingering, start };
}

type Suffix = Pick<HolderLine, 'count' | 'isCountSaid' | 'isQueued' | 'isLingering' | 'start'>;

function suffixMeaning(text: string): Suffix | null {
  const started = START.exec(text);
  if (!started) return queuedMeaning(text.trimStart());
  const [whole, month, day, year, hour, minute] = started;
  const start = { month: Number(month), day: Number(day), hour: Number(hour), minute: Number(minute), year: year ? Number(year) : null };
  return suffixesAfterStart(text.slice(whole.length), start);
}

function queuedMeaning(text: string): Suffix | null {
  const count = wholeNumber(QUEUED.exec(text)?.[1]);
  return count === null ? null : { count, isCountSaid: true, isQueued: true, isLingering: false, start: null };
}

function suffixesAfterStart(text: string, start: Start): Suffix | null {
  let rest = text;
  let count: number | null = 1;
  let isCountSaid = false;
  let isLingering = false;
  while (rest !== '') {
    const counted = COUNT_SUFFIX.exec(rest);
    const found = counted ?? LINGER_SUFFIX.exec(rest) ?? NAMED_SUFFIX.exec(rest);
    if (!found || (counted && isCountSaid)) return null;
    if (counted) {
      count = wholeNumber(counted[1]);
      isCountSaid = true;
    }
    isLingering ||= found[0].includes('(linger: ');
    rest = rest.slice(found[0].length);
  }
  return count === null ? null : { count, isCountSaid, isQueued: false, isLingering, start };
}

const QUOTED_USER = /^"([^"]+)" (.+)$/;
const HOST_WORD = /^[\p{L}\p{N}][\p{L}\p{N}_.-]*$/u;
/** `/dev/pts/0`, `:0`, `localhost:10.0`, `unknown`, `console`. */
const DISPLAY_WORD = /^(?:\/dev\/.*|.*:[0-9]+(?:\.[0-9]+)?|unknown|display|console)$/i;
const CAPITALISED = /^\p{Lu}\p{Ll}+[.,]?$|^(?:Jr|Sr|von|van|de|der)\.?$/u;

/**
 * Splits user, host and display, of which users choose two.
 *
 * The three stand side by side with spaces in any of them, so that the split is a judgement: the display often begins with
 * the host's name or looks like a display; else the host is the last word that can name a host before one that cannot; else
 * words like those of a person's name are the user's. Without any sign the first word is the user, the second the host.
 */
function whoIsIt(text: string): { readonly user: string; readonly host: string | null } | null {
  const trimmed = text.trim();
  const afterUser = trimmed.indexOf(' ');
  const afterHost = trimmed.indexOf(' ', afterUser + 1);
  // The usual line, without making words of it: captures have 100,000 of them.
  if (afterUser > 0 && afterHost > afterUser + 1 && !trimmed.startsWith('"')) {
    const host = trimmed.slice(afterUser + 1, afterHost);
    if (trimmed.startsWith(host, afterHost + 1)) return { user: trimmed.slice(0, afterUser), host };
  }
  const quoted = trimmed.startsWith('"') ? QUOTED_USER.exec(trimmed) : null;
  if (quoted) return { user: quoted[1] ?? '', host: quoted[2]?.split(' ')[0] ?? null };
  const words = trimmed.split(' ').filter((word) => word !== '');
  const [first = ''] = words;
  if (first === '') return null;
  if (words.length <= 2) return { user: first, host: words[1] ?? null };
  const place = hostPlace(words);
  return { user: words.slice(0, place).join(' '), host: words[place] ?? null };
}

/** More words than this are no name; the rest of the line is display. */
const WORDS_LOOKED_AT = 12;

function hostPlace(words: readonly string[]): number {
  const last = Math.min(words.length, WORDS_LOOKED_AT) - 1;
  for (let place = 1; place < last; place += 1) if (words[place + 1]?.startsWith(words[place] ?? ' ')) return place;
  for (let place = 1; place < last; place += 1) if (DISPLAY_WORD.test(words[place + 1] ?? '')) return place;
  for (let place = 2; place <= last; place += 1) if (!HOST_WORD.test(words[place] ?? '')) return place - 1;
  let place = 1;
  if (CAPITALISED.test(words[0] ?? '')) while (place < last && CAPITALISED.test(words[place] ?? '')) place += 1;
  return place;
}
