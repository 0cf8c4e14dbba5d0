/** All policies of files and folders, checked, tested and proved before anything is sent: what is wrong in any of them is said at once. */
import { type Policy, provePolicy, runPolicyTests } from '@glidepath/core';
import { type PolicyFile, readPolicyFile, violationLines } from '../commands/policy-file.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure, usage } from '../failure.ts';
import { filesOf } from '../inventory/read-files.ts';
import type { Shell } from '../shell.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';

export interface ReadPolicyFile extends PolicyFile {
  readonly policy: Policy;
  readonly digest: string;
}

/** Documents of other kinds are left out: policies may lie beside drills and inventories. */
export async function readPolicies(shell: Shell, paths: readonly string[]): Promise<readonly ReadPolicyFile[]> {
  const files = [...new Set((await Promise.all(paths.map(filesOf))).flat())];
  const found: ReadPolicyFile[] = [];
  const wrong: Sayable[] = [];
  for (const file of files) {
    const read = await readPolicyFile(shell, file);
    const { document, policy, violations } = read.reading;
    if (isOfAnotherKind(document?.tree)) continue;
    if (policy === null || document === null) {
      wrong.push(...violations.flatMap((violation) => violationLines(read, violation, shell)));
      continue;
    }
    wrong.push(...unprovedLines(read, policy));
    found.push({ ...read, policy, digest: document.digest });
  }
  wrong.push(...namedTwice(found));
  if (wrong.length > 0)
    throw new Failure(EXIT.no, 'These policies cannot be applied as they are. Nothing was published.', {
      code: 'policy-invalid',
      details: wrong,
    });
  if (found.length === 0) throw usage(`there is no policy in ${paths.join(', ')}; nothing was published.`);
  return found;
}

function isOfAnotherKind(tree: unknown): boolean {
  const kind = typeof tree === 'object' && tree !== null ? (tree as { kind?: unknown }).kind : undefined;
  return typeof kind === 'string' && kind !== 'Policy' && OTHER_KINDS.has(kind);
}

const OTHER_KINDS = new Set(['Drill', 'HeldLicense', 'Probe', 'Channel']);

function unprovedLines({ file, reading }: PolicyFile, policy: Policy): readonly Sayable[] {
  const tests = runPolicyTests(policy).flatMap(({ name, passed }, at) =>
    passed
      ? []
      : [
          {
            path: ['spec', 'tests', at] as readonly (string | number)[],
            message: `the test "${name}" fails (glidepath policy test ${file})`,
          },
        ],
  );
  const broken = provePolicy(policy).violations.map(({ path, message }) => ({
    path,
    message: `${message} (glidepath policy verify ${file})`,
  }));
  return [...tests, ...broken].map(({ path, message }) => {
    const { line, column } = reading.locate(path, 'value');
    return text`${file}:${line}:${column}  ${message}`;
  });
}

function namedTwice(found: readonly ReadPolicyFile[]): readonly Sayable[] {
  const first = new Map<string, string>();
  return found.flatMap(({ file, reading, policy: { name } }) => {
    const { line, column } = reading.locate(['metadata', 'name'], 'value');
    const other = first.get(name);
    first.set(name, other ?? `${file}:${line}`);
    return other === undefined
      ? []
      : [text`${file}:${line}:${column}  a policy named ${name} stands in ${other} already: found ${name} twice, expected each name once`];
  });
}
