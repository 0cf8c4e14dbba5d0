/** Keys over the API: what clients verify with, and what an admin does to keys. */
import type { Environment, OnlineKey, Store } from '@glidepath/core';
import { BundleSchema, jwks, type KeySetKeyClaims } from '@glidepath/protocol';
import { body, CertificateRequest, CompromisedRequest, EnvironmentQuery, JwksAnswer, KeyView, page } from '@glidepath/protocol/http';
import { Type } from 'typebox';
import { answer, type Command, type Context, defineCommand, type Outcome, refuse } from '../../command.ts';
import { nothingCalled } from '../references.ts';
import { changeKeys, NO_WISH, type Wish } from './key-change.ts';
import { certifiedKeyAt } from './key-plan.ts';
import { bundleOf, type KeyHouse, latestSet, readKeyHouse } from './key-records.ts';
import { signingKeyAt } from './keyring.ts';
import { longestWordMs } from './longest-word.ts';

export function keyView({ kid, use, x, status, notBefore, signsUntil, statusAt, certificate }: OnlineKey) {
  return { kid, use, x, status, notBefore, signsUntil, statusAt, ...(use === 'key-set' ? { isCertified: certificate !== null } : {}) };
}

const list = defineCommand({
  name: 'key.list',
  method: 'GET',
  path: '/v1/keys',
  summary: 'Lists the online keys of the environment, also those that have ended',
  auth: 'viewer',
  query: body(EnvironmentQuery),
  answers: { 200: page(KeyView) },
  async run({ store, environment }) {
    const { keys } = await readKeyHouse(store, environment);
    return answer(200, { items: keys.map(keyView), next: null });
  },
});

const RotateRequest = body({
  use: Type.Optional(Type.Enum(['sign', 'key-set'], { description: 'Default: `sign`. A new key-set key waits for its certificate.' })),
});

const rotate = defineCommand({
  name: 'key.rotate',
  method: 'POST',
  path: '/v1/keys/rotate',
  summary: 'Makes a new key at once; the one before goes on verifying',
  auth: 'admin',
  body: RotateRequest,
  bodyOptional: true,
  answers: { 201: KeyView },
  async run(context) {
    const isKeySet = context.body.use === 'key-set';
    return carryOut(context, await readKeyHouse(context.store, context.environment), {
      ...NO_WISH,
      newSigningKey: !isKeySet,
      newKeySetKey: isKeySet,
    });
  },
});

const compromised = defineCommand({
  name: 'key.compromised',
  method: 'POST',
  path: '/v1/keys/{kid}/compromised',
  summary: 'Condemns a key: its words become the cause `trust`, and a new key takes over',
  auth: 'admin',
  body: CompromisedRequest,
  answers: { 201: KeyView, 200: KeyView },
  async run(context) {
    const { kid = '' } = context.params;
    const house = await readKeyHouse(context.store, context.environment);
    const key = house.keys.find((each) => each.kid === kid);
    if (key === undefined) return nothingCalled('key', kid);
    if (key.status === 'compromised') return answer(200, keyView(key));
    const others = house.keys.filter((each) => each !== key);
    const newSigningKey = key.use === 'sign' && signingKeyAt(others, context.now) === null;
    const newKeySetKey = key.use === 'key-set' && !others.some((each) => each.use === 'key-set' && each.status === 'active');
    return carryOut(
      context,
      house,
      { ...NO_WISH, newSigningKey, newKeySetKey, statuses: [{ key, status: 'compromised' }] },
      { of: kid, reason: context.body.reason },
    );
  },
});

const certificate = defineCommand({
  name: 'key.certify',
  method: 'POST',
  path: '/v1/keys/key-set-certificate',
  summary: 'Takes over a key-set key with the certificate that a root signed for it',
  auth: 'admin',
  body: CertificateRequest,
  answers: { 201: KeyView },
  async run(context) {
    const house = await readKeyHouse(context.store, context.environment);
    const claims = claimsOf(context.body.certificate);
    const waiting = house.keys.find(
      (key) => key.use === 'key-set' && key.certificate === null && key.kid === claims?.kid && key.status === 'active',
    );
    if (claims === null || waiting === undefined) {
      return refuse(
        'certificate-invalid',
        'The certificate is not for a key-set key that waits for one; `POST /v1/keys/rotate {"use":"key-set"}` makes one.',
      );
    }
    if (claims.nbfMs > context.now || claims.endsAt <= context.now)
      return refuse('certificate-invalid', 'The certificate does not count now.');
    const inUse = certifiedKeyAt(house.keys, context.now);
    if (inUse !== null && claims.nbfMs < inUse.notBefore) {
      return refuse('certificate-invalid', 'The certificate is older than that of the key in use.');
    }
    const certified: OnlineKey = { ...waiting, certificate: context.body.certificate, notBefore: claims.nbfMs, signsUntil: claims.endsAt };
    const before = house.keys.filter((key) => key.use === 'key-set' && key.certificate !== null && key.status === 'active');
    const statuses = before.map((key) => ({ key, status: 'retired' as const }));
    return carryOut(context, house, { ...NO_WISH, certified, statuses });
  },
});

/** Reads without believing: who signed it is judged with the whole bundle, as a client will. */
function claimsOf(compact: string): KeySetKeyClaims | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(compact.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const { kid, nbfMs, endsAt } = claims as Partial<KeySetKeyClaims>;
    return typeof kid === 'string' && Number.isSafeInteger(nbfMs) && Number.isSafeInteger(endsAt) ? (claims as KeySetKeyClaims) : null;
  } catch {
    return null;
  }
}

/** Works the wish out, commits it, and answers with the key that it made or changed. */
async function carryOut(
  context: Context,
  house: KeyHouse,
  wish: Wish,
  why: { of: string; reason: string } | null = null,
): Promise<Outcome> {
  const longest = await longestWordMs(context.store, context.policy);
  const changed = changeKeys(context, house, wish, { keyring: context.keyring, longestWordMs: longest });
  if (!changed.ok)
    return refuse(wish.certified === null ? 'conflict' : 'certificate-invalid', changed.detail, { facts: { reason: changed.reason } });
  const made =
    changed.keys.find((key) => !house.keys.some(({ id }) => id === key.id)) ??
    wish.certified ??
    changed.keys.find((key) => key.kid === why?.of);
  if (changed.change === null || made === undefined) return refuse('conflict', 'There is nothing to change.');
  const happened = changed.change.happened.map((each) => (why === null ? each : { ...each, facts: { ...each.facts, reason: why.reason } }));
  const outcome = await context.commit({ ...changed.change, happened }, answer(201, keyView(made)));
  if (outcome.kind === 'answer') context.keyring.forget(house.environment.id);
  return outcome;
}

const keySet = defineCommand({
  name: 'key-set.show',
  method: 'GET',
  path: '/v1/keyset',
  summary: 'The signed key set with its chain to the roots, as clients fetch it',
  auth: 'viewer',
  admitsLicenseKey: true,
  query: body({ ...EnvironmentQuery }),
  answers: { 200: BundleSchema },
  run: async ({ store, environment }) => answer(200, bundleOf(await readKeyHouse(store, environment))),
});

const publicKeys = defineCommand({
  name: 'key-set.jwks',
  method: 'GET',
  path: '/.well-known/jwks.json',
  summary: 'The keys as any JWT library reads them',
  auth: 'none',
  query: body(EnvironmentQuery),
  answers: { 200: JwksAnswer },
  async run({ store, environment, world }) {
    return answer(200, jwks({ keys: latestSet(await readKeyHouse(store, environment), world)?.keys ?? [] }));
  },
});

export const KEY_COMMANDS: readonly Command[] = [list, rotate, compromised, certificate, keySet, publicKeys];

export async function environmentsOf(store: Store): Promise<readonly Environment[]> {
  return store.find('environment', {}, { limit: 200 });
}
