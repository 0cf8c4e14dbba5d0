/** Reads and makes the records of keys: fresh keys with their private part sealed, key sets and the bundle that clients get. */
import {
  after,
  type Environment,
  type Instant,
  invariant,
  type KeySetRecord,
  type OnlineKey,
  type RootRecord,
  type Store,
} from '@glidepath/core';
import {
  type KeySet,
  type KeySetBundle,
  type KeySetClaims,
  keySetDigest,
  openKeySet,
  type SigningKey,
  signKeySet,
} from '@glidepath/protocol';
import type { Context } from '../../command.ts';
import type { World } from '../../world.ts';
import { KEY_SET_KEY_MS, nextKeySet, SIGNS_MS, versionMinOf } from './key-plan.ts';
import { KEYS_MAX, SEALED_KEY } from './keyring.ts';

/** Everything about an environment's keys, as it is now. */
export interface KeyHouse {
  readonly environment: Environment;
  readonly keys: readonly OnlineKey[];
  readonly roots: readonly RootRecord[];
  readonly latest: KeySetRecord | null;
  /** Of the next set that is published. */
  readonly versionMin: number;
}

export async function readKeyHouse(store: Store, environment: Environment): Promise<KeyHouse> {
  const where = { environment: environment.id };
  const [keys, roots, sets, identity] = await Promise.all([
    store.find('onlineKey', where, { limit: KEYS_MAX }),
    store.find('root', where, { limit: KEYS_MAX }),
    store.find('keySet', where, { limit: 5, newestFirst: true }),
    store.get('storeIdentity', 'store'),
  ]);
  const latest = sets.reduce<KeySetRecord | null>((best, set) => (best === null || set.version > best.version ? set : best), null);
  const versionMin = versionMinOf(identity?.incarnation ?? 1);
  return { environment, keys, roots: roots.toSorted((a, b) => a.number - b.number), latest, versionMin };
}

type Maker = Pick<Context, 'world' | 'now' | 'newId'>;

/** A fresh key and its record. The seed leaves this function sealed only. */
export function makeOnlineKey(
  { world, now, newId }: Maker,
  environment: string,
  use: OnlineKey['use'],
): { row: OnlineKey; key: SigningKey } {
  const seed = world.entropy.bytes(32);
  const key = world.crypto.signerFromSeed(seed);
  const row: OnlineKey = {
    id: newId('key'),
    environment,
    kid: key.kid,
    use,
    x: key.x,
    sealed: world.seal.seal(seed, `${SEALED_KEY}:${environment}`),
    status: 'active',
    notBefore: now,
    signsUntil: after(now, use === 'sign' ? SIGNS_MS : KEY_SET_KEY_MS),
    statusAt: now,
    certificate: null,
    revision: 0,
  };
  return { row, key };
}

/** The next key set, signed, as its record. */
export function makeKeySet(
  { world, now, newId }: Maker,
  house: KeyHouse,
  members: KeySetClaims['keys'],
  signedBy: { readonly row: OnlineKey; readonly key: SigningKey },
): KeySetRecord {
  const { environment, latest, versionMin } = house;
  const before = latest === null ? null : { version: latest.version, digest: keySetDigest(latest.document, world.crypto) };
  const claims = nextKeySet({
    issuer: environment.issuer,
    environment: environment.name,
    latest: before,
    versionMin,
    members,
    signedBy: signedBy.row,
    now,
  });
  return {
    id: newId('kst'),
    environment: environment.id,
    version: claims.version,
    document: signKeySet(claims, signedBy.key),
    createdAt: now,
  };
}

/** What clients fetch: the latest set, the certificate of the key that signed it, the chain of roots. Null before the first set. */
export function bundleOf({ latest, keys, roots }: KeyHouse): KeySetBundle | null {
  if (latest === null) return null;
  const kid = kidOf(latest.document);
  const certificate = keys.find((key) => key.kid === kid && key.use === 'key-set')?.certificate ?? null;
  invariant(certificate !== null, 'a key set is signed by a certified key');
  return { keySet: latest.document, keySetKey: certificate, roots: roots.flatMap((root) => root.signedByPrevious ?? []) };
}

/** Reads our own bundle as a client that pins our roots would; `held` is what such a client has. */
export function openOwn(house: KeyHouse, held: KeySet | null, world: World, now: Instant): ReturnType<typeof openKeySet> {
  const { environment, roots } = house;
  return openKeySet(bundleOf(house), {
    roots: roots.map((root) => root.x),
    env: environment.name,
    iss: environment.issuer,
    now,
    crypto: world.crypto,
    held,
  });
}

/** The latest set's claims, verified; null before the first, or when it is past its end with its key gone. */
export function latestSet(house: KeyHouse, world: World): KeySet | null {
  if (house.latest === null) return null;
  const opened = openOwn(house, null, world, house.latest.createdAt);
  invariant(opened.ok, `our own key set opens: ${opened.ok ? '' : opened.reason}`);
  return opened.value;
}

function kidOf(compact: string): string {
  const header: unknown = JSON.parse(Buffer.from(compact.slice(0, compact.indexOf('.')), 'base64url').toString('utf8'));
  return (header as { kid: string }).kid;
}
