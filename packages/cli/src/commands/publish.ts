/** `glidepath policy publish` and `list`: policies on a control plane. */
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Registrar } from '../registrar.ts';
import { type Sayable, text } from '../terminal/safe-text.ts';
import { table } from '../terminal/table.ts';
import { day } from '../when.ts';
import { type Asking, online } from './online.ts';
import { readPolicyFile, violationLines } from './policy-file.ts';

export function registerPublish(registrar: Registrar, policy: Registrar['program']): void {
  const publish = policy.command('publish <file>').description('publish a policy and point the environment at it; a version never changes');
  online<{ only?: boolean }>(registrar, publish.option('--only', 'publish without pointing the environment at it'), publishFile);
  online(registrar, policy.command('list').description('list which policy the environment uses under which name'), list);
  const use = policy.command('use <name> <digest>').description('point the environment at a published version: forward, or back');
  online(registrar, use, async ({ api, answer }, name = '', digest = '') => {
    const pointer = await api.put<Pointer>(`/v1/policy-pointers/${encodeURIComponent(name)}`, { digest });
    return answer(pointer, [
      text`${pointer.name} is ${pointer.digest} now`,
      ...(pointer.previous === null ? [] : [text`back: glidepath policy use ${pointer.name} ${pointer.previous}`]),
    ]);
  });
}

interface Pointer {
  readonly name: string;
  readonly digest: string;
  readonly previous: string | null;
  readonly setAt: number;
}

async function publishFile({ api, shell, paint, options, answer }: Asking<{ only?: boolean }>, file = ''): Promise<ExitCode> {
  const read = await readPolicyFile(shell, file);
  const { violations, policy } = read.reading;
  if (policy === null) {
    const details = violations.flatMap((violation) => violationLines(read, violation, shell));
    throw new Failure(EXIT.no, `${file} was not published: it breaks ${violations.length} rule${violations.length === 1 ? '' : 's'}.`, {
      code: 'policy-invalid',
      details,
      facts: { violations },
    });
  }
  const published = await api.postText<{ name: string; digest: string }>('/v1/policies', read.source, {
    publishOnly: options.only === true ? true : undefined,
  });
  return answer(published, [
    text`${paint.good('published')} ${published.name}  ${published.digest}`,
    text`next: glidepath license issue --product NAME --customer NAME --policy ${published.name} --create`,
  ]);
}

async function list({ api, paint, answer }: Asking<object>): Promise<ExitCode> {
  const pointers = await api.list<Pointer>('/v1/policy-pointers');
  if (pointers.length === 0) return answer({ items: [] }, ['No policy is published yet.', 'next: glidepath policy publish FILE']);
  const rows = pointers.map(({ name, digest, setAt }): readonly Sayable[] => [name, digest, day(setAt)]);
  return answer({ items: pointers }, table([['POLICY', 'DIGEST', 'SINCE'].map((head) => paint.dim(head)), ...rows]));
}
