/** The one way in which an environment's keys change: new keys, changed states and the key set that says so, in one change. */

import { after, type Instant, invariant, type KeyStatus, type Milliseconds, type OnlineKey, type Write } from '@glidepath/core';
import { KEY_SET_REASONS } from '@glidepath/protocol';
import type { Change, Context, Happening } from '../../command.ts';
import { certifiedKeyAt, HANDOVER_MS, membersAt, needsPublishing } from './key-plan.ts';
import { type KeyHouse, latestSet, makeKeySet, makeOnlineKey, openOwn } from './key-records.ts';
import type { Keyring } from './keyring.ts';

export type Maker = Pick<Context, 'world' | 'now' | 'newId'>;

/** What is to become of the keys. */
export interface Wish {
  /** Makes a key that signs from now on; the one before is relieved. */
  readonly newSigningKey: boolean;
  /** Makes a key-set key that waits for the root's certificate. */
  readonly newKeySetKey: boolean;
  readonly statuses: readonly { readonly key: OnlineKey; readonly status: KeyStatus }[];
  /** A key-set key with the certificate that it got. */
  readonly certified: OnlineKey | null;
}

export const NO_WISH: Wish = { newSigningKey: false, newKeySetKey: false, statuses: [], certified: null };

export type KeyChange =
  | { readonly ok: true; readonly change: Change | null; readonly keys: readonly OnlineKey[] }
  /** `no-key-set-key`: nothing certified may sign a set; `not-acceptable`: a client of ours would refuse the new set. */
  | { readonly ok: false; readonly reason: 'no-key-set-key' | 'not-acceptable'; readonly detail: string };

/**
 * Works out the change. A key that no key set can introduce is never made: without a key-set key that may sign, the keys
 * stay as they are. The result is read as our own clients will read it, before anything is written.
 */
export function changeKeys(maker: Maker, house: KeyHouse, wish: Wish, about: { keyring: Keyring; longestWordMs: Milliseconds }): KeyChange {
  const made = makeWished(maker, house, wish);
  const keys = [...house.keys.map((key) => changed(key, wish, maker.now)), ...made];
  const members = membersAt(keys, about.longestWordMs, maker.now);
  const held = latestSet(house, maker.world);
  const writes = [...made.map(insertKey), ...house.keys.flatMap((key) => updateKey(key, keys))];
  const happened = happenings(house, keys);
  if (wish.certified === null && !needsPublishing(held, members, maker.now)) {
    return { ok: true, change: writes.length === 0 ? null : { writes, happened }, keys };
  }
  const signedBy = certifiedKeyAt(keys, maker.now);
  if (signedBy === null) return { ok: false, reason: 'no-key-set-key', detail: 'No key-set key that the root certified may sign now.' };
  const record = makeKeySet(maker, house, members, { row: signedBy, key: about.keyring.open(signedBy) });
  const opened = openOwn({ ...house, keys, latest: record }, held, maker.world, maker.now);
  if (!opened.ok) return { ok: false, reason: 'not-acceptable', detail: KEY_SET_REASONS[opened.reason] };
  const published: Happening = {
    action: 'key-set.published',
    subject: record.id,
    facts: { version: record.version, kids: members.map(({ kid }) => kid) },
  };
  return {
    ok: true,
    change: { writes: [...writes, { op: 'insert', table: 'keySet', row: record }], happened: [...happened, published] },
    keys,
  };
}

function makeWished(maker: Maker, { environment }: KeyHouse, wish: Wish): readonly OnlineKey[] {
  const uses = [...(wish.newSigningKey ? (['sign'] as const) : []), ...(wish.newKeySetKey ? (['key-set'] as const) : [])];
  return uses.map((use) => makeOnlineKey(maker, environment.id, use).row);
}

function changed(key: OnlineKey, wish: Wish, now: Instant): OnlineKey {
  if (wish.certified !== null && key.id === wish.certified.id) return wish.certified;
  const status = wish.statuses.find((asked) => asked.key.id === key.id)?.status ?? null;
  if (status !== null) return withStatus(key, status, now);
  const isRelieved = wish.newSigningKey && key.use === 'sign' && key.status === 'active';
  return isRelieved ? withStatus(key, 'retired', now) : key;
}

/** Words that a retired key signs after the hand-over are refused. A condemned key keeps its window: its words are the cause `trust`. */
function withStatus(key: OnlineKey, status: KeyStatus, now: Instant): OnlineKey {
  const last = status === 'retired' && key.use === 'sign' ? Math.min(key.signsUntil, after(now, HANDOVER_MS)) : key.signsUntil;
  return { ...key, status, statusAt: now, signsUntil: last as Instant };
}

function insertKey(row: OnlineKey): Write {
  return { op: 'insert', table: 'onlineKey', row };
}

function updateKey(before: OnlineKey, keys: readonly OnlineKey[]): readonly Write[] {
  const now = keys.find((key) => key.id === before.id);
  invariant(now !== undefined, 'keys do not vanish');
  if (now === before) return [];
  const { status, statusAt, notBefore, signsUntil, certificate } = now;
  return [
    {
      op: 'update',
      table: 'onlineKey',
      id: before.id,
      revision: before.revision,
      set: { status, statusAt, notBefore, signsUntil, certificate },
    },
  ];
}

function happenings({ keys: before }: KeyHouse, keys: readonly OnlineKey[]): readonly Happening[] {
  return keys.flatMap((key) => {
    const old = before.find(({ id }) => id === key.id);
    const facts = { kid: key.kid, use: key.use, signsUntil: key.signsUntil };
    if (old === undefined) return [{ action: 'key.made', subject: key.id, facts }];
    if (old.certificate === null && key.certificate !== null) return [{ action: 'key.certified', subject: key.id, facts }];
    return old.status === key.status
      ? []
      : [{ action: `key.${key.status === 'retired' ? 'retired' : 'condemned'}`, subject: key.id, facts }];
  });
}
