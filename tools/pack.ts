/**
 * Builds the packages to JavaScript and `.d.ts` and packs them as npm would publish them.
 *
 * In the repository packages export their TypeScript, so that nothing is ever built before it is run. A published
 * package may not (Node strips no types below node_modules), so its manifest is rewritten here: `./src/x.ts` becomes
 * `./dist/x.js` with its declarations. Usage: `npm run pack:packages [-- FOLDER]`, default `dist`.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ROOMS } from './rooms.ts';

const root = join(import.meta.dirname, '..');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** Packs the named rooms into `folder` and gives the tarballs' paths by package name. */
export function packRooms(folder: string, rooms: readonly string[] = ROOMS.map(({ name }) => name)): Record<string, string> {
  mkdirSync(folder, { recursive: true });
  const built = mkdtempSync(join(tmpdir(), 'glidepath-pack-'));
  try {
    compile(join(built, 'js'), rooms);
    return Object.fromEntries(rooms.map((room) => packRoom(room, built, folder)));
  } finally {
    rmSync(built, { recursive: true, force: true });
  }
}

function compile(outDir: string, rooms: readonly string[]): void {
  const project = join(root, `tsconfig.pack-${process.pid}.json`);
  const options = { noEmit: false, declaration: true, rewriteRelativeImportExtensions: true, rootDir: 'packages', outDir };
  const include = rooms.map((room) => `packages/${room}/src`);
  writeFileSync(
    project,
    JSON.stringify({
      extends: './tsconfig.json',
      compilerOptions: options,
      include,
      exclude: ['**/*.test.ts', '**/*-fixture.ts', '**/*.fixture.ts', '**/*.testkit.ts', '**/test-*.ts'],
    }),
  );
  try {
    run('tsc', ['-p', project], root);
  } finally {
    rmSync(project);
  }
}

function packRoom(room: string, built: string, folder: string): [string, string] {
  const source = join(root, 'packages', room);
  const stage = join(built, 'stage', room);
  cpSync(join(built, 'js', room, 'src'), join(stage, 'dist'), { recursive: true });
  cpSync(join(source, 'src'), join(stage, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.ts') });
  for (const extra of ['bin', 'README.md'])
    if (existsSync(join(source, extra))) cpSync(join(source, extra), join(stage, extra), { recursive: true });
  cpSync(join(root, 'LICENSE'), join(stage, 'LICENSE'));
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest;
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(published(manifest), null, 2)}\n`);
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--silent', '--pack-destination', resolve(folder)], stage)) as [
    { filename: string },
  ];
  return [manifest.name, resolve(folder, filename)];
}

function published(manifest: Manifest): Manifest {
  const { devDependencies: _, ...rest } = manifest;
  const exports = Object.fromEntries(
    // What tests of other rooms take is not shipped.
    Object.entries(manifest.exports).flatMap(([path, file]): [string, unknown][] => {
      if (/\/test-[^/]*\.ts$/.test(file)) return [];
      const js = file.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '.js');
      return [[path, js.endsWith('.js') ? { types: js.replace(/\.js$/, '.d.ts'), default: js } : js]];
    }),
  ) as unknown as Record<string, string>;
  return { ...rest, exports, files: ['dist', ...(manifest.bin ? ['bin'] : [])] } as Manifest;
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `${stdout}${stderr}`}`);
  return stdout;
}

if (import.meta.main) {
  const folder = process.argv[2] ?? join(root, 'dist');
  for (const [name, tarball] of Object.entries(packRooms(folder))) console.log(`${name.padEnd(20)} ${tarball}`);
}
