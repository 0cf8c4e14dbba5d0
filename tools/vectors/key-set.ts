/** Vectors of key sets: what a client with pinned roots takes over, and what it does not. */
import { DAY } from '@glidepath/core';
import { jwks, type KeySetBundle, type KeySetClaims, keySetDigest, signKeySet, signKeySetKey, signRoot } from '@glidepath/protocol/keys';
import { nodeCrypto } from '@glidepath/protocol/node';
import { LEASE_TYP, signWord, thumbprint } from '@glidepath/protocol/words';
import {
  at,
  bundle,
  ENTRIES,
  ENV,
  entry,
  ISS,
  KEYS,
  keySetClaims,
  keySetKeyClaims,
  leaseClaims,
} from '../../packages/protocol/src/test-words.ts';

const CONTEXT = { roots: [KEYS.root.x, KEYS.secondRoot.x], env: ENV, iss: ISS, now: at(DAY) };
const held = bundle();
const digest = keySetDigest(held.keySet, nodeCrypto);

function following(changes: Partial<KeySetClaims> = {}): KeySetBundle {
  return bundle({ version: 8, previous: digest, iatMs: at(1), ...changes });
}

function signedBy(key: typeof KEYS.keySet, changes: Partial<KeySetClaims>, certificate = keySetKeyClaims(key)): KeySetBundle {
  return { keySet: signKeySet(keySetClaims(changes), key), keySetKey: signKeySetKey(certificate, KEYS.root), roots: [] };
}

function root(number: number, key: typeof KEYS.root, by: typeof KEYS.root): string {
  return signRoot({ iss: ISS, env: ENV, number, x: key.x }, by);
}

const byNextRoot = { ...held, keySetKey: signKeySetKey(keySetKeyClaims(), KEYS.nextRoot) };
const replacement = keySetKeyClaims(KEYS.nextKeySet, { nbfMs: at(-1) });
const pardoned = ENTRIES.map((key) => (key.status === 'compromised' ? { ...key, status: 'active' as const } : key));
const withFresh = following({ keys: [...ENTRIES, entry(KEYS.fresh)] });
const late = { now: at(30 * DAY + 1) };

const opens = (name: string, input: KeySetBundle, more: object = {}) => ({ name, bundle: input, opens: true, ...more });
const refused = (reason: string, name: string, input: unknown, more: object = {}) => ({ name, bundle: input, refused: reason, ...more });

export const keySetVectors = {
  about:
    'Each bundle is opened in `context`, changed by the row. Where `held` is given, that bundle was opened first, at `context.now`, and is in use.',
  context: CONTEXT,
  claims: keySetClaims(),
  digest,
  rows: [
    opens('signed by the first pinned root', held),
    opens('signed by the second pinned root', { ...held, keySetKey: signKeySetKey(keySetKeyClaims(), KEYS.secondRoot) }),
    opens('signed by root N+1, which root N signed', { ...byNextRoot, roots: [root(3, KEYS.nextRoot, KEYS.secondRoot)] }),
    opens('the same again', held, { held }),
    opens('the one that follows', following(), { held }),
    opens('a later one', bundle({ version: 12, previous: 'unseen' }), { held }),
    opens('with a key found compromised', following({ keys: ENTRIES.map((key) => ({ ...key, status: 'compromised' as const })) }), {
      held,
    }),
    opens('past its end, with no new key', held, { held, context: late }),
    opens('past its end, from our own cache', held, { context: { ...late, isOwnCopy: true } }),
    opens('a lower version by a newer key-set key', signedBy(KEYS.nextKeySet, { version: 1 }, replacement), { held }),
    refused('no-roots', 'no root pinned', held, { context: { roots: [] } }),
    refused('unknown-root', 'a root that is not pinned', held, { context: { roots: [KEYS.secondRoot.x] } }),
    refused('broken-root-chain', 'a root that signed itself', { ...byNextRoot, roots: [root(3, KEYS.nextRoot, KEYS.nextRoot)] }),
    refused('broken-root-chain', 'a number left out', {
      ...byNextRoot,
      roots: [root(3, KEYS.fresh, KEYS.secondRoot), root(5, KEYS.nextRoot, KEYS.fresh)],
    }),
    refused('unknown-key-set-key', 'a set by a key that no root certified', { ...held, keySet: signKeySet(keySetClaims(), KEYS.stranger) }),
    refused('outside-key-window', 'a set from before its key', signedBy(KEYS.keySet, {}, keySetKeyClaims(KEYS.keySet, { nbfMs: at(1) }))),
    refused('wrong-environment', 'of another environment', bundle({ env: 'staging' })),
    refused('wrong-issuer', 'of another issuer', bundle({ iss: 'https://licenses.example.com/staging' })),
    refused('rollback', 'an older version', bundle({ version: 6 }), { held }),
    refused('broken-chain', 'the same version with other content', bundle({ iatMs: at(1) }), { held }),
    refused('broken-chain', 'a follower of another predecessor', following({ previous: 'other' }), { held }),
    refused('new-key-past-end', 'past its end, with a new key', withFresh, { held, context: late }),
    refused('new-key-past-end', 'past its end, for a client that holds nothing', held, { context: late }),
    refused('un-compromised', 'a compromised key made good again', following({ keys: pardoned }), { held }),
    refused('older-key-set-key', 'a replaced key-set key', bundle({ version: 99 }), { held: signedBy(KEYS.nextKeySet, {}, replacement) }),
    refused('malformed', 'nothing', null),
    refused('malformed', 'a key under another name', bundle({ keys: [{ ...entry(KEYS.active), kid: KEYS.fresh.kid }] })),
    refused('malformed', 'a lease for a key set', { ...held, keySet: signWord(LEASE_TYP, leaseClaims(), KEYS.keySet) }),
  ],
};

/** RFC 8037, appendix A.3, and our own sample keys. */
export const thumbprintVectors = {
  about: 'RFC 7638 thumbprints of Ed25519 public keys (`x`, RFC 8037). The first is appendix A.3 of RFC 8037.',
  rows: ['11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', ...Object.values(KEYS).map((key) => key.x)].map((x) => ({
    x,
    thumbprint: thumbprint(x, nodeCrypto),
  })),
};

/** What `/.well-known/jwks.json` says of the sample key set. */
export const jwksVector = jwks({ keys: ENTRIES });
