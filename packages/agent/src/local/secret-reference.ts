/** Reads what `env:NAME` and `file:/path` stand for, when it is used: a rotated secret counts from the next use on. */
import { open } from 'node:fs/promises';
import { deny, type HostBoundSecret, type LocalCredential, ok, type Result } from '@glidepath/core';

const SECRET_BYTES_MAX = 64 * 1024;

export type ReadSecret = (reference: string) => Promise<Result<string, 'no-secret'>>;

/** No message repeats a value. */
export function createSecretReader(env: Readonly<Record<string, string | undefined>>): ReadSecret {
  return async (reference) => {
    if (reference.startsWith('env:')) {
      const name = reference.slice('env:'.length);
      return sound(env[name], `the variable ${name}`);
    }
    if (reference.startsWith('file:')) {
      const path = reference.slice('file:'.length);
      return sound(await firstBytes(path).catch(() => undefined), path);
    }
    return deny('no-secret', 'a reference to a secret is `env:NAME` or `file:/path`');
  };
}

function sound(value: string | undefined, where: string): Result<string, 'no-secret'> {
  const secret = value?.trim() ?? '';
  if (secret === '') return deny('no-secret', `${where} is empty, or cannot be read`);
  // It goes into a header: a second line there would be a second header.
  if (/[^\x20-\x7e]/.test(secret)) return deny('no-secret', `${where} has more than one line, or characters beyond ASCII`);
  return ok(secret);
}

async function firstBytes(path: string): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(SECRET_BYTES_MAX);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    return bytes.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** A credential of the agent's own file, bound to its hosts; null: there is none of that name, or it cannot be read now. */
export async function credentialNamed(
  name: string,
  credentials: readonly LocalCredential[],
  readSecret: ReadSecret,
): Promise<HostBoundSecret | null> {
  const found = credentials.find((credential) => credential.name === name);
  if (found === undefined) return null;
  const secret = await readSecret(found.from);
  return secret.ok ? { header: found.header, value: `${found.prefix}${secret.value}`, hosts: found.hosts } : null;
}
