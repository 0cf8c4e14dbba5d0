/**
 * `Idempotency-Key`: the same request again gets the same answer, and is carried out once.
 *
 * A key belongs to its principal and to one request (method, path, query, body); another request under it is refused. The
 * answer is kept in the change set of the command itself, so that there is no moment in which one exists without the
 * other; of two at once, the second meets a duplicate, is run again, and finds the first one's answer. Kept for 24 h.
 * Answers that hold a secret are sealed. Refusals are not kept: what was wrong may have been mended.
 */
import { after, HOUR, type IdempotencyRecord, type Instant, type Store, type Write } from '@glidepath/core';
import { encodeBase64Url } from '@glidepath/protocol';
import { type Actor, type Answer, answer, type Command, type Refusal, refuse } from './command.ts';
import type { World } from './world.ts';

export const IDEMPOTENCY_MS = 24 * HOUR;
const KEY_FORM = /^[\x21-\x7e]{1,255}$/;
const PURPOSE = 'idempotent-answer';
const utf8 = new TextEncoder();

/** A request that asked to be carried out once. `record` is what is known of it, null for nothing that still counts. */
export interface Once {
  readonly principal: string;
  readonly key: string;
  readonly bodyHash: string;
  readonly record: IdempotencyRecord | null;
  /** A record whose 24 h are over and that goes with the next commit. */
  readonly over: IdempotencyRecord | null;
}

/** Null: the request did not ask, or cannot (reads; callers without a name; commands idempotent by themselves). */
export function asksOnce(command: Command, actor: Actor, key: string | undefined): key is string {
  return key !== undefined && command.method !== 'GET' && command.idempotency !== 'own' && actor.kind !== 'nobody';
}

export function isIdempotencyKey(key: string): boolean {
  return KEY_FORM.test(key);
}

/** What the key is bound to. Parts are length-prefixed, so that no two requests share one text. */
export function requestHash(world: Pick<World, 'crypto'>, parts: readonly string[]): string {
  return encodeBase64Url(world.crypto.sha256(utf8.encode(parts.map((part) => `${part.length}:${part}`).join(''))));
}

export async function recall(store: Store, principal: string, key: string, bodyHash: string, now: Instant): Promise<Once> {
  const [found] = await store.find('idempotency', { principal, key }, { limit: 1 });
  const isOver = found !== undefined && found.expiresAt <= now;
  return { principal, key, bodyHash, record: found === undefined || isOver ? null : found, over: isOver ? found : null };
}

/** The kept answer, or the refusal of a key that stands for another request; null: carry it out. */
export function replay(once: Once, world: World): Answer | Refusal | null {
  if (once.record === null) return null;
  if (once.record.bodyHash !== once.bodyHash) {
    return refuse('idempotency-mismatch', 'This Idempotency-Key was used for another request in the last 24 hours; take a new one.');
  }
  return answer(once.record.status, openAnswer(once.record.answer, world), { 'idempotency-replayed': 'true' });
}

/** The writes that keep an answer, to go into the command's own change set. */
export function keep(once: Once, given: Answer, command: Command, world: World, id: string, now: Instant): readonly Write[] {
  const row: IdempotencyRecord = {
    id,
    principal: once.principal,
    key: once.key,
    bodyHash: once.bodyHash,
    status: given.status,
    answer:
      command.secretAnswer === true ? { sealed: world.seal.seal(utf8.encode(JSON.stringify(given.body)), PURPOSE) } : { plain: given.body },
    createdAt: now,
    expiresAt: after(now, IDEMPOTENCY_MS),
  };
  const over: readonly Write[] = once.over === null ? [] : [{ op: 'delete', table: 'idempotency', id: once.over.id }];
  return [...over, { op: 'insert', table: 'idempotency', row }];
}

function openAnswer(kept: unknown, world: World): unknown {
  const { plain, sealed } = kept as { plain?: unknown; sealed?: string };
  return sealed === undefined ? plain : JSON.parse(new TextDecoder().decode(world.seal.open(sealed, PURPOSE)));
}
