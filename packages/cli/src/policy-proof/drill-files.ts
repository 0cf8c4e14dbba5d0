/** Counterexamples as drill files: each fails until the policy is mended, and guards it from then on. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { type DrillTree, writeDrill } from '@glidepath/protocol/drill';
import { nameOf, type VerifiedFile } from './verify-files.ts';

/** The drills of a file's violations, named for policy and rule; several of one rule are numbered. */
export function drillsOf(verified: VerifiedFile, folder: string): readonly (DrillTree & { readonly file: string })[] {
  const seen = new Map<string, number>();
  return (verified.proved?.proof?.violations ?? []).map(({ rule, message, counterexample: { drill } }) => {
    const place = (seen.get(rule) ?? 0) + 1;
    seen.set(rule, place);
    const name = [nameOf(verified), rule, ...(place === 1 ? [] : [place])].join('-').slice(0, 63);
    const { start, ...world } = drill.world;
    const policy = relative(resolve(folder), resolve(verified.file));
    return { ...drill, name, title: message, world: { start, policy, ...world }, file: join(folder, `${name}.yaml`) };
  });
}

/** Writes them all, over what stood there, and says which. */
export async function writeDrills(files: readonly VerifiedFile[], folder: string): Promise<readonly string[]> {
  const drills = files.flatMap((verified) => drillsOf(verified, folder));
  if (drills.length > 0) await mkdir(folder, { recursive: true });
  for (const { file, ...drill } of drills) await writeFile(file, writeDrill(drill));
  return drills.map(({ file }) => file);
}
