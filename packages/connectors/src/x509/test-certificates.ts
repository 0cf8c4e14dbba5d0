/** Makes certificates for tests: DER written by hand, signed with one Ed25519 key, so that a thousand of them cost nothing. */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';

export interface TestCertificate {
  /** Common name; null: none, so that the alternative names count. */
  readonly subject: string | null;
  readonly organization?: string;
  /** Common name of the issuer; default: self-signed. */
  readonly issuer?: string;
  /** ISO, such as `2027-01-31T12:00:00Z`. */
  readonly from?: string;
  readonly until: string;
  readonly serial?: number;
  readonly isAuthority?: boolean;
  readonly names?: readonly string[];
}

/** One key for all, and always the same, so that a seed of the fuzzing finds its input again. */
const privateKey = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)]),
  ...{ format: 'der', type: 'pkcs8' },
});
const keys = { privateKey, publicKey: createPublicKey(privateKey) };

function der(tag: number, ...parts: readonly (Uint8Array | number)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : part)));
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const digits = Buffer.from(body.length.toString(16).padStart(body.length > 0xffff ? 6 : body.length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | digits.length]), digits, body]);
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const text = (value: string) => der(0x0c, Buffer.from(value));
const COMMON_NAME = Buffer.from([0x06, 3, 0x55, 4, 3]);
const ORGANIZATION = Buffer.from([0x06, 3, 0x55, 4, 10]);
const ED25519 = sequence(Buffer.from([0x06, 3, 0x2b, 0x65, 0x70]));

function name(common: string | null, organization?: string): Buffer {
  const parts = [
    ...(organization === undefined ? [] : [der(0x31, sequence(ORGANIZATION, text(organization)))]),
    ...(common === null ? [] : [der(0x31, sequence(COMMON_NAME, text(common)))]),
  ];
  return sequence(...parts);
}

function time(iso: string): Buffer {
  const words = iso.replace(/[-T:]/g, '');
  return Number(iso.slice(0, 4)) < 2050 ? der(0x17, Buffer.from(words.slice(2))) : der(0x18, Buffer.from(words));
}

function extensions({ isAuthority = false, names = [] }: TestCertificate): Buffer {
  const constraints = sequence(Buffer.from([0x06, 3, 0x55, 0x1d, 19]), der(0x04, sequence(...(isAuthority ? [der(0x01, 0xff)] : []))));
  const alternatives = sequence(
    Buffer.from([0x06, 3, 0x55, 0x1d, 17]),
    der(0x04, sequence(...names.map((dns) => der(0x82, Buffer.from(dns))))),
  );
  return der(0xa3, sequence(constraints, ...(names.length === 0 ? [] : [alternatives])));
}

let count = 0;

export function testCertificate(given: TestCertificate): Buffer {
  count += 1;
  const { subject, organization, issuer, from = '2020-01-01T00:00:00Z', until, serial = count } = given;
  const own = name(subject, organization);
  const body = sequence(
    der(0xa0, der(0x02, 2)),
    der(0x02, Buffer.from((0x40000000 + serial).toString(16), 'hex')),
    ED25519,
    issuer === undefined ? own : name(issuer),
    sequence(time(from), time(until)),
    own,
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    extensions(given),
  );
  return sequence(body, ED25519, der(0x03, 0, sign(null, body, keys.privateKey)));
}

export function pem(bytes: Uint8Array, label = 'CERTIFICATE'): string {
  const body =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${body.join('\n')}\n-----END ${label}-----\n`;
}

/** A private key as it lies beside a certificate, for tests that look for it where it must not be. */
export function testPrivateKeyPem(): string {
  return keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
