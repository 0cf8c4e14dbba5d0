import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PARTS, withPart } from './docs.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...markdownBelow('docs'),
  ...markdownBelow('conformance'),
  ...markdownBelow('examples'),
];

function markdownBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md') && !path.includes('node_modules'))
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`);
}

describe('documents', () => {
  for (const { file, name, render } of PARTS) {
    it(`${file} shows the data behind ${name}`, () => {
      const text = read(file);
      expect(withPart(text, name, render()), 'npm run generate writes it').toBe(text);
    });
  }

  it('refuses a part whose marks are gone', () => {
    expect(() => withPart('no marks here', 'rooms', '')).toThrow('no part');
  });

  it.each(documents)('%s links only to what exists', (file) => {
    const links = [...read(file).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, target]) => target ?? '');
    for (const target of links) expect(existsSync(join(root, dirname(file), target)), `${file} → ${target}`).toBe(true);
  });

  it('has an ADR for each number, each closing with what enforces it', () => {
    const records = readdirSync(join(root, 'docs/adr')).filter((name) => /^\d{4}-/.test(name));
    expect(records.length).toBeGreaterThan(0);
    for (const name of records) {
      const enforced = read(`docs/adr/${name}`).split('**Enforced by**')[1] ?? '';
      const paths = [...enforced.matchAll(/`((?:packages|tools|conformance|\.ci|docs|bench)\/[^`*]*)/g)].map(([, path]) => path ?? '');
      expect(enforced.trim(), name).not.toBe('');
      for (const path of paths) expect(existsSync(join(root, path)), `${name} → ${path}`).toBe(true);
    }
  });
});
