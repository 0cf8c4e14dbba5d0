/** `glidepath policy verify`: proves what policies promise, or shows how they break it. Needs no server. */
import { writeFile } from 'node:fs/promises';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { jsonOption, type Registrar } from '../registrar.ts';
import type { Shell } from '../shell.ts';
import { harmlessLines, Safe, text } from '../terminal/safe-text.ts';
import { writeDrills } from './drill-files.ts';
import { junitOf } from './junit.ts';
import { sarifOf } from './sarif.ts';
import { placed, type VerifiedFile, verifyFile } from './verify-files.ts';
import { verifiedLines } from './verify-view.ts';

interface VerifyOptions {
  readonly json?: boolean;
  readonly sarif?: string;
  readonly junit?: string;
  readonly drills?: string;
}

export function registerVerify({ shell, acting }: Registrar, policy: Registrar['program']): void {
  policy
    .command('verify')
    .description('prove what a policy promises in every state that it can come to, or tell the shortest way to break it')
    .argument('<file...>', 'policy files (YAML or JSON), or - for standard input')
    .option('--sarif <file>', 'write the findings as SARIF 2.1.0, for code hosts; - for standard output')
    .option('--junit <file>', 'write promises and tests as JUnit XML, for CI systems; - for standard output')
    .option('--drills <folder>', 'write each counterexample as a drill file')
    .addOption(jsonOption())
    .action(acting((files: readonly string[], options: VerifyOptions) => verify(shell, files, options)));
}

async function verify(shell: Shell, files: readonly string[], options: VerifyOptions): Promise<ExitCode> {
  const verified: VerifiedFile[] = [];
  for (const file of files) verified.push(await verifyFile(shell, file, () => performance.now()));
  // Worst first: what must be mended stands where it is read first.
  const ordered = verified.toSorted((a, b) => Number(a.isGood) - Number(b.isGood));
  const drills = options.drills === undefined ? [] : await writeDrills(ordered, options.drills);
  await give(shell, options.sarif, () => `${JSON.stringify(sarifOf(ordered), null, 2)}\n`);
  await give(shell, options.junit, () => junitOf(ordered));
  if (options.json === true) shell.screen.json({ files: ordered.map(jsonOf), drills });
  else if (options.sarif !== '-' && options.junit !== '-') {
    for (const one of ordered) for (const line of verifiedLines(one, shell)) shell.screen.say(line);
    for (const file of drills) shell.screen.say(text`drill written: ${file}`);
  }
  return verified.every(({ isGood }) => isGood) ? EXIT.ok : EXIT.no;
}

async function give({ screen }: Shell, where: string | undefined, write: () => string): Promise<void> {
  if (where === '-') screen.say(new Safe(harmlessLines(write().trimEnd())));
  else if (where !== undefined) await writeFile(where, write());
}

function jsonOf(verified: VerifiedFile): unknown {
  const { file, reading, proved, proofMs, tests, isGood } = verified;
  const proof = proved?.proof ?? null;
  return {
    ...{ file, ok: isGood, name: proved?.policy?.name ?? null, digest: reading.document?.digest ?? null },
    ...{ violations: reading.violations, tests, proofMs: Math.round(proofMs) },
    ...(proof === null
      ? { proof }
      : { proof: { ...proof, violations: placed(verified).map(({ violation, ...at }) => ({ ...violation, ...at })) } }),
  };
}
