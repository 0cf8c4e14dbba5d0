/** What an application carries when it embeds the client: the package with all that it imports, minified and gzipped. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { atMost, type Bench, rowOf } from './report.ts';

const BYTES_MAX = 20_000;
const ENTRY = join(import.meta.dirname, '../packages/client/src/index.ts');

/** A bundle that does not hold this measures something else. */
const MUST_HOLD = ['no-signed-word', 'glidepath-lease+jwt', '/v1/leases', 'whenNothingSigned'];

export const bench: Bench = {
  about: 'bytes of @glidepath/client for Node with core and protocol, as esbuild bundles them; built-in modules stay outside',
  async run() {
    const { outputFiles } = await build({
      entryPoints: [ENTRY],
      bundle: true,
      minify: true,
      platform: 'node',
      target: 'node22',
      format: 'esm',
      legalComments: 'none',
      write: false,
      logLevel: 'silent',
    });
    const [bundle] = outputFiles;
    if (bundle === undefined || outputFiles.length > 1) throw new Error(`one file was expected, not ${outputFiles.length}`);
    for (const text of MUST_HOLD) if (!bundle.text.includes(text)) throw new Error(`the bundle lacks ${text}`);
    const gzipped = gzipSync(bundle.contents, { level: 9 }).length;
    return {
      rows: [
        rowOf('minified', 'everything that the package imports', 'bytes', [bundle.contents.length]),
        rowOf('minified and gzipped', 'the same, gzip -9', 'bytes', [gzipped]),
      ],
      goals: [atMost('client package, bytes', gzipped, BYTES_MAX)],
    };
  },
};
