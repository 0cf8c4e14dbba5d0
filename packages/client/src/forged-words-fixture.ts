/** Words that nobody may believe, each made as an attacker would make it. */
import { createHmac } from 'node:crypto';
import { decodeBase64Url, encodeBase64Url, LEASE_TYP, type SigningKey } from '@glidepath/protocol/words';

const utf8 = new TextEncoder();

function part(value: object): string {
  return encodeBase64Url(utf8.encode(JSON.stringify(value)));
}

/** RFC 7518 `none`: no signature at all. */
export function unsigned(claims: object, kid: string): string {
  return `${part({ alg: 'none', typ: LEASE_TYP, kid })}.${part(claims)}.`;
}

/** HS256 with the public key as secret: the classic confusion of algorithms. */
export function macWithPublicKey(claims: object, { kid, x }: SigningKey): string {
  const signed = `${part({ alg: 'HS256', typ: LEASE_TYP, kid })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', decodeBase64Url(x) ?? '')
    .update(signed)
    .digest('base64url')}`;
}

/** Signed by another key under a name, and with a header, of the forger's choice. */
export function signedAs(claims: object, key: SigningKey, header: object): string {
  const signed = `${part({ alg: 'EdDSA', typ: LEASE_TYP, ...header })}.${part(claims)}`;
  return `${signed}.${encodeBase64Url(key.sign(utf8.encode(signed)))}`;
}

/** The claims changed after signing. */
export function tampered(compact: string, differing: object): string {
  const [header, payload, signature] = compact.split('.');
  const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString('utf8')) as object;
  return `${header}.${part({ ...claims, ...differing })}.${signature}`;
}
