import { DAY } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../node/node-crypto.ts';
import { at, bundle, ENTRIES, ENV, entry, ISS, KEYS, keySetClaims, keySetKeyClaims } from '../test-words.ts';
import { LEASE_TYP, signWord } from '../words/compact.ts';
import type { KeySet, KeySetBundle, KeySetClaims } from './key-set.ts';
import { signKeySet, signKeySetKey, signRoot } from './key-set.ts';
import { type KeySetContext, keySetDigest, openKeySet } from './open-key-set.ts';

const context: KeySetContext = { roots: [KEYS.root.x, KEYS.secondRoot.x], env: ENV, iss: ISS, now: at(DAY), crypto: nodeCrypto };

function open(input: unknown, changes: Partial<KeySetContext> = {}): ReturnType<typeof openKeySet> {
  return openKeySet(input, { ...context, ...changes });
}

function held(changes: Partial<KeySetClaims> = {}): KeySet {
  const opened = open(bundle(changes));
  if (!opened.ok) throw new Error(opened.message);
  return opened.value;
}

function following(set: KeySet, changes: Partial<KeySetClaims> = {}): KeySetBundle {
  return bundle({ version: set.version + 1, previous: set.digest, iatMs: at(1), ...changes });
}

function signedBy(key: typeof KEYS.keySet, changes: Partial<KeySetClaims> = {}, certificate = keySetKeyClaims(key)): KeySetBundle {
  return { keySet: signKeySet(keySetClaims(changes), key), keySetKey: signKeySetKey(certificate, KEYS.root), roots: [] };
}

function root(number: number, key: typeof KEYS.root, by: typeof KEYS.root, changes: object = {}): string {
  return signRoot({ iss: ISS, env: ENV, number, x: key.x, ...changes }, by);
}

describe('open key set', () => {
  it('gives the keys, the digest, and who signed', () => {
    const given = bundle();
    const opened = open(given);
    expect(opened).toEqual({
      ok: true,
      value: { ...keySetClaims(), digest: keySetDigest(given.keySet, nodeCrypto), signedBy: keySetKeyClaims() },
    });
  });

  it('accepts either of two pinned roots', () => {
    const other = { ...bundle(), keySetKey: signKeySetKey(keySetKeyClaims(), KEYS.secondRoot) };
    expect(open(other).ok).toBe(true);
  });

  it.each<[string, string, unknown, Partial<KeySetContext>]>([
    ['malformed', 'nothing', null, {}],
    ['malformed', 'text where the roots are', { ...bundle(), roots: 'x' }, {}],
    ['malformed', 'a lease for a key set', { ...bundle(), keySet: signWord(LEASE_TYP, keySetClaims(), KEYS.keySet) }, {}],
    ['malformed', 'a key under another name', bundle({ keys: [{ ...entry(KEYS.active), kid: KEYS.fresh.kid }] }), {}],
    ['malformed', 'one key twice', bundle({ keys: [entry(KEYS.active), entry(KEYS.active, 'retired')] }), {}],
    [
      'malformed',
      'a certificate whose key has another name',
      signedBy(KEYS.keySet, {}, keySetKeyClaims(KEYS.keySet, { kid: KEYS.fresh.kid })),
      {},
    ],
    ['no-roots', 'no pinned root', bundle(), { roots: [] }],
    ['unknown-root', 'a root that is not pinned', bundle(), { roots: [KEYS.secondRoot.x] }],
    ['unknown-root', 'a certificate with a known name and another signature', forgedCertificate(), {}],
    ['unknown-key-set-key', 'a key set of another key', { ...bundle(), keySet: signKeySet(keySetClaims(), KEYS.nextKeySet) }, {}],
    ['wrong-environment', 'a key set of another environment', bundle({ env: 'staging' }), {}],
    ['wrong-issuer', 'a key set of another issuer', bundle({ iss: 'https://other.example' }), {}],
    [
      'wrong-environment',
      'a certificate of another environment',
      signedBy(KEYS.keySet, {}, keySetKeyClaims(KEYS.keySet, { env: 'staging' })),
      {},
    ],
    ['outside-key-window', 'a key set from before its key', signedBy(KEYS.keySet, {}, keySetKeyClaims(KEYS.keySet, { nbfMs: at(1) })), {}],
    ['outside-key-window', 'a key set from after its key', signedBy(KEYS.keySet, {}, keySetKeyClaims(KEYS.keySet, { endsAt: at(-1) })), {}],
  ])('refuses as %s: %s', (reason, _what, input, changes) => {
    expect(open(input, changes)).toMatchObject({ ok: false, reason });
  });
});

describe('chain of roots', () => {
  const byNext = { ...bundle(), keySetKey: signKeySetKey(keySetKeyClaims(), KEYS.nextRoot) };

  it('accepts root N+1 signed by N, and what it signs', () => {
    expect(open({ ...byNext, roots: [root(3, KEYS.nextRoot, KEYS.secondRoot)] }).ok).toBe(true);
  });

  it('accepts a chain that begins before the pinned roots', () => {
    const roots = [root(2, KEYS.secondRoot, KEYS.stranger), root(3, KEYS.nextRoot, KEYS.secondRoot)];
    expect(open({ ...byNext, roots }, { roots: [KEYS.secondRoot.x] }).ok).toBe(true);
  });

  it('accepts two steps', () => {
    const roots = [root(3, KEYS.fresh, KEYS.secondRoot), root(4, KEYS.nextRoot, KEYS.fresh)];
    expect(open({ ...byNext, roots }).ok).toBe(true);
  });

  it.each<[string, readonly string[]]>([
    ['a root that signed itself', [root(3, KEYS.nextRoot, KEYS.nextRoot)]],
    ['a root signed by a stranger', [root(3, KEYS.nextRoot, KEYS.stranger)]],
    ['a number left out', [root(3, KEYS.fresh, KEYS.secondRoot), root(5, KEYS.nextRoot, KEYS.fresh)]],
    ['numbers out of order', [root(4, KEYS.fresh, KEYS.secondRoot), root(3, KEYS.nextRoot, KEYS.secondRoot)]],
    ['a key that is none', [root(3, KEYS.nextRoot, KEYS.secondRoot, { x: 'AAAA' })]],
    ['a known name with another signature', [forgedRoot()]],
  ])('refuses %s', (_what, roots) => {
    expect(open({ ...byNext, roots })).toMatchObject({ ok: false, reason: 'broken-root-chain' });
  });

  it('refuses a root of another environment', () => {
    const roots = [root(3, KEYS.nextRoot, KEYS.secondRoot, { env: 'staging' })];
    expect(open({ ...byNext, roots })).toMatchObject({ ok: false, reason: 'wrong-environment' });
  });
});

describe('key set after one that is held', () => {
  it('accepts the same again', () => {
    expect(open(bundle(), { held: held() }).ok).toBe(true);
  });

  it('accepts the one that follows', () => {
    const before = held();
    expect(open(following(before), { held: before }).ok).toBe(true);
  });

  it('accepts a later one whose predecessors it has not seen', () => {
    expect(open(bundle({ version: 12, previous: 'unseen' }), { held: held() }).ok).toBe(true);
  });

  it('refuses an older version', () => {
    expect(open(bundle({ version: 6 }), { held: held() })).toMatchObject({ ok: false, reason: 'rollback' });
  });

  it('refuses another document under the same version', () => {
    expect(open(bundle({ iatMs: at(1) }), { held: held() })).toMatchObject({ ok: false, reason: 'broken-chain' });
  });

  it('refuses a follower that names another predecessor', () => {
    const before = held();
    expect(open(following(before, { previous: 'other' }), { held: before })).toMatchObject({ ok: false, reason: 'broken-chain' });
  });

  it('refuses to take back that a key is compromised', () => {
    const before = held();
    for (const status of ['active', 'retired'] as const) {
      const keys = ENTRIES.map((key) => (key.status === 'compromised' ? { ...key, status } : key));
      expect(open(following(before, { keys }), { held: before })).toMatchObject({ ok: false, reason: 'un-compromised' });
    }
  });

  it('accepts that a key is found to be compromised, and that a compromised one is left out', () => {
    const before = held();
    const [active, retired] = ENTRIES;
    if (!active || !retired) throw new Error('samples have both');
    expect(open(following(before, { keys: [{ ...active, status: 'compromised' }, retired] }), { held: before }).ok).toBe(true);
  });
});

describe('key set past its end', () => {
  const late = { now: at(30 * DAY + 1) };

  it('still verifies what is held', () => {
    expect(open(bundle(), { ...late, held: held() }).ok).toBe(true);
  });

  it('introduces no key', () => {
    const before = held();
    const next = following(before, { keys: [...ENTRIES, entry(KEYS.fresh)] });
    expect(open(next, { held: before }).ok).toBe(true);
    expect(open(next, { ...late, held: before })).toMatchObject({ ok: false, reason: 'new-key-past-end' });
  });

  it('is of no use to a client that holds nothing', () => {
    expect(open(bundle(), late)).toMatchObject({ ok: false, reason: 'new-key-past-end' });
  });

  it('opens where it was taken over before', () => {
    expect(open(bundle(), { ...late, isOwnCopy: true }).ok).toBe(true);
  });

  it('ends no later than the key that signed it', () => {
    const short = signedBy(KEYS.keySet, { endsAt: at(400 * DAY) });
    expect(open(short, { now: at(265 * DAY) }).ok).toBe(true);
    expect(open(short, { now: at(265 * DAY + 1) })).toMatchObject({ ok: false, reason: 'new-key-past-end' });
  });

  it('is open at its last instant', () => {
    expect(open(bundle(), { now: at(30 * DAY) }).ok).toBe(true);
  });
});

describe('replaced key-set key', () => {
  const replacement = keySetKeyClaims(KEYS.nextKeySet, { nbfMs: at(-1) });

  it('begins the count of versions anew, so that a thief cannot use it up', () => {
    const stolen = held({ version: Number.MAX_SAFE_INTEGER });
    expect(open(signedBy(KEYS.nextKeySet, { version: 8 }, replacement), { held: stolen }).ok).toBe(true);
  });

  it('does not come back once it was replaced', () => {
    const opened = open(signedBy(KEYS.nextKeySet, {}, replacement));
    if (!opened.ok) throw new Error(opened.message);
    expect(open(bundle({ version: 99 }), { held: opened.value })).toMatchObject({ ok: false, reason: 'older-key-set-key' });
  });

  it('takes back no compromise', () => {
    const keys = [entry(KEYS.compromised)];
    expect(open(signedBy(KEYS.nextKeySet, { keys }, replacement), { held: held() })).toMatchObject({ ok: false, reason: 'un-compromised' });
  });
});

function forgedCertificate(): KeySetBundle {
  const forged = { ...KEYS.stranger, kid: KEYS.root.kid };
  return { ...bundle(), keySetKey: signKeySetKey(keySetKeyClaims(), forged) };
}

function forgedRoot(): string {
  return root(3, KEYS.nextRoot, { ...KEYS.stranger, kid: KEYS.secondRoot.kid });
}
