/**
 * Reads a FlexLM license file: what a license server would serve if it started with it.
 *
 * One reading per FEATURE and INCREMENT line, as they stand: which of them a daemon adds up, it alone knows. Nothing is known
 * of use. Keys and signatures are never kept, and cannot be checked by anybody but the vendor's daemon.
 */
import { type FeatureKind, type FeatureReading, type ServerReading, unknownFeature } from '@glidepath/core';
import { type TextLine, type Unparsed, vendorDate, wholeNumber } from '../text/index.ts';
import { type FileWord, fileWords } from './file-words.ts';
import type { FlexlmReading } from './reading.ts';

/** Lines that say how to serve, not what. */
const SETTING_LINES = new Set(['VENDOR', 'DAEMON', 'USE_SERVER', 'PACKAGE', 'FEATURESET']);
const KEYWORDS = new Set([...SETTING_LINES, 'SERVER', 'FEATURE', 'INCREMENT', 'UPGRADE']);

/** Whether a line begins as a line of a license file does. */
export function isLicenseFileLine(text: string): boolean {
  return KEYWORDS.has(/^\s*([A-Z_]+)\s/.exec(text)?.[1] ?? '');
}

const NOT_ASKED = 'a license file names it; whether it runs is not known';

/** Reads the lines of one file. */
export function readLicenseFile(lines: readonly TextLine[], zone: string, unparsed: Unparsed): FlexlmReading {
  const servers: ServerReading[] = [];
  const features: FeatureReading[] = [];
  const notes = new Set<string>();
  for (const { line, text, isCut } of statements(lines)) {
    const words = fileWords(text);
    const [keyword, name] = words.map(({ word }) => word);
    if (keyword === 'SERVER' && name !== undefined && words.length > 2) servers.push({ name, state: 'unknown', reason: NOT_ASKED });
    else if (keyword === 'FEATURE' || keyword === 'INCREMENT') {
      const feature = featureOf(words, isCut, zone);
      if (feature) features.push(feature);
      else unparsed.add(withoutOptions(line, words));
    } else if (keyword === 'UPGRADE' && words.length > 5)
      notes.add('UPGRADE lines give newer versions to licenses that other lines grant; they are not counted.');
    else if (SETTING_LINES.has(keyword ?? '')) {
      if (keyword === 'PACKAGE') notes.add('PACKAGE lines name components of a suite; only the suite is counted.');
    } else unparsed.add(withoutOptions(line, words));
  }
  if (features.length > 0) notes.add("Signatures were not checked: only the vendor's own daemon can.");
  return { takenAt: null, servers: distinct(servers), features, notes: [...notes] };
}

/** What may be shown of a statement that was not understood: its first words, none of a line that may be half a signature. */
function withoutOptions({ number }: TextLine, words: readonly FileWord[]): Pick<TextLine, 'number' | 'text'> {
  const shown = KEYWORDS.has(words[0]?.word ?? '') ? words.slice(0, COUNT + 1).map(({ word }) => word) : [];
  return { number, text: [...shown, '[not shown]'].join(' ') };
}

/** A file concatenated of several names its servers in each. */
function distinct(servers: readonly ServerReading[]): ServerReading[] {
  return [...new Map(servers.map((server) => [server.name, server])).values()];
}

interface Statement {
  readonly line: TextLine;
  readonly text: string;
  /** The file ends in it, so that its last word may be cut. */
  readonly isCut: boolean;
}

/** Joins lines that a backslash continues; comments, blank and elided lines are left out. */
function* statements(lines: readonly TextLine[]): Generator<Statement> {
  let parts: string[] = [];
  let first: TextLine | null = null;
  for (const line of lines) {
    const text = line.text.trim();
    if (first === null && (text === '' || text === '...' || text.startsWith('#'))) continue;
    first ??= line;
    const isContinued = text.endsWith('\\');
    parts.push(isContinued ? text.slice(0, -1) : text);
    const isLast = line === lines.at(-1);
    if (isContinued && !isLast) continue;
    yield { line: first, text: parts.join(' '), isCut: line.isCut && !isContinued };
    parts = [];
    first = null;
  }
}

/** Of `FEATURE name vendor version expiry count`. */
const [NAME, VERSION, EXPIRY, COUNT] = [1, 3, 4, 5] as const;

function featureOf(words: readonly FileWord[], isCut: boolean, zone: string): FeatureReading | null {
  const name = words[NAME]?.word;
  const version = words[VERSION]?.word;
  const ending = vendorDate(words[EXPIRY]?.word ?? '', zone);
  const countWord = words[COUNT];
  if (name === undefined || version === undefined || !ending || !countWord || countWord.value !== null) return null;
  if (isCut && countWord === words.at(-1)) return null;
  const count = /^uncounted$/i.test(countWord.word) ? 0 : wholeNumber(countWord.word);
  if (count === null) return null;
  const options = new Map(words.slice(COUNT + 1).map(({ word, value }) => [word.toUpperCase(), value]));
  const kind = kindOf(count, options);
  return { ...unknownFeature(name), version, pool: options.get('SN') ?? null, issued: count === 0 ? null : count, ...ending, kind };
}

function kindOf(count: number, options: ReadonlyMap<string, string | null>): FeatureKind {
  if (count === 0) return 'uncounted';
  if (options.has('USER_BASED')) return 'named';
  return options.has('HOSTID') ? 'node-locked' : 'floating';
}
