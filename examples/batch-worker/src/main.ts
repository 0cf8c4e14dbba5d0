/**
 * A batch worker whose parallelism is a licensed limit: it asks before each round, so a change of tier changes its pace
 * and never loses a job. Each job is reported as use, which waits on the disk where nobody can be asked.
 */
import { createClient } from '@glidepath/client';
import { createUsageBuffer } from '@glidepath/client/usage';

const servers = (process.env.GLIDEPATH_SERVER ?? 'http://127.0.0.1:7070').split(',');
const licenseKey = process.env.GLIDEPATH_LICENSE_KEY ?? '';
const cacheDir = process.env.GLIDEPATH_CACHE ?? '.glidepath-cache';

const licence = createClient({
  server: servers,
  licenseKey,
  roots: (process.env.GLIDEPATH_ROOTS ?? '').split(',').filter((root) => root !== ''),
  cacheDir,
  whenNothingSigned: 'allow',
  client: 'example-batch-worker',
});

const usage = createUsageBuffer({
  folder: `${cacheDir}/usage`,
  servers,
  licenseKey,
  licence,
  onRejected: ({ code, found }) => console.error(`use was rejected: ${code}`, JSON.stringify(found)),
});

/** A stand-in for your own work: sums a range, giving the event loop its turn. */
async function build(job: number): Promise<number> {
  let sum = 0;
  for (let step = 0; step < 1_000; step++) sum += job * step;
  return await Promise.resolve(sum);
}

const jobs = Array.from({ length: Number(process.env.JOBS ?? 20) }, (_, at) => at + 1);
await licence.ready({ timeoutMs: 2_000 });

let done = 0;
while (jobs.length > 0) {
  // One job at a time is what every tier gives, and what is done while nothing is known.
  const isParallel = licence.check('parallel').allowed;
  const width = isParallel ? Math.max(1, licence.limit('parallel-jobs') ?? 1) : 1;
  const round = jobs.splice(0, width);
  await Promise.all(round.map(build));
  usage.report({ meter: 'build-minutes', amount: round.length });
  done += round.length;
  console.log(`${done} jobs done, ${round.length} at once, tier ${licence.check('build').tier ?? 'unknown'}`);
}
await usage.close();
if (usage.health().waiting > 0) console.error(`${usage.health().waiting} reports of use wait on the disk`);
await licence.close({ release: true });
