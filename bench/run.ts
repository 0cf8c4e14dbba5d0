/**
 * `npm run bench -- NAME [--json]`: one bench, as a table for people or as one line of JSON, the last on standard output.
 *
 * Exits with 1 when a goal is missed or a verdict is wrong, with 2 when there is no such bench.
 */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Bench, jsonLine, table } from './report.ts';

/** DESIGN §10. One whose file is not here yet comes with the feature that it measures. */
const NAMES = [
  'check',
  'verify',
  'leases',
  'usage',
  'scale',
  'push',
  'coldstart',
  'proof',
  'replay',
  'start',
  'size',
  'probes',
  'forecast',
];

const fileOf = (name: string): URL => new URL(`./${name}.ts`, import.meta.url);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options: { json: { type: 'boolean', default: false } }, allowPositionals: true });
  const [name = '', ...others] = positionals;
  const known = NAMES.filter((candidate) => existsSync(fileOf(candidate)));
  if (others.length > 0 || !known.includes(name)) {
    console.error(`usage: npm run bench -- NAME [--json], where NAME is one of ${known.join(', ')}`);
    return 2;
  }
  const { bench } = (await import(fileOf(name).href)) as { bench: Bench };
  const report = await bench.run();
  console.log(values.json ? jsonLine(name, report) : table(name, bench.about, report));
  return report.goals.every(({ met }) => met) ? 0 : 1;
}

process.exitCode = await main();
