/**
 * A policy as the command line names it: a file, `NAME@ENVIRONMENT` or `NAME` (what is in force), or the digest of a published
 * version.
 */
import type { Policy } from '@glidepath/core';
import { nodeCrypto } from '@glidepath/protocol/node';
import { readPolicy } from '@glidepath/protocol/policy';
import type { Api } from '../api/client.ts';
import { type PolicyFile, readPolicyFile, violationLines } from '../commands/policy-file.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Shell } from '../shell.ts';

export interface InForce {
  readonly name: string;
  /** Undefined: the one that the command asks about anyway. */
  readonly environment: string | undefined;
}

export interface NamedPolicy {
  readonly policy: Policy;
  readonly digest: string;
  /** Where it is in force, when it was named so. */
  readonly inForce: InForce | null;
}

/** No file has such a name by accident; one that has is `./NAME@ENVIRONMENT`. */
const IN_FORCE = /^([a-z][a-z0-9-]*)@([a-z][a-z0-9-]*)$/;
const NAME = /^[a-z][a-z0-9-]*$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** `api` is asked for only when somebody has to be. */
export async function namedPolicy(shell: Shell, api: () => Promise<Api>, named: string): Promise<NamedPolicy> {
  const [, name, environment] = IN_FORCE.exec(named) ?? [];
  if (name !== undefined && environment !== undefined) {
    return { ...(await published(await api(), name, named, environment)), inForce: { name, environment } };
  }
  if (DIGEST.test(named)) return { ...(await published(await api(), named, named)), inForce: null };
  const read = await fileCalled(shell, named);
  if (read === null) return { ...(await published(await api(), named, named)), inForce: { name: named, environment: undefined } };
  const { policy, document, violations } = read.reading;
  if (policy !== null && document !== null) return { policy, digest: document.digest, inForce: null };
  const details = violations.flatMap((violation) => violationLines(read, violation, shell));
  const message = `${named} is no valid policy: ${violations.length} violation${violations.length === 1 ? '' : 's'}.`;
  throw new Failure(EXIT.usage, message, { code: 'policy-invalid', details });
}

/** Null: there is none, and it may be the name of a policy. */
async function fileCalled(shell: Shell, named: string): Promise<PolicyFile | null> {
  try {
    return await readPolicyFile(shell, named);
  } catch (error) {
    if (error instanceof Failure && error.detail.code === 'no-such-file' && NAME.test(named)) return null;
    throw error;
  }
}

async function published(api: Api, reference: string, named: string, environment?: string) {
  const query = environment === undefined ? {} : { environment };
  const found = await api.get<{ readonly source: string; readonly digest: string }>(`/v1/policies/${encodeURIComponent(reference)}`, query);
  const { policy, document } = readPolicy(found.source, nodeCrypto);
  if (policy !== null && document?.digest === found.digest) return { policy, digest: found.digest };
  throw new Failure(EXIT.refused, `What the control plane gives as ${named} is not what its digest names.`, {
    code: 'policy-tampered',
    next: 'glidepath policy audit',
  });
}
