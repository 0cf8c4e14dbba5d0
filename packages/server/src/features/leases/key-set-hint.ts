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

const knownOfStore = new WeakMap<object, Map<string, Known>>();

/** Null before an environment has published one. */
export async function keySetHint({
  store,
  environment,
  now,
}: Pick<Context, 'store' | 'environment' | 'now'>): Promise<{ version: number } | null> {
  const known = knownOfStore.get(store) ?? new Map<string, Known>();
  knownOfStore.set(store, known);
  const last = known.get(environment.id);
  if (last !== undefined && now < last.until) return { version: last.version };
  const [latest] = await store.find('keySet', { environment: environment.id }, { limit: 1, newestFirst: true });
  if (latest === undefined) return null;
  known.set(environment.id, { version: latest.version, until: after(now, KNOWN_FOR_MS) });
  return { version: latest.version };
}
