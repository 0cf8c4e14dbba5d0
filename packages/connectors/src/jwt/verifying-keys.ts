/**
 * The public keys that somebody trusts a vendor's signature by: PEM (key or certificate), JWK, JWK set, or the 64 hex digits
 * of an Ed25519 key.
 *
 * A key says itself by which algorithms it verifies; what a signed text claims about its algorithm is never asked. Secret
 * keys are refused: whoever can verify with one can sign, and a PEM taken for a secret is how `HS256` tokens are forged.
 */
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';

export interface VerifyingKey {
  readonly key: KeyObject;
  /** JOSE names of the algorithms that this key may verify. */
  readonly algorithms: readonly string[];
  readonly kid: string | null;
}

/** Empty: these bytes hold no public key that can verify. */
export function readVerifyingKeys(bytes: Uint8Array): readonly VerifyingKey[] {
  const text = Buffer.from(bytes).toString('utf8').trim();
  if (/^[0-9A-Fa-f]{64}$/.test(text)) return keyOf({ kty: 'OKP', crv: 'Ed25519', x: Buffer.from(text, 'hex').toString('base64url') });
  if (text.startsWith('{')) return fromJson(text);
  const blocks = text.match(/-----BEGIN (?:PUBLIC KEY|RSA PUBLIC KEY|CERTIFICATE)-----[^-]+-----END [A-Z ]+-----/g) ?? [];
  return blocks.flatMap(fromPem);
}

function fromPem(block: string): readonly VerifyingKey[] {
  try {
    const key = block.includes('CERTIFICATE') ? new X509Certificate(block).publicKey : createPublicKey(block);
    return [{ key, algorithms: algorithmsOf(key), kid: null }];
  } catch {
    return [];
  }
}

function fromJson(text: string): readonly VerifyingKey[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const { keys } = value as { keys?: unknown };
  return (Array.isArray(keys) ? keys : [value]).slice(0, KEYS_MAX).flatMap(keyOf);
}

const KEYS_MAX = 100;

function keyOf(jwk: unknown): readonly VerifyingKey[] {
  if (typeof jwk !== 'object' || jwk === null) return [];
  const { kty, alg, kid, use } = jwk as Record<string, unknown>;
  if (kty === 'oct' || use === 'enc') return [];
  try {
    const key = createPublicKey({ key: jwk as Record<string, string>, format: 'jwk' });
    const able = algorithmsOf(key);
    const algorithms = typeof alg === 'string' ? able.filter((name) => name === alg) : able;
    return [{ key, algorithms, kid: typeof kid === 'string' ? kid : null }];
  } catch {
    return [];
  }
}

const BY_CURVE: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };

function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): readonly string[] {
  if (asymmetricKeyType === 'ed25519') return ['EdDSA', 'Ed25519'];
  if (asymmetricKeyType === 'rsa') return ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
  if (asymmetricKeyType === 'rsa-pss') return ['PS256', 'PS384', 'PS512'];
  const curve = BY_CURVE[asymmetricKeyDetails?.namedCurve ?? ''];
  return asymmetricKeyType === 'ec' && curve !== undefined ? [curve] : [];
}
