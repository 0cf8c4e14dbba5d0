import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LockPackages, missingPlatforms } from './lock.ts';

const { packages } = JSON.parse(readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8')) as { packages: LockPackages };

describe('the lock file', () => {
  it('has every platform package, so that npm ci takes it on any platform and from any registry', () => {
    expect(Object.keys(packages).length).toBeGreaterThan(100);
    expect(missingPlatforms(packages), 'npm run lock').toEqual([]);
  });

  it('names no registry', () => {
    const named = Object.entries(packages).filter(
      ([path, { resolved }]) => path.startsWith('node_modules/') && String(resolved ?? '').includes('://'),
    );
    expect(named).toEqual([]);
  });

  it('misses what is planted', () => {
    expect(missingPlatforms({ 'node_modules/a': { optionalDependencies: { '@a/b-linux-x64': '^1.0.0' } } })).toEqual([
      { name: '@a/b-linux-x64', version: '1.0.0', dev: false },
    ]);
  });
});
