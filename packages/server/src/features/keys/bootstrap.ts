/**
 * Makes an environment: its roots in memory, the key-set key that they certify, the first signing key and key set.
 *
 * There are two roots, because applications pin two: the second is signed by the first and can take over when the first
 * is lost. Each leaves as a file locked under a passphrase of its own; the plain root is never written anywhere, and what
 * is returned here is all that will ever be seen of it. All records are one change set: an environment exists whole or not.
 */
import { after, type Environment, Fault, type OnlineKey, type RootRecord, type Write } from '@glidepath/core';
import { newId, type SigningKey, signKeySetKey, signRoot } from '@glidepath/protocol';
import type { Change } from '../../command.ts';
import { commitChange } from '../../commit.ts';
import type { World } from '../../world.ts';
import type { Maker } from './key-change.ts';
import { KEY_SET_KEY_MS, membersAt } from './key-plan.ts';
import { makeKeySet, makeOnlineKey } from './key-records.ts';

/** Locks a root's seed under a passphrase, as the text of a file. */
export type LockRoot = (root: RootToLock, passphrase: string) => string;
export interface RootToLock {
  readonly seed: Uint8Array;
  readonly environment: string;
}

/** A root on its way out: shown and written once. */
export interface LeavingRoot {
  readonly number: number;
  readonly x: string;
  readonly kid: string;
  /** Content of the file. */
  readonly file: string;
  readonly passphrase: string;
}

export interface Bootstrapped {
  readonly environment: Environment;
  /** Empty when the environment was there already. */
  readonly roots: readonly LeavingRoot[];
}

const ROOTS = 2;
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** The environment of that name, made if it does not exist. Of two nodes that start at once, one makes it. */
export async function bootstrapEnvironment(
  world: World,
  { name, issuer, lockRoot }: { readonly name: string; readonly issuer: string; readonly lockRoot: LockRoot },
): Promise<Bootstrapped> {
  const existing = await named(world, name);
  if (existing !== null) return { environment: existing, roots: [] };
  const now = world.clock.now();
  const maker: Maker = { world, now, newId: (prefix) => newId(prefix, now, world.entropy) };
  const environment: Environment = { id: maker.newId('env'), name, issuer, createdAt: now };
  const roots = makeRoots(maker, environment, lockRoot);
  const isFirst = (await world.store.get('storeIdentity', 'store')) === null;
  const change = environmentChange(maker, environment, roots, isFirst);
  const result = await commitChange(world, change, { actor: 'first-start', environment: environment.id, now, newId: maker.newId });
  if (result.ok) return { environment, roots: roots.map(({ leaving }) => leaving) };
  const other = await named(world, name);
  if (other === null)
    throw new Fault('environment-not-made', `The environment "${name}" could not be made: ${result.reason} in ${result.table}`, {
      retryable: false,
    });
  return { environment: other, roots: [] };
}

async function named({ store }: World, name: string): Promise<Environment | null> {
  const [environment] = await store.find('environment', { name }, { limit: 1 });
  return environment ?? null;
}

interface MadeRoot {
  readonly row: RootRecord;
  readonly key: SigningKey;
  readonly leaving: LeavingRoot;
}

function makeRoots({ world, now, newId }: Maker, environment: Environment, lockRoot: LockRoot): readonly MadeRoot[] {
  const made: MadeRoot[] = [];
  for (let number = 1; number <= ROOTS; number++) {
    const seed = world.entropy.bytes(32);
    const key = world.crypto.signerFromSeed(seed);
    const passphrase = makePassphrase(world);
    const root = { x: key.x, kid: key.kid, number };
    const file = lockRoot({ seed, environment: environment.name }, passphrase);
    const previous = made.at(-1)?.key ?? null;
    const signedByPrevious =
      previous === null ? null : signRoot({ iss: environment.issuer, env: environment.name, number, x: key.x }, previous);
    const row: RootRecord = {
      id: newId('rot'),
      environment: environment.id,
      ...root,
      signedByPrevious,
      createdAt: now,
      exportedAt: null,
      revision: 0,
    };
    made.push({ row, key, leaving: { ...root, file, passphrase } });
    seed.fill(0);
  }
  return made;
}

/** 120 random bits, in groups that a person can copy; no letter looks like a digit. */
function makePassphrase({ entropy }: World): string {
  const letters = Array.from(entropy.bytes(24), (byte) => ALPHABET.charAt(byte & 31)).join('');
  return (letters.match(/.{4}/g) ?? []).join('-');
}

function environmentChange(maker: Maker, environment: Environment, roots: readonly MadeRoot[], isFirst: boolean): Change {
  const [first] = roots;
  const signing = makeOnlineKey(maker, environment.id, 'sign');
  const keySetKey = makeOnlineKey(maker, environment.id, 'key-set');
  const certified: OnlineKey = {
    ...keySetKey.row,
    certificate: first === undefined ? null : certify(maker, environment, keySetKey.row, first.key),
  };
  const house = { environment, keys: [signing.row, certified], roots: roots.map(({ row }) => row), latest: null, versionMin: 1 };
  const keySet = makeKeySet(maker, house, membersAt([signing.row], 0, maker.now), { row: certified, key: keySetKey.key });
  const identity: Write = { op: 'insert', table: 'storeIdentity', row: { id: 'store', incarnation: 1, createdAt: maker.now, revision: 0 } };
  const writes: readonly Write[] = [
    ...(isFirst ? [identity] : []),
    { op: 'insert', table: 'environment', row: environment },
    ...roots.map(({ row }): Write => ({ op: 'insert', table: 'root', row })),
    { op: 'insert', table: 'onlineKey', row: signing.row },
    { op: 'insert', table: 'onlineKey', row: certified },
    { op: 'insert', table: 'keySet', row: keySet },
  ];
  const facts = { name: environment.name, issuer: environment.issuer, roots: roots.map(({ row }) => row.kid), kid: signing.row.kid };
  return { writes, happened: [{ action: 'environment.made', subject: environment.id, facts }] };
}

function certify({ now }: Maker, { issuer, name }: Environment, { kid, x }: OnlineKey, root: SigningKey): string {
  return signKeySetKey({ iss: issuer, env: name, kid, x, nbfMs: now, endsAt: after(now, KEY_SET_KEY_MS) }, root);
}
