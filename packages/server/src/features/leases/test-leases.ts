/** A server with one license and installations that ask it, as clients do; answers are opened as clients open them. */
import { readFileSync } from 'node:fs';
import { checkPolicy, type Environment, issue, type License, NO_CANDIDATE, type Store, type Write } from '@glidepath/core';
import { hashSecret, newId, newSecret } from '@glidepath/protocol';
import { nodeCrypto } from '@glidepath/protocol/node';
import { digestOf, readPolicy } from '@glidepath/protocol/policy';
import type { ServerOptions } from '../../server.ts';
import { type TestServer, testServer } from '../../test-world.ts';
import type { World } from '../../world.ts';
import { CHECK_COMMANDS } from '../checks/check.ts';
import { latestSet, readKeyHouse } from '../keys/key-records.ts';
import { LEASE_COMMANDS, LEASE_JOBS } from './index.ts';
import { type Installation, installation, type Send } from './test-installation.ts';

type Tree = Record<string, unknown>;

const BUILD_SERVER = new URL('../../../../../examples/policies/build-server.yaml', import.meta.url);

/** The policy of the design with other seats (null: none) and other parts of the plan. */
export function policyTree(seats: Tree | null | undefined, plan: Tree = {}): Tree {
  const { document } = readPolicy(readFileSync(BUILD_SERVER, 'utf8'), nodeCrypto);
  if (document === null) throw new Error('the example policy does not read');
  const tree = structuredClone(document.tree) as { spec: { plans: { team: Tree }; tests?: unknown; guarantees?: unknown } };
  delete tree.spec.tests;
  delete tree.spec.guarantees;
  const { seats: own, ...team } = tree.spec.plans.team;
  tree.spec.plans.team = { ...team, ...plan, ...(seats === null ? {} : { seats: seats ?? own }) };
  return tree;
}

/** One seat and nothing past it. */
export const ONE_SEAT = { limit: 1, kind: 'floating', whenFull: 'deny' } as const;

export interface LeaseServer extends TestServer {
  readonly license: License;
  readonly licenseKey: string;
  readonly environment: Environment;
  /** Of its own license, or of another in the same environment. */
  installation(name: string, own?: Licensed): Installation;
  /** Puts a policy where the license looks for it. */
  promote(tree: Tree): Promise<string>;
  refreshed(): Promise<License>;
}

export interface LeaseServerOptions {
  readonly seats?: Tree | null;
  readonly plan?: Tree;
  readonly startsInMs?: number;
  readonly overrides?: { readonly seats?: number };
  readonly parts?: Partial<World>;
  readonly server?: ServerOptions;
}

const COMMANDS = [...LEASE_COMMANDS, ...CHECK_COMMANDS];

export async function leaseServer(options: LeaseServerOptions = {}): Promise<LeaseServer> {
  const base = await testServer({ commands: COMMANDS, jobs: LEASE_JOBS, ...options.server }, options.parts);
  const { world } = base;
  const [environment] = await world.store.find('environment', { name: 'production' }, { limit: 1 });
  if (environment === undefined) throw new Error('no environment');
  const tree = policyTree(options.seats, options.plan);
  const licensed = await putLicense(world, environment, tree, options);
  const house = await readKeyHouse(world.store, environment);
  const keys = latestSet(house, world);
  if (keys === null) throw new Error('no key set');
  return {
    ...base,
    ...licensed,
    environment,
    installation: (name, own = licensed) =>
      installation({ ...own, environment, keys, crypto: world.crypto, send: sender(base.server) }, name),
    promote: (next) => promote(world, environment, next),
    async refreshed() {
      const license = await world.store.get('license', licensed.license.id);
      if (license === null) throw new Error('the license is gone');
      return license;
    },
  };
}

export interface Licensed {
  readonly license: License;
  readonly licenseKey: string;
}

/** Issues a license in a store that has an environment, and publishes its policy if it is not; also for real databases. */
export async function putLicense(
  world: Pick<World, 'store' | 'clock' | 'entropy' | 'crypto'>,
  environment: Environment,
  tree: Tree,
  options: Pick<LeaseServerOptions, 'startsInMs' | 'overrides'> = {},
): Promise<Licensed> {
  const { entropy, crypto, store } = world;
  const now = world.clock.now();
  const { policy, violations } = checkPolicy(tree);
  if (policy === null) throw new Error(`the policy breaks rules: ${JSON.stringify(violations)}`);
  const digest = digestOf(tree, crypto);
  const fresh = (prefix: Parameters<typeof newId>[0]) => newId(prefix, now, entropy);
  const customer = { id: fresh('cus'), environment: environment.id, name: `Acme ${fresh('cus')}`, createdAt: now, revision: 0 };
  const product = {
    id: fresh('prd'),
    environment: environment.id,
    name: `build-${fresh('prd')}`,
    title: 'Build',
    createdAt: now,
    revision: 0,
  };
  const issued = issue(
    {
      ...{ id: fresh('lic'), environment: environment.id, product: product.id, customer: customer.id, issuer: 'self', ownerTeam: null },
      ...{ policyName: policy.name, policyMode: 'follow' as const, pinnedDigest: null, plan: 'team', policy, digest, expiresAt: null },
      startsAt: (now + (options.startsInMs ?? 0)) as typeof now,
      overrides: options.overrides ?? {},
    },
    { now, by: 'test', incarnation: 1, nextId: () => fresh('trm') },
  );
  if (!issued.ok) throw new Error(issued.message);
  const { license, terms, seats } = issued.value;
  const licenseKey = newSecret('license-key', entropy);
  const key = {
    ...{ id: fresh('lky'), license: license.id, environment: environment.id, hash: hashSecret(licenseKey, crypto), hint: 'glk_' },
    ...{ createdAt: now, expiresAt: null, revokedAt: null, revision: 0 },
  };
  const isPublished = (await store.count('policyVersion', { digest })) > 0;
  await put(store, [
    ...(isPublished ? [] : policyWrites(world, environment, tree, policy.name, digest, null)),
    { op: 'insert', table: 'customer', row: customer },
    { op: 'insert', table: 'product', row: product },
    { op: 'insert', table: 'license', row: license },
    { op: 'insert', table: 'licenseTerms', row: terms },
    { op: 'insert', table: 'seatState', row: seats },
    { op: 'insert', table: 'licenseKey', row: key },
  ]);
  return { license, licenseKey };
}

function policyWrites(
  { clock, entropy }: Pick<World, 'clock' | 'entropy'>,
  environment: Environment,
  tree: Tree,
  name: string,
  digest: string,
  before: { readonly digest: string; readonly revision: number } | null,
): readonly Write[] {
  const now = clock.now();
  const version = { id: newId('pol', now, entropy), digest, name, source: JSON.stringify(tree), tree, createdAt: now, createdBy: 'test' };
  const id = `${environment.id}/${name}`;
  const pointer: Write =
    before === null
      ? {
          op: 'insert',
          table: 'policyPointer',
          row: { id, environment: environment.id, name, digest, previous: null, ...NO_CANDIDATE, setAt: now, revision: 0 },
        }
      : { op: 'update', table: 'policyPointer', id, revision: before.revision, set: { digest, previous: before.digest, setAt: now } };
  return [{ op: 'insert', table: 'policyVersion', row: version }, pointer];
}

async function promote(world: World, environment: Environment, tree: Tree): Promise<string> {
  const { policy, violations } = checkPolicy(tree);
  if (policy === null) throw new Error(`the policy breaks rules: ${JSON.stringify(violations)}`);
  const digest = digestOf(tree, world.crypto);
  const before = await world.store.get('policyPointer', `${environment.id}/${policy.name}`);
  await put(world.store, policyWrites(world, environment, tree, policy.name, digest, before));
  return digest;
}

export async function put(store: Store, writes: readonly Write[]): Promise<void> {
  const result = await store.commit({ writes, audit: [], events: [] });
  if (!result.ok) throw new Error(`not written: ${JSON.stringify(result)}`);
}

export function sender(server: TestServer['server']): Send {
  return (path, licenseKey, body) =>
    server.handle({ method: 'POST', path, headers: { authorization: `Bearer ${licenseKey}` }, body: JSON.stringify(body) });
}
