/** JSON Schemas of what is signed about keys, and of the bundle in which it crosses the wire. */
import { Type } from 'typebox';
import { instant, natural, orNull, published, text, words } from './parts.ts';

const document = { iss: text('Issuer: one per environment.'), env: text('Environment.') };
const PublicKey = 'Ed25519 public key, base64url.';

export const KeySetSchema = Type.Object(
  {
    ...document,
    version: natural('Raised by one with each change.'),
    iatMs: instant(),
    endsAt: instant('Past it the set still verifies old words, but introduces no key.'),
    previous: orNull(text(), 'base64url SHA-256 of the previous document.'),
    keys: Type.Array(
      Type.Object({
        kid: text('Thumbprint (RFC 7638) of the key.'),
        x: text(PublicKey),
        status: words(['active', 'retired', 'compromised']),
        notBefore: instant('Words signed before are refused.'),
        signsUntil: instant('Words signed after are refused.'),
        statusAt: instant(),
      }),
    ),
  },
  published('key-set', 'Key set', 'Claims of a word of type `glidepath-keyset+jwt`.'),
);

export const KeySetKeySchema = Type.Object(
  {
    ...document,
    kid: text('Thumbprint (RFC 7638) of the key.'),
    x: text(PublicKey),
    nbfMs: instant('A later one replaces an earlier.'),
    endsAt: instant(),
  },
  published('key-set-key', 'Certificate of a key-set key', 'Claims of a word of type `glidepath-keyset-key+jwt`, signed by a root.'),
);

export const RootSchema = Type.Object(
  { ...document, number: natural(), x: text(PublicKey) },
  published('root', 'Next root', 'Claims of a word of type `glidepath-root+jwt`: root N, signed by root N − 1.'),
);

export const BundleSchema = Type.Object(
  {
    keySet: text('Compact JWS.'),
    keySetKey: text('Compact JWS, signed by a root.'),
    roots: Type.Array(text(), { description: 'Compact JWS, by ascending number.' }),
  },
  published('key-set-bundle', 'Key set bundle', 'All that a client needs to get from its pinned roots to the keys.'),
);
