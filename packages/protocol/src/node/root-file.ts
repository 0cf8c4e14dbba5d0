/**
 * The root's private key at rest: a file that a person keeps, encrypted under a passphrase (scrypt, AES-256-GCM).
 *
 * The public key stands in it in the clear and is authenticated with the rest, so that a file can be told from another
 * without the passphrase, and a swapped name shows. The server never has this file outside `--demo`.
 */
import { createCipheriv, createDecipheriv, scryptSync } from 'node:crypto';
import { deny, type Entropy, ok, type Result } from '@glidepath/core';
import type { SigningKey } from '../crypto.ts';
import { decodeBase64Url, encodeBase64Url } from '../words/base64url.ts';
import { type Check, fields, natural, oneOf, text } from '../words/check.ts';
import { nodeCrypto } from './node-crypto.ts';

/** 128 MiB and about half a second for each guess of the passphrase. */
const SCRYPT = { cost: 2 ** 17, blockSize: 8, parallel: 1 };
/** A file may ask for more, within what a laptop has. */
const SCRYPT_COST_MAX = 2 ** 20;

export interface RootFile {
  readonly kind: 'glidepath-root';
  readonly version: 1;
  readonly env: string;
  readonly kid: string;
  readonly x: string;
  readonly kdf: 'scrypt';
  readonly cost: number;
  readonly blockSize: number;
  readonly parallel: number;
  readonly salt: string;
  readonly cipher: 'aes-256-gcm';
  readonly iv: string;
  readonly tag: string;
  readonly sealed: string;
}

const checkRootFile: Check = fields({
  kind: oneOf('glidepath-root'),
  env: text,
  kid: text,
  x: text,
  kdf: oneOf('scrypt'),
  cost: natural,
  blockSize: natural,
  parallel: natural,
  salt: text,
  cipher: oneOf('aes-256-gcm'),
  iv: text,
  tag: text,
  sealed: text,
});

export type RootFileReason = 'not-a-root-file' | 'wrong-passphrase';

/** Encrypts the seed of a root. The file is as strong as its passphrase; a lower `cost` is for tests. */
export function sealRoot(seed: Uint8Array, passphrase: string, env: string, entropy: Entropy, cost = SCRYPT.cost): RootFile {
  const { kid, x } = nodeCrypto.signerFromSeed(seed);
  const salt = entropy.bytes(16);
  const iv = entropy.bytes(12);
  const scrypt = { ...SCRYPT, cost };
  const cipher = createCipheriv('aes-256-gcm', stretch(passphrase, salt, scrypt), iv);
  cipher.setAAD(bound({ env, kid, x }));
  const sealed = Buffer.concat([cipher.update(seed), cipher.final()]);
  return {
    kind: 'glidepath-root',
    version: 1,
    env,
    kid,
    x,
    kdf: 'scrypt',
    ...scrypt,
    salt: encodeBase64Url(salt),
    cipher: 'aes-256-gcm',
    iv: encodeBase64Url(iv),
    tag: encodeBase64Url(cipher.getAuthTag()),
    sealed: encodeBase64Url(sealed),
  };
}

/** Decrypts a root file. A wrong passphrase and a changed file look the same, as they must. */
export function openRoot(file: unknown, passphrase: string): Result<{ seed: Uint8Array; key: SigningKey; env: string }, RootFileReason> {
  if (checkRootFile(file) !== null || (file as RootFile).version !== 1) return notARootFile();
  const root = file as RootFile;
  const [salt, iv, tag, sealed] = [root.salt, root.iv, root.tag, root.sealed].map(decodeBase64Url);
  if (!salt || iv?.length !== 12 || tag?.length !== 16 || sealed?.length !== 32 || !isBearable(root)) return notARootFile();
  try {
    const decipher = createDecipheriv('aes-256-gcm', stretch(passphrase, salt, root), iv);
    decipher.setAAD(bound(root));
    decipher.setAuthTag(tag);
    const seed = Buffer.concat([decipher.update(sealed), decipher.final()]);
    return ok({ seed, key: nodeCrypto.signerFromSeed(seed), env: root.env });
  } catch {
    return deny('wrong-passphrase', 'The passphrase is wrong, or the file was changed.');
  }
}

function notARootFile(): Result<never, 'not-a-root-file'> {
  return deny('not-a-root-file', 'This is not a root file of version 1.');
}

function isBearable({ cost, blockSize, parallel }: RootFile): boolean {
  return cost >= 2 && cost <= SCRYPT_COST_MAX && Number.isInteger(Math.log2(cost)) && blockSize === 8 && parallel === 1;
}

function stretch(passphrase: string, salt: Uint8Array, { cost, blockSize, parallel }: typeof SCRYPT): Buffer {
  const maxmem = 256 * cost * blockSize;
  return scryptSync(passphrase.normalize('NFKC'), salt, 32, { N: cost, r: blockSize, p: parallel, maxmem });
}

function bound({ env, kid, x }: Pick<RootFile, 'env' | 'kid' | 'x'>): Buffer {
  return Buffer.from(JSON.stringify(['glidepath-root', 1, env, kid, x]));
}
