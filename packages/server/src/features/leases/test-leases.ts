/** A server with one license and installations that ask it, as clients do; answers are opened as clients open them. */
import { readFileSync } from 'node:fs';
import {
  type Counter,
  checkPolicy,
  type Environment,
  issue,
  type LeaseClaims,
  type License,
  type ProofClaims,
  type Store,
  type VerdictClaims,
  type Write,
} from '@glidepath/core';
import {
  type Crypto,
  hashSecret,
  type KeySet,
  newId,
  newSecret,
  openLease,
  openVerdict,
  type SigningKey,
  signProof,
} from '@glidepath/protocol';
import { nodeCrypto } from '@glidepath/protocol/node';
import { digestOf, readPolicy } from '@glidepath/protocol/policy';
import type { CommandResponse } from '../../request.ts';
import type { ServerOptions } from '../../server.ts';
import { type TestServer, testServer } from '../../test-world.ts';
import type { World } from '../../world.ts';
import { CHECK_COMMANDS } from '../checks/check.ts';
import { latestSet, readKeyHouse } from '../keys/key-records.ts';
import { LEASE_COMMANDS, LEASE_JOBS } from './index.ts';

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

export interface Answer {
  readonly status: number;
  /** Of a problem. */
  readonly code: string;
  readonly lease: LeaseClaims | null;
  readonly verdict: VerdictClaims | null;
  readonly word: string | null;
  readonly response: CommandResponse;
}

export interface Asking {
  readonly nonce?: string;
  readonly body?: Tree;
  readonly epoch?: Counter | undefined;
  readonly licenseKey?: string;
}

export interface Installation {
  readonly jkt: string;
  /** A proof by this installation, to be sent to where it does not belong. */
  proof(claims?: Partial<ProofClaims>): string;
  acquire(asking?: Asking): Promise<Answer>;
  /** With the epoch of the last lease that it got, unless another is given. */
  renew(asking?: Asking): Promise<Answer>;
  release(asking?: Asking): Promise<Answer>;
}

export interface LeaseServer extends TestServer {
  readonly license: License;
  readonly licenseKey: string;
  readonly environment: Environment;
  installation(name: string): Installation;
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
    installation: (name) => installation(base, licensed, environment, keys, name),
    promote: (next) => promote(world, environment, next),
    async refreshed() {
      const license = await world.store.get('license', licensed.license.id);
      if (license === null) throw new Error('the license is gone');
      return license;
    },
  };
}

interface Licensed {
  readonly license: License;
  readonly licenseKey: string;
}

/** Issues a license in a store that has an environment; also used where the store is a real database. */
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
  const customer = { id: fresh('cus'), environment: environment.id, name: 'Acme', createdAt: now, revision: 0 };
  const product = { id: fresh('prd'), environment: environment.id, name: 'build', title: 'Build', createdAt: now, revision: 0 };
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
  await put(store, [
    ...policyWrites(world, environment, tree, policy.name, digest, null),
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
          row: { id, environment: environment.id, name, digest, previous: null, setAt: now, revision: 0 },
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

function installation(
  { server, world }: TestServer,
  { license, licenseKey }: Licensed,
  environment: Environment,
  keys: KeySet,
  name: string,
): Installation {
  const key: SigningKey = world.crypto.signerFromSeed(world.crypto.sha256(new TextEncoder().encode(name)));
  let last: LeaseClaims | null = null;
  let count = 0;
  async function ask(op: 'acquire' | 'renew' | 'release', path: string, asking: Asking = {}): Promise<Answer> {
    const nonce = asking.nonce ?? `${name}-nonce-${++count}`;
    const secret = asking.licenseKey ?? licenseKey;
    const epoch = 'epoch' in asking ? asking.epoch : last?.epoch;
    const shown = op === 'acquire' || epoch === undefined ? {} : { lease: last?.jti ?? 'wrd_none', epoch };
    const proof = signProof({ aud: 'glidepath-server', op, nonce, key: hashSecret(secret, world.crypto), ...shown }, key);
    const response = await server.handle({
      ...{ method: 'POST', path, headers: { authorization: `Bearer ${secret}` }, body: JSON.stringify({ proof, ...asking.body }) },
    });
    const answer = opened(response, { nonce, keys, crypto: world.crypto, environment, license: license.id, jkt: key.kid });
    if (answer.lease !== null) last = answer.lease;
    return answer;
  }
  return {
    jkt: key.kid,
    proof: (claims) =>
      signProof({ aud: 'glidepath-server', op: 'acquire', nonce: 'nonce-0001', key: hashSecret(licenseKey, world.crypto), ...claims }, key),
    acquire: (asking) => ask('acquire', '/v1/leases', asking),
    renew: (asking) => ask('renew', '/v1/leases/renew', asking),
    release: (asking) => ask('release', '/v1/leases/release', asking),
  };
}

interface Expected {
  readonly nonce: string;
  readonly keys: KeySet;
  readonly crypto: Crypto;
  readonly environment: Environment;
  readonly license: string;
  readonly jkt: string;
}

/** Every word in an answer has to open as a client would open it. */
function opened(response: CommandResponse, { nonce, keys, crypto, environment, license, jkt }: Expected): Answer {
  const { word = null, code = 'ok' } = response.body as { word?: string; code?: string };
  const context = { keys, crypto, env: environment.name, iss: environment.issuer, nonce, license, holder: jkt };
  const isLease = response.status === 200 && word !== null;
  const lease = isLease ? openLease(word, context) : null;
  const verdict = !isLease && word !== null ? openVerdict(word, context) : null;
  if (lease?.ok === false || verdict?.ok === false) throw new Error(`the word does not open: ${JSON.stringify(lease ?? verdict)}`);
  return { status: response.status, code, lease: lease?.value.claims ?? null, verdict: verdict?.value ?? null, word, response };
}
