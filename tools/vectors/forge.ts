/** Words that no honest signer makes: for vectors of what must be refused. */
import { createHmac } from 'node:crypto';
import type { SigningKey } from '@glidepath/protocol/words';

export function b64(value: string | Uint8Array): string {
  return Buffer.from(value).toString('base64url');
}

/** A word with any header, signed truly. */
export function signedAs(header: object, claims: object | string, key: SigningKey): string {
  const signed = `${b64(JSON.stringify(header))}.${b64(typeof claims === 'string' ? claims : JSON.stringify(claims))}`;
  return `${signed}.${b64(key.sign(Buffer.from(signed)))}`;
}

/** `alg: none`, with nothing where the signature is. */
export function unsigned(header: object, claims: object): string {
  return `${b64(JSON.stringify({ ...header, alg: 'none' }))}.${b64(JSON.stringify(claims))}.`;
}

/** HS256 with the public key as the secret: what a library that looks the algorithm up would verify. */
export function keyedWithPublicKey(header: object, claims: object, key: SigningKey): string {
  const signed = `${b64(JSON.stringify({ ...header, alg: 'HS256' }))}.${b64(JSON.stringify(claims))}`;
  return `${signed}.${createHmac('sha256', Buffer.from(key.x, 'base64url')).update(signed).digest('base64url')}`;
}

/** Another text of the same bytes: the unused bits after the last whole byte are not zero. */
export function withTrailingBits(word: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(word.slice(-1));
  return word.slice(0, -1) + alphabet.charAt(last + 1);
}

/** The same signature around other claims. */
export function withClaims(word: string, claims: object): string {
  const [header, , signature] = word.split('.');
  return `${header}.${b64(JSON.stringify(claims))}.${signature}`;
}
