/**
 * A command-line tool that needs a seat for as long as it runs: it takes one, works, and gives it back.
 *
 * It waits two seconds for the licence server and not longer: what it may do then is what was signed last time.
 */
import { createClient } from '@glidepath/client';

const licence = createClient({
  server: (process.env.GLIDEPATH_SERVER ?? 'http://127.0.0.1:7070').split(','),
  licenseKey: process.env.GLIDEPATH_LICENSE_KEY ?? '',
  roots: (process.env.GLIDEPATH_ROOTS ?? '').split(',').filter((root) => root !== ''),
  cacheDir: process.env.GLIDEPATH_CACHE ?? '.glidepath-cache',
  whenNothingSigned: 'deny',
  client: 'example-command-line',
});

const status = await licence.ready({ timeoutMs: 2_000 });
const solve = licence.check('solve');
if (!solve.allowed) {
  console.error(`solve is not licensed: ${solve.userMessage ?? solve.reason} (${solve.code})`);
  process.exitCode = 1;
} else {
  const parallel = licence.check('parallel-solve');
  const cores = parallel.allowed ? (licence.limit('cores') ?? 1) : 1;
  if (!parallel.allowed && parallel.userMessage !== null) console.error(`note: ${parallel.userMessage}`);
  console.log(`solved on up to ${cores} cores, tier ${solve.tier}, licence ${status}`);
}
await licence.close({ release: true });
