/** Makes Keygen files for tests, from the published format and with keys of its own. */
import {
  constants,
  createCipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';

export interface TestFile {
  readonly kind?: 'license' | 'machine';
  readonly content: unknown;
  readonly signing?: string;
  /** Encrypts it. */
  readonly openWith?: string;
  readonly key?: KeyObject;
}

const fixed = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 9)]),
  ...{ format: 'der', type: 'pkcs8' },
});

export const testKeys = {
  ed25519: { privateKey: fixed, publicKey: createPublicKey(fixed) },
  'ecdsa-p256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'rsa-sha256': generateKeyPairSync('rsa', { modulusLength: 2_048 }),
};

export function testLicenseFile({ kind = 'license', content, signing = 'ed25519', openWith, key }: TestFile): string {
  const enc =
    openWith === undefined ? Buffer.from(JSON.stringify(content)).toString('base64') : encrypted(JSON.stringify(content), openWith);
  const privateKey = key ?? testKeys[signing === 'rsa-pss-sha256' ? 'rsa-sha256' : (signing as 'ed25519')].privateKey;
  const padding =
    signing === 'rsa-pss-sha256' ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_MAX_SIGN } : {};
  const signature = sign(signing === 'ed25519' ? null : 'sha256', Buffer.from(`${kind}/${enc}`), { key: privateKey, ...padding });
  const alg = `${openWith === undefined ? 'base64' : 'aes-256-gcm'}+${signing}`;
  return envelope(kind, { enc, sig: signature.toString('base64'), alg });
}

export function envelope(kind: 'license' | 'machine', payload: unknown): string {
  const body =
    Buffer.from(JSON.stringify(payload))
      .toString('base64')
      .match(/.{1,80}/g) ?? [];
  return `-----BEGIN ${kind.toUpperCase()} FILE-----\n${body.join('\n')}\n-----END ${kind.toUpperCase()} FILE-----\n`;
}

function encrypted(text: string, openWith: string): string {
  // Never like this outside of tests: here the same content gives the same file, so that a seed finds its input again.
  const vector = createHash('sha256').update(text).digest().subarray(0, 12);
  const cipher = createCipheriv('aes-256-gcm', createHash('sha256').update(openWith).digest(), vector);
  const cipherText = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return [cipherText, vector, cipher.getAuthTag()].map((part) => part.toString('base64')).join('.');
}
