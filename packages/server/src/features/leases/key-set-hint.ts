/**
 * Which key set is the latest, for an answer to mention. A client that has an older one fetches it, and so learns soon of a
 * key that was condemned; one that never sees the hint learns of new keys from the words that they sign.
 */
import { after, type Instant, SECOND } from '@glidepath/core';
import type { Context } from '../../command.ts';

/** Read again from the store no more often than this, as every answer carries it. */
const KNOWN_FOR_MS = 5 * SECOND;

interface Known {
  readonly version: number;
  readonly until: Instant;
}

interface Memory {
  readonly known: Map<string, Known>;
  /** How often something was forgotten: what was being read meanwhile is not remembered. */
  forgotten: number;
}

const memories = new WeakMap<object, Memory>();

function memoryOf(store: object): Memory {
  const memory = memories.get(store) ?? { known: new Map<string, Known>(), forgotten: 0 };
  memories.set(store, memory);
  return memory;
}

/** The next answer looks again: somebody published one. */
export function forgetKeySetHint(store: object, environment: string): void {
  const memory = memoryOf(store);
  memory.forgotten += 1;
  memory.known.delete(environment);
}

/** Null before an environment has published one. */
export async function keySetHint({
  store,
  environment,
  now,
}: Pick<Context, 'store' | 'environment' | 'now'>): Promise<{ version: number } | null> {
  const memory = memoryOf(store);
  const { known, forgotten } = memory;
  const last = known.get(environment.id);
  if (last !== undefined && now < last.until) return { version: last.version };
  const [latest] = await store.find('keySet', { environment: environment.id }, { limit: 1, newestFirst: true });
  if (latest === undefined) return null;
  if (memory.forgotten === forgotten) known.set(environment.id, { version: latest.version, until: after(now, KNOWN_FOR_MS) });
  return { version: latest.version };
}
