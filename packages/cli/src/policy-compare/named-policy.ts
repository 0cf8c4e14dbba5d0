/** A policy as the command line names it: a file, `NAME@ENVIRONMENT`, or the digest of a published version. */
import type { Policy } from '@glidepath/core';
import { nodeCrypto } from '@glidepath/protocol/node';
import { readPolicy } from '@glidepath/protocol/policy';
import type { Api } from '../api/client.ts';
import { readPolicyFile, violationLines } from '../commands/policy-file.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Shell } from '../shell.ts';

export interface NamedPolicy {
  readonly policy: Policy;
  readonly digest: string;
  /** Where it is in force, when it was named so. */
  readonly inForce: { readonly name: string; readonly environment: string } | null;
}

/** No file has such a name by accident; one that has is `./NAME@ENVIRONMENT`. */
const IN_FORCE = /^([a-z][a-z0-9-]*)@([a-z][a-z0-9-]*)$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** `api` is asked for only when somebody has to be. */
export async function namedPolicy(shell: Shell, api: () => Promise<Api>, named: string): Promise<NamedPolicy> {
  const [, name, environment] = IN_FORCE.exec(named) ?? [];
  if (name !== undefined && environment !== undefined) {
    const query = { environment };
    return { ...(await published(await api(), name, named, query)), inForce: { name, environment } };
  }
  if (DIGEST.test(named)) return { ...(await published(await api(), named, named, {})), inForce: null };
  const read = await readPolicyFile(shell, named);
  const { policy, document, violations } = read.reading;
  if (policy !== null && document !== null) return { policy, digest: document.digest, inForce: null };
  const details = violations.flatMap((violation) => violationLines(read, violation, shell));
  const message = `${named} is no valid policy: ${violations.length} violation${violations.length === 1 ? '' : 's'}.`;
  throw new Failure(EXIT.usage, message, { code: 'policy-invalid', details });
}

async function published(api: Api, reference: string, named: string, query: { readonly environment?: string }) {
  const found = await api.get<{ readonly source: string; readonly digest: string }>(`/v1/policies/${encodeURIComponent(reference)}`, query);
  const { policy, document } = readPolicy(found.source, nodeCrypto);
  if (policy !== null && document?.digest === found.digest) return { policy, digest: found.digest };
  throw new Failure(EXIT.refused, `What the control plane gives as ${named} is not what its digest names.`, {
    code: 'policy-tampered',
    next: 'glidepath policy audit',
  });
}
