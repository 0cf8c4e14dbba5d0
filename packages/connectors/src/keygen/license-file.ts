/**
 * The envelope of a Keygen licence or machine file: a certificate-like text around base64 of `{enc, sig, alg}`, as Keygen
 * publishes it (keygen.sh/docs/api/cryptography).
 *
 * The signature is over `license/` or `machine/` and `enc` as it is written, encrypted or not. `enc` is base64 of the
 * content, or of ciphertext, initialisation vector and tag with dots between, under AES-256-GCM with SHA-256 of the license
 * key (of a machine file: of license key and fingerprint, one behind the other).
 */
import { constants, createDecipheriv, createHash, verify } from 'node:crypto';
import type { VerifyingKey } from '../jwt/verifying-keys.ts';

export type FileKind = 'license' | 'machine';

export interface LicenseFile {
  readonly kind: FileKind;
  readonly enc: string;
  readonly sig: string;
  readonly isEncrypted: boolean;
  readonly signing: Signing;
  /** Of its BEGIN, from 1. */
  readonly line: number;
}

const SIGNINGS = ['ed25519', 'ecdsa-p256', 'rsa-pss-sha256', 'rsa-sha256'] as const;
export type Signing = (typeof SIGNINGS)[number];

export type FileFound = LicenseFile | { readonly broken: string; readonly line: number };

/** Every licence file in a text, in order; an envelope that cannot be read says why. */
export function findLicenseFiles(text: string): readonly FileFound[] {
  const found: FileFound[] = [];
  const lines = text.split('\n').map((line) => line.trim());
  for (let at = 0; at < lines.length && found.length < FILES_MAX; at += 1) {
    const kind = /^-----BEGIN (LICENSE|MACHINE) FILE-----$/.exec(lines[at] ?? '')?.[1];
    if (kind === undefined) continue;
    const end = lines.indexOf(`-----END ${kind} FILE-----`, at);
    if (end < 0) {
      found.push({ broken: `-----BEGIN ${kind} FILE----- without an end`, line: at + 1 });
      break;
    }
    found.push(envelope(kind === 'LICENSE' ? 'license' : 'machine', lines.slice(at + 1, end).join(''), at + 1));
    at = end;
  }
  return found;
}

const FILES_MAX = 100;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

function envelope(kind: FileKind, body: string, line: number): FileFound {
  const content = BASE64.test(body) ? parsed(Buffer.from(body, 'base64').toString('utf8')) : null;
  const { enc, sig, alg } = content ?? {};
  if (typeof enc !== 'string' || typeof sig !== 'string' || typeof alg !== 'string')
    return { broken: 'a licence file without `enc`, `sig` and `alg`', line };
  const [encoding, signed] = splitOnce(alg, '+');
  const signing = SIGNINGS.find((name) => name === signed);
  if (signing === undefined || (encoding !== 'base64' && encoding !== 'aes-256-gcm'))
    return { broken: `a licence file of an algorithm that is not known: ${JSON.stringify(alg.slice(0, 40))}`, line };
  return { kind, enc, sig, isEncrypted: encoding === 'aes-256-gcm', signing, line };
}

function splitOnce(text: string, between: string): readonly [string, string] {
  const at = text.indexOf(between);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + between.length)];
}

const FITS: Readonly<Record<Signing, string>> = {
  ed25519: 'EdDSA',
  'ecdsa-p256': 'ES256',
  'rsa-pss-sha256': 'PS256',
  'rsa-sha256': 'RS256',
};

/** Whether one of the keys signed it; `no-key`: none of them is of the kind that it claims to be signed by. */
export function isSignedBy({ kind, enc, sig, signing }: LicenseFile, keys: readonly VerifyingKey[]): 'yes' | 'no' | 'no-key' {
  const fitting = keys.filter(({ algorithms }) => algorithms.includes(FITS[signing]));
  if (fitting.length === 0) return 'no-key';
  const [signed, signature] = [Buffer.from(`${kind}/${enc}`), Buffer.from(sig, 'base64')];
  const padding =
    signing === 'rsa-pss-sha256' ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO } : {};
  const isGood = fitting.some(({ key }) => {
    try {
      return verify(signing === 'ed25519' ? null : 'sha256', signed, { key, ...padding }, signature);
    } catch {
      return false;
    }
  });
  return isGood ? 'yes' : 'no';
}

export type Content = Readonly<Record<string, unknown>>;

/** What the file says; null: it is encrypted and this does not open it, or it is no JSON. */
export function contentOf({ enc, isEncrypted }: LicenseFile, openWith: string | null): Content | null {
  if (!isEncrypted) return parsed(Buffer.from(enc, 'base64').toString('utf8'));
  const [text, vector, tag] = enc.split('.').map((part) => Buffer.from(part, 'base64'));
  if (openWith === null || text === undefined || vector?.length !== 12 || tag?.length !== 16) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', createHash('sha256').update(openWith).digest(), vector, { authTagLength: 16 });
    decipher.setAuthTag(tag);
    return parsed(Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8'));
  } catch {
    return null;
  }
}

function parsed(text: string): Content | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Content) : null;
  } catch {
    return null;
  }
}
