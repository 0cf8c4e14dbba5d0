/** The key set as any JWT library reads it (RFC 7517, RFC 8037), for `/.well-known/jwks.json`. */
import type { KeySetClaims } from './key-set.ts';

export interface Jwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly use: 'sig';
  readonly alg: 'EdDSA';
}

/**
 * The keys that verify words, oldest first.
 *
 * Compromised keys are left out: a library that knows only "valid or not" must not believe them. Our own client reads
 * the signed key set instead, in which they are the cause `trust` and no cliff.
 */
export function jwks(keySet: Pick<KeySetClaims, 'keys'>): { readonly keys: readonly Jwk[] } {
  const keys = keySet.keys
    .filter((key) => key.status !== 'compromised')
    .map((key): Jwk => ({ kty: 'OKP', crv: 'Ed25519', x: key.x, kid: key.kid, use: 'sig', alg: 'EdDSA' }));
  return { keys };
}
