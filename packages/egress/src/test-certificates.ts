/** Makes certificates for tests: an authority and leaves signed by it, in a few lines of DER instead of stored keys that end. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
  readonly der: Buffer;
}

export interface TestAuthority extends TestCertificate {
  /** `names` are DNS names or IPv4 addresses. */
  issue(names: readonly string[], ends?: string): TestCertificate;
}

/** UTCTime, as `YYMMDDhhmmssZ`. */
const FAR = '490101000000Z';
const BEGIN = '200101000000Z';

export function createTestAuthority(name = 'Test Authority'): TestAuthority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const own = certificate({
    subject: name,
    issuer: name,
    publicKey: keys.publicKey,
    signWith: keys.privateKey,
    ends: FAR,
    extensions: [basicCa()],
  });
  return {
    ...pem(own, keys.privateKey),
    issue(names, ends = FAR) {
      const leaf = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const der = certificate({
        ...{ subject: names[0] ?? 'leaf', issuer: name, publicKey: leaf.publicKey, signWith: keys.privateKey, ends },
        extensions: [subjectNames(names)],
      });
      return pem(der, leaf.privateKey);
    },
  };
}

interface Wishes {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signWith: KeyObject;
  readonly ends: string;
  readonly extensions: readonly Buffer[];
}

let serial = 1;

function certificate({ subject, issuer, publicKey, signWith, ends, extensions }: Wishes): Buffer {
  const algorithm = sequence(oid('2a8648ce3d040302'));
  serial += 1;
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(0x01, serial >> 8, serial & 0xff)),
    algorithm,
    distinguished(issuer),
    sequence(der(0x17, Buffer.from(BEGIN)), der(0x17, Buffer.from(ends))),
    distinguished(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  return sequence(body, algorithm, der(0x03, Buffer.of(0), sign('sha256', body, signWith)));
}

function basicCa(): Buffer {
  return sequence(oid('551d13'), der(0x01, Buffer.of(0xff)), der(0x04, sequence(der(0x01, Buffer.of(0xff)))));
}

function subjectNames(names: readonly string[]): Buffer {
  const entries = names.map((one) =>
    /^[\d.]+$/.test(one) ? der(0x87, Buffer.from(one.split('.').map(Number))) : der(0x82, Buffer.from(one)),
  );
  return sequence(oid('551d11'), der(0x04, sequence(...entries)));
}

function distinguished(name: string): Buffer {
  return sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))));
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...head), content]);
}

function pem(bytes: Buffer, privateKey: KeyObject): TestCertificate {
  const lines = bytes.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    der: bytes,
  };
}
