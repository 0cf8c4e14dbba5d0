import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packageOf, ROOMS } from './rooms.ts';
import { RULES, type SourceFile, sourceFiles, strayArrow } from './tidy.ts';

const root = join(import.meta.dirname, '..');
const files = sourceFiles(root);
const findingsOf = (rule: string, file: SourceFile) => RULES[rule]?.(file) ?? [];

/** One violation per rule, which must be found: a rule that finds nothing anywhere may be blind. */
const PLANTED: Readonly<Record<string, readonly SourceFile[]>> = {
  strayArrow: [
    { path: 'packages/core/src/a.ts', text: "import { readFileSync } from 'node:fs';" },
    { path: 'packages/core/src/a.ts', text: "import type { Pool } from 'pg';" },
    { path: 'packages/core/src/a.ts', text: "export * from '@glidepath/protocol';" },
    { path: 'packages/core/src/a.ts', text: "import '../../protocol/src/index.ts';" },
    { path: 'packages/client/src/a.ts', text: "const { createServer } = await import('@glidepath/server');" },
    { path: 'packages/client/src/a.ts', text: "import { readFileSync } from 'node:fs';" },
    { path: 'packages/server/src/a.ts', text: "import {\n  run,\n} from 'glidepath';" },
    { path: 'packages/unheard-of/src/a.ts', text: '' },
  ],
  longFile: [{ path: 'packages/core/src/a.ts', text: '\n'.repeat(402) }],
  emptyName: [
    { path: 'packages/core/src/string-utils.ts', text: '' },
    { path: 'packages/core/src/StringThing.ts', text: '' },
    { path: 'packages/core/src/a.ts', text: 'export class LeaseManager {}' },
  ],
  unfinished: [
    { path: 'packages/core/src/a.test.ts', text: "it.skip('x', () => {});" },
    { path: 'packages/core/src/a.ts', text: '// TODO' },
    { path: 'packages/core/src/a.ts', text: '// @ts-ignore' },
    { path: 'packages/core/src/a.ts', text: 'export default 1' },
  ],
  sleepingTest: [{ path: 'packages/core/src/a.test.ts', text: 'await new Promise((resolve) => setTimeout(resolve, 50));' }],
  silentFile: [{ path: 'packages/core/src/a.ts', text: 'export const a = 1;' }],
  strayDial: [
    { path: 'packages/server/src/a.ts', text: "import { request } from 'node:https';" },
    { path: 'packages/agent/src/a.ts', text: "import net from 'node:net';" },
    { path: 'packages/connectors/src/a.ts', text: "import {\n  isIP,\n  connect,\n} from 'node:tls';" },
    { path: 'packages/cli/src/up/a.ts', text: 'const answer = await fetch(url);' },
  ],
};

describe('tidy', () => {
  it('reads the whole tree', () => {
    expect(files.length).toBeGreaterThan(20);
    for (const { name } of ROOMS)
      expect(files.filter(({ path }) => path.startsWith(`packages/${name}/src/`)).length, name).toBeGreaterThan(0);
  });

  for (const [name, rule] of Object.entries(RULES)) {
    it(`${name}: finds nothing in the tree`, () => {
      expect(files.flatMap((file) => rule(file))).toEqual([]);
    });
    it(`${name}: finds what is planted`, () => {
      const planted = PLANTED[name] ?? [];
      expect(planted.length).toBeGreaterThan(0);
      for (const file of planted) expect(findingsOf(name, file), file.text).not.toEqual([]);
    });
  }

  it('lets the arrows of the table pass', () => {
    for (const room of ROOMS) {
      for (const target of room.rooms) {
        const text = `import { x } from '${packageOf(target)}';`;
        expect(strayArrow({ path: `packages/${room.name}/src/a.ts`, text })).toEqual([]);
      }
    }
  });

  it('declares in package.json what it imports, and nothing else', () => {
    for (const room of ROOMS) {
      const manifest = JSON.parse(readFileSync(join(root, 'packages', room.name, 'package.json'), 'utf8')) as {
        dependencies?: Record<string, string>;
      };
      const declared = Object.keys(manifest.dependencies ?? {});
      const own = files.filter(({ path }) => path.startsWith(`packages/${room.name}/src/`) && !path.endsWith('.test.ts'));
      for (const name of declared) {
        const isUsed = own.some(({ text }) => text.includes(`'${name}'`) || text.includes(`'${name}/`));
        expect(isUsed, `${room.name} declares ${name} and never imports it`).toBe(true);
      }
    }
  });
});

describe('the locks of core', () => {
  const planted = mkdtempSync(join(root, 'packages/core/planted-'));
  const house = mkdtempSync(join(tmpdir(), 'glidepath-tidy-'));
  afterAll(() => {
    rmSync(planted, { recursive: true, force: true });
    rmSync(house, { recursive: true, force: true });
  });

  /** Lints one file as if it stood in core, under a copy of the repository's own configuration. */
  const lint = (text: string) => {
    const file = join(house, 'packages/core/src/planted.ts');
    mkdirSync(dirname(file), { recursive: true });
    mkdirSync(join(house, 'tools'), { recursive: true });
    for (const shared of ['biome.json', 'tools/no-chance.grit']) copyFileSync(join(root, shared), join(house, shared));
    writeFileSync(file, text);
    return spawnSync('biome', ['lint', '--vcs-enabled=false', file], { cwd: house, encoding: 'utf8' });
  };

  it.each([
    'export const at = Date.now();',
    'export const at = new Date();',
    'export const chance = Math.random();',
    'export const chance = Math["random"]();',
    'setTimeout(() => {}, 1);',
    'export const page = fetch("http://127.0.0.1");',
    'export const at = performance.now();',
    'export const home = process.env;',
    'export const at = globalThis.Date.now();',
  ])('biome refuses in core: %s', (text) => {
    const { stdout, stderr } = lint(`${text}\n`);
    expect(stdout + stderr).toMatch(/noRestrictedGlobals|core takes chance|core reaches for no global/);
  });

  it('biome lets a pure function pass', () => {
    const { status, stdout, stderr } = lint('export const next = (now: number): number => now + 1;\n');
    expect(stdout + stderr).not.toMatch(/noRestrictedGlobals|core takes/);
    expect(status).toBe(0);
  });

  it.each(['export const title = document.title;', 'export const home = process.cwd();', 'setTimeout(() => {}, 1);'])(
    'the compiler knows no DOM and no Node in core: %s',
    (text) => {
      writeFileSync(join(planted, 'planted.ts'), `${text}\n`);
      writeFileSync(join(planted, 'tsconfig.json'), JSON.stringify({ extends: '../tsconfig.json', include: ['planted.ts'], exclude: [] }));
      const { status, stdout } = spawnSync('tsc', ['-p', planted], { cwd: root, encoding: 'utf8' });
      expect(stdout).toMatch(/TS2304|TS2584|TS2591|TS2580|TS2552/);
      expect(status).not.toBe(0);
    },
  );
});
