/**
 * The rules of the house that a compiler does not know: arrows between rooms, lengths, words, and words that mean "unfinished".
 *
 * Each rule is a function from a file to its findings, so that the test can plant a violation and see it found. A finding
 * names the way in: what to do instead.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { packageOf, ROOMS } from './rooms.ts';

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export type Rule = (file: SourceFile) => readonly string[];

const IMPORT = /(?:^|[\s;}])(?:import|export)\s+(?:type\s+)?(?:[\w*\s{},$]+\s+from\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g;
const TEXT_LINES_MAX = 400;

/** Every module that a file names in an import or re-export, also type-only ones: a type is an arrow too. */
export function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '');
  return [...code.matchAll(IMPORT)].flatMap((match) => match[1] ?? match[2] ?? []);
}

/** An arrow between rooms, to npm or to Node that the table in `rooms.ts` does not have. */
export const strayArrow: Rule = ({ path, text }) => {
  const room = ROOMS.find(({ name }) => path.startsWith(`packages/${name}/src/`));
  if (!room) return path.startsWith('packages/') ? [`${path}: no room of this name; add it to tools/rooms.ts with its arrows`] : [];
  const below = path.slice(`packages/${room.name}/src/`.length);
  const isTest = isTestFile(path);
  const findings: string[] = [];
  for (const specifier of importsOf(text)) {
    if (specifier.startsWith('.')) {
      const target = join('packages', room.name, 'src', below, '..', specifier).split(sep).join('/');
      if (!target.startsWith(`packages/${room.name}/`))
        findings.push(`${path}: reaches into another room by path (${specifier}); import the package's name instead`);
      continue;
    }
    if (specifier.startsWith('node:')) {
      const allowed = isTest || room.node.includes('*') || room.node.some((folder) => below.startsWith(`${folder}/`));
      if (!allowed)
        findings.push(`${path}: ${room.name} may import ${specifier} only below ${room.node.join(', ') || 'no folder'}; take it as a port`);
      continue;
    }
    const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? specifier);
    const target = ROOMS.find((other) => packageOf(other.name) === name);
    if (target) {
      const allowed = target.name === room.name || room.rooms.includes(target.name) || (isTest && room.name !== 'core');
      if (!allowed) findings.push(`${path}: ${room.name} may not import ${target.name}; see the table in tools/rooms.ts`);
      continue;
    }
    if (!isTest && !room.packages.includes(name))
      findings.push(`${path}: ${room.name} may not import ${name}; add it to tools/rooms.ts with an ADR that says why`);
  }
  return findings;
};

/** A file that a reader cannot hold in mind. */
export const longFile: Rule = ({ path, text }) => {
  const lines = text.split('\n').length - 1;
  return lines > TEXT_LINES_MAX ? [`${path}: ${lines} lines, over ${TEXT_LINES_MAX}; split it by what it decides`] : [];
};

/** A name that says nothing about what the thing is. */
export const emptyName: Rule = ({ path, text }) => {
  const findings: string[] = [];
  const file = path.split('/').at(-1) ?? '';
  if (/(^|-)(impl|manager|helpers?|utils?|common|misc)\.(test\.)?ts$/.test(file)) findings.push(`${path}: name the file for what it holds`);
  if (/\.ts$/.test(file) && !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z-]+)*\.ts$/.test(file)) findings.push(`${path}: file names are kebab-case`);
  for (const [, name] of text.matchAll(/export (?:class|function|const|interface|type) (\w*(?:Impl|Manager|Helper|Utils?))\b/g))
    findings.push(`${path}: ${name}: name it for what it does`);
  return findings;
};

const UNFINISHED = [
  [/\b(?:it|test|describe)\.(?:skip|todo|only)\b/, 'a skipped or lone test'],
  [/\b(?:TODO|FIXME|XXX)\b/, 'a note of unfinished work'],
  [/@ts-(?:ignore|expect-error|nocheck)/, 'a silenced compiler'],
  [/biome-ignore/, 'a silenced linter'],
  [/export default /, 'a default export (names must not change on the way)'],
] as const;

/** What often means "unfinished", and has no place on main. */
export const unfinished: Rule = ({ path, text }) => {
  if (path.endsWith('.config.ts')) return [];
  return UNFINISHED.flatMap(([pattern, what]) => (pattern.test(text) ? [`${path}: ${what}; finish it or open an issue`] : []));
};

/** A test that waits for time to pass instead of for a condition. */
export const sleepingTest: Rule = ({ path, text }) =>
  isTestFile(path) && /setTimeout\(\s*(?:resolve|done|r)\b|timers\/promises/.test(text)
    ? [`${path}: sleeps; use the virtual clock of testkit, or wait on a condition`]
    : [];

/** A file without the sentence that says what it decides. */
export const silentFile: Rule = ({ path, text }) =>
  path.endsWith('/index.ts') || isTestFile(path) || /^(?:#!.*\n)?\s*\/\*\*/.test(text) || !path.startsWith('packages/')
    ? []
    : [`${path}: open the file with a docstring: what it decides and what it does not`];

const MAY_DIAL = [
  'packages/egress/src/',
  'packages/client/src/node/fetch.ts',
  'packages/client/src/node/stream.ts',
  'packages/cli/src/api/client.ts',
];
const NETWORK = /import\s+(type\s+)?([^;]*?)\s+from\s+'node:(?:http|https|http2|net|tls|dgram|dns|dns\/promises)'/g;
/** Listening, judging and types open nothing. */
const OPENS_NOTHING = /^(?:type\s+\w+|createServer|isIPv?[46]?|createSecureContext)(?:\s+as\s+\w+)?$/;

/** A connection that is opened outside the one room that may (docs/adr/0011). The database's driver dials by itself. */
export const strayDial: Rule = ({ path, text }) => {
  if (!path.startsWith('packages/') || isTestFile(path) || MAY_DIAL.some((may) => path.startsWith(may))) return [];
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  const names = [...code.matchAll(NETWORK)]
    .filter(([, isType]) => !isType)
    .flatMap(([, , clause = '']) => (/^\{[\s\S]*\}$/.test(clause) ? clause.slice(1, -1).split(',') : [clause]));
  const stray = names.map((name) => name.trim()).filter((name) => name !== '' && !OPENS_NOTHING.test(name));
  if (/(?<![.\w])fetch\(|globalThis\.fetch|new (?:WebSocket|EventSource)\b/.test(code)) stray.push('fetch');
  return stray.map(
    (name) => `${path}: opens connections by itself (${name}); take an Egress (@glidepath/core) and let @glidepath/egress dial`,
  );
};

export const RULES: Readonly<Record<string, Rule>> = { strayArrow, longFile, emptyName, unfinished, sleepingTest, silentFile, strayDial };

export function isTestFile(path: string): boolean {
  return (
    /\.test\.ts$/.test(path) ||
    /(^|\/)(test-[^/]*|[^/]*-fixture)\.ts$/.test(path) ||
    path.startsWith('packages/testkit/src/store-contract/')
  );
}

const SKIPPED = new Set(['node_modules', 'dist', '.git', 'coverage', '.glidepath']);

/** The files that name violations in order to find them. */
const OWN = new Set(['tools/tidy.ts', 'tools/tidy.test.ts']);

/** Every TypeScript file below a folder; vendored and built ones, and the rules themselves, left out. */
export function sourceFiles(root: string, folder = ''): SourceFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : sourceFiles(root, path);
    if (!entry.isFile() || !entry.name.endsWith('.ts')) return [];
    return OWN.has(path) ? [] : [{ path, text: readFileSync(join(root, path), 'utf8') }];
  });
}
