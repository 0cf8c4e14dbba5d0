/** Readers of single values: texts, names, words of a closed list, durations, percentages, counts. */

import type { Milliseconds } from '../time.ts';
import { DURATION_MAX_MS, formatDuration, parseDuration, parsePercent } from './durations.ts';
import { INHERITED_WORDS, isName, RESERVED_WORDS } from './names.ts';
import { nearest } from './nearest.ts';
import { type Bounds, isWithin, mappingAt, oneOfThese, type Place, type Reader, refuseKey, refuseValue, shown } from './reading.ts';
import { exactTimeZone } from './time-zones.ts';
import type { ViolationCode } from './violation.ts';

/** Counts stay below this, so that `percent × limit` is an exact integer for every percentage that a policy can name. */
export const COUNT_MAX = 9_000_000_000_000;

export const TEXT_LENGTH_MAX = 500;

/** What a terminal, a chat or a log would act on; a line break is fine. */
const HOSTILE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const NAME_EXPECTED = 'lower-case letters and digits with single dashes between, beginning with a letter, at most 63';

/** A sentence or label for people. */
export const text: Reader<string> = (place) => {
  if (typeof place.value !== 'string') return wrongType(place, 'text');
  const { value } = place;
  if (value.trim() === '' || value.length > TEXT_LENGTH_MAX || HOSTILE.test(value.replaceAll('\n', ' ').replaceAll(ZERO_WIDTH_JOINER, '')))
    return refused(place, 'malformed-text', 'this text cannot be shown', `1 to ${TEXT_LENGTH_MAX} printable characters`);
  return value;
};

/** Joins emoji and letters of some scripts into one sign; harmless, and common in titles. */
const ZERO_WIDTH_JOINER = '\u200d';

/** Any text: a reference to `what`, which a rule resolves once everything has been read. */
export function reference(what: string): Reader<string> {
  return (place) => (typeof place.value === 'string' ? place.value : wrongType(place, what));
}

export const tierReference = reference('the name of a tier');
export const featureReference = reference('the name of a feature');

/** A mapping that is kept as it is written and read by others. */
export function verbatim(bounds: Bounds): Reader<Readonly<Record<string, unknown>>> {
  return (place) => {
    const tree = mappingAt(place);
    return tree && isWithin(place, Object.keys(tree).length, bounds) ? tree : undefined;
  };
}

export const boolean: Reader<boolean> = (place) => (typeof place.value === 'boolean' ? place.value : wrongType(place, 'true or false'));

/** A key that the author chose, of things that a decision names: the words of `given` and `expect` are taken. */
export function ownKey(place: Place, name: string): void {
  judgeName(place, name, refuseKey, RESERVED_WORDS);
}

/** A key that the author chose where no word is taken. */
export function freeKey(place: Place, name: string): void {
  judgeName(place, name, refuseKey, NO_WORDS);
}

/** A name as a value. A malformed one is given back as it is, so that references to it still resolve. */
export const ownName: Reader<string> = (place) => nameValue(place, RESERVED_WORDS);

export const freeName: Reader<string> = (place) => nameValue(place, NO_WORDS);

const NO_WORDS: ReadonlySet<string> = new Set();

/** A word of a closed list. */
export function oneOf<const T extends string>(words: readonly T[]): Reader<T> {
  return (place) => {
    if (typeof place.value !== 'string') return wrongType(place, oneOfThese(words));
    const found = words.find((known) => known === place.value);
    if (found !== undefined) return found;
    return refused(place, 'unknown-word', `\`${shown(place.value)}\` means nothing here`, oneOfThese(words), nearest(place.value, words));
  };
}

/** The one value that this version reads. */
export function exactly<const T extends string>(only: T, code: ViolationCode): Reader<T> {
  return (place) => {
    if (place.value === only) return only;
    const near = typeof place.value === 'string' ? nearest(place.value, [only]) : null;
    return refused(place, code, `only \`${only}\` is read here`, only, near);
  };
}

/** A duration from `least` to `most`. */
export function duration(least: Milliseconds, most: Milliseconds = DURATION_MAX_MS): Reader<Milliseconds> {
  const range = most === DURATION_MAX_MS ? `at least ${formatDuration(least)}` : `${formatDuration(least)} to ${formatDuration(most)}`;
  return (place) => {
    const parsed = typeof place.value === 'string' ? parseDuration(place.value) : null;
    if (!parsed?.ok)
      return refused(place, 'malformed-duration', 'this is no duration', 'a whole number and one of s, m, h, d, w, y, such as `14d`');
    if (parsed.value < least || parsed.value > most) return refused(place, 'duration-out-of-range', 'this duration is out of range', range);
    return parsed.value;
  };
}

/** A whole percentage from `least` to `most`. */
export function percent(least: number, most: number, tooMuch: ViolationCode = 'percent-out-of-range'): Reader<number> {
  return (place) => {
    const parsed = typeof place.value === 'string' ? parsePercent(place.value) : null;
    if (!parsed?.ok) return refused(place, 'malformed-percent', 'this is no percentage', 'a whole percentage, such as `80%`');
    if (parsed.value > most) return refused(place, tooMuch, `this is more than ${most}%`, `${least}% to ${most}%`);
    if (parsed.value < least) return refused(place, 'percent-out-of-range', `this is less than ${least}%`, `${least}% to ${most}%`);
    return parsed.value;
  };
}

/** A whole number from `least` to `most`. */
export function count(least = 0, most = COUNT_MAX): Reader<number> {
  return (place) => {
    if (typeof place.value !== 'number') return wrongType(place, 'a whole number');
    if (Number.isSafeInteger(place.value) && place.value >= least && place.value <= most) return place.value === 0 ? 0 : place.value;
    return refused(place, 'number-out-of-range', 'this number is out of range', `a whole number from ${least} to ${most}`);
  };
}

/** The exact name of a zone in the IANA time zone database. */
export const timeZone: Reader<string> = (place) => {
  if (typeof place.value !== 'string') return wrongType(place, 'the name of a time zone');
  const exact = exactTimeZone(place.value);
  if (exact === place.value) return exact;
  return refused(place, 'unknown-time-zone', 'no time zone has this name', 'an IANA name, such as `Europe/Berlin`', exact);
};

export function wrongType(place: Place, expected: string): undefined {
  return refused(place, 'wrong-type', `this must be ${expected}`, expected);
}

export function refused(place: Place, code: ViolationCode, message: string, expected: string, didYouMean: string | null = null): undefined {
  refuseValue(place, code, message, expected, didYouMean);
  return undefined;
}

function nameValue(place: Place, taken: ReadonlySet<string>): string | undefined {
  if (typeof place.value !== 'string') return wrongType(place, 'a name');
  judgeName(place, place.value, refuseValue, taken);
  return place.value;
}

function judgeName(place: Place, name: string, refuse: typeof refuseValue, taken: ReadonlySet<string>): void {
  if (taken.has(name)) {
    refuse(place, 'reserved-name', `\`${name}\` is a word of \`given\`, \`expect\` or a decision`, 'another name');
  } else if (INHERITED_WORDS.has(name)) {
    refuse(place, 'reserved-name', `\`${name}\` is a word of JavaScript's objects`, 'another name');
  } else if (!isName(name)) {
    refuse(place, 'malformed-name', 'this is no name', NAME_EXPECTED);
  }
}
