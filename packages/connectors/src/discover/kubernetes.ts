/**
 * Finds certificates and licences in the secrets of the Kubernetes cluster that `kubectl` is set to, where it is set to one.
 *
 * Read by `kubectl` itself, with the rights of whoever runs this, and decoded in memory. Of a TLS secret only the
 * certificate is looked at; its key is never decoded.
 */

import type { CertificatePile } from './certificates.ts';
import type { Found, Skipped } from './found.ts';
import { readLicense } from './license-files.ts';
import { kindOfContent } from './recognise.ts';

export interface RunOutput {
  readonly code: number;
  readonly stdout: Uint8Array;
}

/** Runs a program without a shell; null: it is not there, did not end in time, or said more than `bytesMax`. */
export type Run = (argv: readonly string[], limits: { readonly timeoutMs: number; readonly bytesMax: number }) => Promise<RunOutput | null>;

const CONTEXT_LIMITS = { timeoutMs: 2_000, bytesMax: 10_000 };
const SECRETS_LIMITS = { timeoutMs: 3_000, bytesMax: 64 * 1024 * 1024 };
const SECRET_TYPES = ['kubernetes.io/tls', 'Opaque'] as const;
const VALUE_CHARACTERS_MAX = 2 * 1024 * 1024;

export interface ClusterReading {
  readonly found: readonly Found[];
  readonly skipped: readonly Skipped[];
}

export async function readCluster(run: Run, pile: CertificatePile, zone: string): Promise<ClusterReading> {
  const context = await run(['kubectl', 'config', 'current-context'], CONTEXT_LIMITS);
  if (context === null || context.code !== 0 || context.stdout.length === 0) return { found: [], skipped: [] };
  const lists = await Promise.all(SECRET_TYPES.map((type) => secretsOf(run, type)));
  const found: Found[] = [];
  const skipped: Skipped[] = [];
  if (lists.some((list) => list === null))
    skipped.push({
      place: 'kubectl get secrets',
      reason: 'no-answer',
      message: 'the cluster did not list its secrets within 3 s, or not to you',
    });
  for (const secret of lists.flatMap((list) => list ?? [])) {
    for (const [key, value] of wantedValues(secret)) {
      const reading = await readValue(value, key, `secret ${secret.namespace}/${secret.name} (${key})`, pile, zone);
      found.push(...reading.found.map((row) => ({ ...row, custody: `k8s:${secret.namespace}/${secret.name}#${key}` })));
      skipped.push(...reading.skipped);
    }
  }
  return { found, skipped };
}

interface Secret {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Of all namespaces; of the context's own where that is not allowed. */
async function secretsOf(run: Run, type: string): Promise<readonly Secret[] | null> {
  for (const scope of [['--all-namespaces'], []]) {
    const argv = ['kubectl', 'get', 'secrets', ...scope, `--field-selector=type=${type}`, '--output=json', '--request-timeout=3s'];
    const answer = await run(argv, SECRETS_LIMITS);
    if (answer === null) return null;
    if (answer.code === 0) return parsed(answer.stdout);
  }
  return null;
}

function parsed(stdout: Uint8Array): readonly Secret[] | null {
  let list: unknown;
  try {
    list = JSON.parse(Buffer.from(stdout).toString('utf8'));
  } catch {
    return null;
  }
  const { items } = objectOf(list);
  if (!Array.isArray(items)) return null;
  return items.map(objectOf).map(({ metadata, type, data }) => {
    const { namespace, name } = objectOf(metadata);
    return { namespace: String(namespace), name: String(name), type: String(type), data: objectOf(data) };
  });
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function wantedValues({ type, data }: Secret): readonly (readonly [string, string])[] {
  return Object.entries(data).flatMap(([key, value]) => {
    const isWanted = type === 'kubernetes.io/tls' ? key === 'tls.crt' || key === 'ca.crt' : !/\.key$/.test(key);
    return isWanted && typeof value === 'string' && value.length <= VALUE_CHARACTERS_MAX ? [[key, value] as const] : [];
  });
}

async function readValue(value: string, key: string, place: string, pile: CertificatePile, zone: string): Promise<ClusterReading> {
  const bytes = Buffer.from(value, 'base64');
  const kind = kindOfContent(bytes, key);
  if (kind === null) return { found: [], skipped: [] };
  if (kind !== 'x509') return readLicense(kind, bytes, { place, isFile: false, zone });
  const skipped = pile.add(bytes, place, false);
  return { found: [], skipped: skipped === null ? [] : [skipped] };
}
