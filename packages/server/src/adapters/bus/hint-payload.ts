/**
 * Hints as they cross from node to node: which ones do, and how one is read that anybody with a connection may have sent.
 *
 * Only what is rare is notified. A notification takes a lock that all commits of a database share, so that one per lease would
 * make every acquire wait for every other; leases and use are therefore never told this way.
 */
import type { Hint } from '../../world.ts';

export const CHANNEL = 'glidepath_hint';

/** The first words of types that travel. `RARE_SQL` says the same, and the index of migration 0004 has its text. */
const RARE = new Set(['license', 'held-license', 'policy', 'key', 'key-set', 'root', 'grant', 'environment']);
const RARE_LEASE = 'lease.holder-removed';
export const RARE_SQL = `(split_part(type, '.', 1) = any (array['license', 'held-license', 'policy', 'key', 'key-set', 'root', 'grant', 'environment']) or type = 'lease.holder-removed')`;

const TEXT_MAX = 200;
const PAYLOAD_MAX = 1_000;
const TYPE_FORM = /^[a-z][a-z.-]*$/;

export function isRare(type: string): boolean {
  return type === RARE_LEASE || RARE.has(type.split('.', 1)[0] ?? '');
}

/** Null: too long to be told; the poll behind it tells. */
export function writeHint(node: string, { type, environment, subject, id }: Hint): string | null {
  const payload = JSON.stringify([node, type, environment, subject, id ?? null]);
  return Buffer.byteLength(payload) > PAYLOAD_MAX ? null : payload;
}

/** Null: not one of ours, whatever it is. */
export function readHint(payload: string): { readonly node: string; readonly hint: Hint } | null {
  if (payload.length > PAYLOAD_MAX) return null;
  const found = parsed(payload);
  if (!Array.isArray(found) || found.length !== 5) return null;
  const [node, type, environment, subject, id] = found as readonly unknown[];
  if (!isText(node) || !isText(type) || !isText(subject)) return null;
  if (!(environment === null || isText(environment)) || !(id === null || isText(id))) return null;
  if (!TYPE_FORM.test(type) || !isRare(type)) return null;
  return { node, hint: { type, environment, subject, ...(id === null ? {} : { id }) } };
}

function parsed(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return null;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= TEXT_MAX;
}
