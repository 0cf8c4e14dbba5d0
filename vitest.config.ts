import { defineConfig } from 'vitest/config';

/** `unit` needs nothing, `postgres` starts real databases, `system` runs the packages and the command as users do. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.ts',
            'tools/**/*.test.ts',
            'bench/**/*.test.ts',
            'histories/**/*.test.ts',
            'conformance/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', '**/*.pg.test.ts', '**/*.system.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'postgres',
          include: ['packages/*/src/**/*.pg.test.ts'],
          globalSetup: ['packages/server/src/adapters/postgres/test-setup.ts'],
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['packages/*/src/**/*.system.test.ts', 'tools/**/*.system.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
