/**
 * Reads the Prometheus text exposition format (0.0.4, and OpenMetrics as far as it is the same): samples, one a line.
 *
 * Linear and total. The format ends every line with a line feed, so that a last line without one may be cut in its number and
 * is not read.
 */
import { createUnparsed, eachLine, readText, type Unparsed } from '../text/index.ts';

export interface Sample {
  readonly line: number;
  readonly metric: string;
  readonly labels: ReadonlyMap<string, string>;
  /** May be NaN or infinite: exporters say "never" and "unknown" in that way. */
  readonly value: number;
}

export interface Exposition {
  readonly samples: readonly Sample[];
  readonly unparsed: Unparsed;
}

/** Samples of the metrics that are asked for; lines of others are only checked. */
export function readExposition(source: Uint8Array, isWanted: (metric: string) => boolean): Exposition {
  const samples: Sample[] = [];
  const unparsed = createUnparsed();
  for (const line of eachLine(readText(source))) {
    const text = line.text.trim();
    if (text === '' || text.startsWith('#')) continue;
    const sample = line.isCut ? null : readSample(text, line.number);
    if (sample === null) unparsed.add(line);
    else if (isWanted(sample.metric)) samples.push(sample);
  }
  return { samples, unparsed };
}

const METRIC = /^[A-Za-z_:][A-Za-z0-9_:]*/;
/** A value, perhaps a timestamp, perhaps an exemplar. */
const REST = /^[ \t]*([^ \t]+)(?:[ \t]+-?[0-9.]+)?(?:[ \t]+#.*)?$/;
const NUMBER = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

function readSample(text: string, line: number): Sample | null {
  const metric = METRIC.exec(text)?.[0];
  if (metric === undefined) return null;
  let at = metric.length;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  const labels = new Map<string, string>();
  if (text[at] === '{') {
    at = readLabels(text, at + 1, labels);
    if (at < 0) return null;
  } else if (at === metric.length) return null;
  const value = readNumber(REST.exec(text.slice(at))?.[1] ?? '');
  return value === null ? null : { line, metric, labels, value };
}

function readNumber(word: string): number | null {
  if (NUMBER.test(word)) return Number(word);
  if (/^[+]?inf$/i.test(word)) return Number.POSITIVE_INFINITY;
  if (/^-inf$/i.test(word)) return Number.NEGATIVE_INFINITY;
  return /^nan$/i.test(word) ? Number.NaN : null;
}

const LABEL = /[A-Za-z_][A-Za-z0-9_]*[ \t]*=[ \t]*"/y;

/** Reads `a="b",…}` from after the brace; the place after the closing one, or -1. */
function readLabels(text: string, from: number, labels: Map<string, string>): number {
  let at = from;
  for (;;) {
    while (text[at] === ' ' || text[at] === '\t' || text[at] === ',') at += 1;
    if (text[at] === '}') return at + 1;
    LABEL.lastIndex = at;
    const head = LABEL.exec(text)?.[0];
    if (head === undefined) return -1;
    const value = readQuoted(text, at + head.length);
    if (value === null) return -1;
    labels.set(head.slice(0, head.indexOf('=')).trim(), value.text);
    at = value.end;
  }
}

function readQuoted(text: string, from: number): { readonly text: string; readonly end: number } | null {
  let read = '';
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') return { text: read, end: at + 1 };
    if (char === '\\') {
      at += 1;
      const escaped = text[at];
      if (escaped === undefined) return null;
      read += escaped === 'n' ? '\n' : escaped === '"' || escaped === '\\' ? escaped : `\\${escaped}`;
    } else read += char;
  }
  return null;
}
