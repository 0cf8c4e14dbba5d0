/**
 * The JSON tree, or trees, that a YAML or JSON text says, and where each part stands.
 *
 * Our own walk over the parsed nodes instead of the library's conversion: aliases never expand, keys such as `__proto__` are
 * keys, and what YAML can say and JSON cannot is refused with its position. Depth and number of tokens are bounded while
 * the text is read, so that a hostile document is refused about as fast as it is read.
 */
import { DEPTH_MAX, shown } from '@glidepath/core';
import { Composer, type Document, isScalar, Lexer, Parser, type YAMLError } from 'yaml';
import type { ReadingViolationCode } from './reading-violations.ts';
import { type Flaw, type Walked, walk } from './yaml-walk.ts';

/** Above the tokens of any policy up to 1 MiB, and few enough to be read in about a second even when nothing in them is right. */
export const TOKENS_MAX = 250_000;

/** Past this depth the parser is stopped; below it, core says which part is nested too deeply. */
const PARSER_DEPTH_MAX = 2 * DEPTH_MAX;

const SYNTAX_FLAWS_MAX = 20;

/** Keys are compared in the walk: the library compares each with each, which is quadratic. */
const OPTIONS = { version: '1.2', schema: 'core', merge: false, strict: true, uniqueKeys: false, logLevel: 'silent' } as const;

const UNREAD: Walked = { tree: null, root: { key: null, value: 0, items: new Map() }, flaws: [], isWhole: false };

export function readYamlTree(text: string): Walked {
  const parsed = parseWithinBounds(text, 1);
  if ('flaw' in parsed) return { ...UNREAD, flaws: [parsed.flaw] };
  const [document = null, second] = parsed.documents;
  if (!second) return treeOf(document);
  const flaw = flawAt(second.range[0], 'several-documents', 'a second document begins here', 'another document', 'one document');
  return { ...UNREAD, flaws: [flaw] };
}

/** The trees of a text that may hold several documents, one by one; those that hold nothing are passed over. */
export function readYamlTrees(text: string): readonly Walked[] {
  const parsed = parseWithinBounds(text, Number.POSITIVE_INFINITY);
  if ('flaw' in parsed) return [{ ...UNREAD, flaws: [parsed.flaw] }];
  return parsed.documents.filter((document) => !isEmpty(document)).map(treeOf);
}

function isEmpty({ contents, errors }: Document.Parsed): boolean {
  return errors.length === 0 && (contents === null || (isScalar(contents) && contents.source === '' && contents.type === 'PLAIN'));
}

function treeOf(document: Document.Parsed | null): Walked {
  const flaws = document ? syntaxFlaws(document) : [];
  return flaws.length > 0 ? { ...UNREAD, flaws } : walk(document?.contents ?? null);
}

type Parsed = { readonly documents: readonly Document.Parsed[] } | { readonly flaw: Flaw };

/** Stops reading once there are more documents than asked for. */
function parseWithinBounds(text: string, documentsMax: number): Parsed {
  const parser = new Parser();
  const composer = new Composer(OPTIONS);
  const documents: Document.Parsed[] = [];
  let tokens = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    if (++tokens > TOKENS_MAX) return stopped('too-large', 'this holds too much', 'more', `at most ${TOKENS_MAX} tokens`);
    if (parser.stack.length > PARSER_DEPTH_MAX)
      return stopped('too-deep', 'this is nested too deeply', `${PARSER_DEPTH_MAX} levels`, `at most ${DEPTH_MAX} levels`);
    if (documents.length > documentsMax) break;
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end());
  return { documents };

  function stopped(code: 'too-large' | 'too-deep', message: string, found: string, expected: string): Parsed {
    return { flaw: flawAt(parser.offset, code, message, found, expected) };
  }
}

function flawAt(offset: number, code: ReadingViolationCode, message: string, found: string, expected: string): Flaw {
  return { code, path: [], message, found, expected, offset };
}

function syntaxFlaws({ errors, warnings, directives }: Document.Parsed): readonly Flaw[] {
  // A tag that only warns is on its node, where the walk finds it.
  const flaws = [...errors, ...warnings.filter(({ code }) => code !== 'TAG_RESOLVE_FAILED')].map(syntaxFlaw);
  const { explicit, version } = directives.yaml;
  if (explicit && version !== '1.2')
    flaws.unshift(flawAt(0, 'yaml-version', `YAML ${version} is not read`, `%YAML ${version}`, 'YAML 1.2'));
  return flaws.slice(0, SYNTAX_FLAWS_MAX);
}

function syntaxFlaw({ pos, message, code }: YAMLError): Flaw {
  if (code === 'TAG_RESOLVE_FAILED') return flawAt(pos[0], 'tag', shown(message, 200), 'a tag', 'no tag');
  return flawAt(pos[0], 'yaml-syntax', shown(message, 200), 'text that no YAML parser takes', 'YAML 1.2 or JSON');
}
