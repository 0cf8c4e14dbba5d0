/**
 * Captures that went wrong: cut, shuffled, spliced with each other, with numbers, bytes and names changed.
 *
 * An input is a capture and a few edits, each a handful of small numbers, so that a million of them cost little and a failing
 * one shrinks to the one edit that did it.
 */
import fc from 'fast-check';

/** What vendors' tools never print and people name their machines, or what readers trip over. */
export const HOSTILE_WORDS: readonly string[] = [
  ...['', ' ', '\t', '\n', '\r\n', '\r', '\u0000', '\u001b[31m', '\u2028', '\ufffd', '\ud800', '…', '...', '"', "'", '`', '\\', '\\\n'],
  ...['0', '1', '-1', '1e9', '007', '99999999999999999999', '2147483647', '4294967296', 'NaN', 'Infinity', '1.5', '٣'],
  ...['=cmd()', '<!channel>', '<script>', '__proto__', 'constructor', 'toString', '$&', '%s', '(', ')', ') (', '((((', '/'],
  ...[
    'permanent',
    '31-dec-2026',
    '1-jan-0',
    '29-feb-2027',
    '99-foo-9999',
    'license',
    'licenses',
    'uncounted',
    'UP',
    'DOWN',
    ':',
    ',',
    ';',
    '{',
    '}',
    '[',
    ']',
    'null',
  ],
];

/** The least that a reader may be given at most; captures are cut to it, so that 20,000 inputs take seconds. */
const CAPTURE_MAX = 6_000;

interface Edit {
  readonly act: number;
  readonly at: number;
  readonly length: number;
  readonly word: number;
}

const edit: fc.Arbitrary<Edit> = fc.record({ act: fc.nat(9), at: fc.nat(0xffffff), length: fc.nat(60), word: fc.nat(0xffff) });

/** Inputs for a reader: mutated captures mostly, then raw bytes, and lines of the captures in any order. */
export function mutatedCaptures(captures: readonly Uint8Array[], words: readonly string[] = []): fc.Arbitrary<Uint8Array> {
  const sources = captures.map((source) => Buffer.from(source.subarray(0, CAPTURE_MAX)));
  const lines = [...new Set(sources.flatMap((source) => source.toString('latin1').split('\n')))];
  const vocabulary = [...HOSTILE_WORDS, ...words, ...lines.map((line) => `${line}\n`)].map((word) => Buffer.from(word));
  const mutated = fc
    .tuple(fc.nat(Math.max(0, sources.length - 1)), fc.array(edit, { minLength: 1, maxLength: 6 }))
    .map(([index, edits]) => edits.reduce<Buffer>((source, one) => edited(source, one, vocabulary), sources[index] ?? Buffer.alloc(0)));
  const shuffled = fc
    .array(fc.nat(Math.max(0, lines.length - 1)), { maxLength: 30 })
    .map((order) => Buffer.from(order.map((index) => lines[index]).join('\n'), 'latin1'));
  return fc.oneof(
    { weight: 8, arbitrary: mutated },
    { weight: 2, arbitrary: shuffled },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  );
}

function edited(source: Buffer, { act, at, length, word }: Edit, vocabulary: readonly Buffer[]): Buffer {
  const from = source.length === 0 ? 0 : at % (source.length + 1);
  const until = Math.min(source.length, from + length);
  const inserted = vocabulary[word % vocabulary.length] ?? Buffer.alloc(0);
  switch (act) {
    case 0:
      return source.subarray(0, from);
    case 1:
      return Buffer.concat([source.subarray(0, from), source.subarray(until)]);
    case 2:
      return Buffer.concat([source.subarray(0, from), inserted, source.subarray(from)]);
    case 3:
      return Buffer.concat([source.subarray(0, from), inserted, source.subarray(until)]);
    case 4:
      return Buffer.concat([source.subarray(0, until), source.subarray(from)]);
    case 5:
      return flipped(source, from, word);
    case 6:
      return withLines(source, (lines) => lines.toSpliced(at % lines.length, 1));
    case 7:
      return withLines(source, (lines) =>
        lines.toSpliced(at % lines.length, 1).toSpliced(word % lines.length, 0, lines[at % lines.length] ?? ''),
      );
    case 8:
      return withLines(source, (lines) => lines.toSpliced(at % lines.length, 0, inserted.toString('latin1').replace(/\n$/, '')));
    default:
      return withNumber(source, at, word);
  }
}

function flipped(source: Buffer, at: number, word: number): Buffer {
  if (source.length === 0) return source;
  const copy = Buffer.from(source);
  copy[at % copy.length] = word & 0xff;
  return copy;
}

function withLines(source: Buffer, change: (lines: string[]) => string[]): Buffer {
  return Buffer.from(change(source.toString('latin1').split('\n')).join('\n'), 'latin1');
}

function withNumber(source: Buffer, at: number, word: number): Buffer {
  const text = source.toString('latin1');
  const from = text.slice(at % (text.length + 1)).search(/[0-9]/);
  if (from < 0) return source;
  const start = (at % (text.length + 1)) + from;
  const digits = /^[0-9]+/.exec(text.slice(start))?.[0] ?? '';
  return Buffer.from(`${text.slice(0, start)}${word}${text.slice(start + digits.length)}`, 'latin1');
}
