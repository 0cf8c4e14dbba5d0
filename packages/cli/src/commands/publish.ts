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
  const publish = policy
    .command('publish <file>')
    .description('publish a policy; the first version of a name is in force at once, the next ones go by stages');
  online<{ only?: boolean }>(registrar, publish.option('--only', 'publish only, also the first version of a name'), publishFile);
  online(registrar, policy.command('list').description('list which policy the environment uses under which name'), list);
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
  const published = await api.postText<{ name: string; digest: string; inForce: string | null }>('/v1/policies', read.source, {
    publishOnly: options.only === true ? true : undefined,
  });
  const { name, digest, inForce } = published;
  const isInForce = inForce === digest;
  return answer(published, [
    text`${paint.good('published')} ${name}  ${digest}${isInForce ? '' : ', in force for nobody yet'}`,
    isInForce
      ? text`next: glidepath license issue --product NAME --customer NAME --policy ${name} --create`
      : text`next: glidepath policy promote ${name} --reason TEXT`,
  ]);
}

async function list({ api, paint, answer }: Asking<object>): Promise<ExitCode> {
  const pointers = await api.list<Pointer>('/v1/policy-pointers');
  if (pointers.length === 0) return answer({ items: [] }, ['No policy is published yet.', 'next: glidepath policy publish FILE']);
  const rows = pointers.map(({ name, digest, setAt }): readonly Sayable[] => [name, digest, day(setAt)]);
  return answer({ items: pointers }, table([['POLICY', 'DIGEST', 'SINCE'].map((head) => paint.dim(head)), ...rows]));
}
