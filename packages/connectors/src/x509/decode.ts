/** Finds the certificates in whatever bytes they come in: PEM with anything around it, DER (one or several), PKCS#12. */
import { readLines } from '../text/index.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { sequenceAt } from './der.ts';
import { pemBlocks } from './pem.ts';
import { readPkcs12 } from './pkcs12.ts';

export interface FoundCertificate {
  readonly certificate: Certificate;
  /** Of the BEGIN in a PEM file; null in binary ones. */
  readonly line: number | null;
}

export interface Decoded {
  /** In the order of the file, each once. */
  readonly certificates: readonly FoundCertificate[];
  /** What should have been a certificate and is none; never more of it than its heading. */
  readonly broken: readonly { readonly line: number; readonly text: string }[];
  readonly notes: readonly string[];
  /** A store that did not open: its password is missing or another one. */
  readonly isClosed: boolean;
}

const CERTIFICATE_LABELS: ReadonlySet<string> = new Set(['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE']);

/** More than any bundle of an operating system has; what lies beyond is counted, not read. */
const CERTIFICATES_MAX = 10_000;

export function decodeCertificates(source: Uint8Array, password: string | null): Decoded {
  const binary = source[0] === 0x30 ? fromBinary(source, password) : null;
  return binary ?? fromPem(source);
}

const NOTHING: Decoded = { certificates: [], broken: [], notes: [], isClosed: false };

function fromPem(source: Uint8Array): Decoded {
  const blocks = pemBlocks(readLines(source));
  const found: FoundCertificate[] = [];
  const broken: { line: number; text: string }[] = [];
  let privateKeys = 0;
  for (const { label, begins, bytes } of blocks) {
    if (label.endsWith('PRIVATE KEY')) privateKeys += 1;
    if (!CERTIFICATE_LABELS.has(label) || found.length >= CERTIFICATES_MAX) continue;
    // A "trusted" certificate has OpenSSL's own words behind it, which are not part of it.
    const der = bytes === null ? null : sequenceAt(bytes, 0);
    const certificate = der === null ? null : readCertificate(der);
    if (certificate === null) broken.push({ line: begins.number, text: begins.text.trim() });
    else found.push({ certificate, line: begins.number });
  }
  const notes = [
    ...(privateKeys > 0 ? [`the file holds ${privateKeys === 1 ? 'a private key' : `${privateKeys} private keys`} as well; not read`] : []),
    ...(blocks.some(({ label }) => label === 'PKCS7') ? ['a PKCS#7 bundle in it is not read: convert it to PEM'] : []),
  ];
  return { ...NOTHING, certificates: distinct(found), broken, notes };
}

/** Null: these bytes only begin like DER. */
function fromBinary(source: Uint8Array, password: string | null): Decoded | null {
  const found: FoundCertificate[] = [];
  let at = 0;
  for (;;) {
    const der = found.length < CERTIFICATES_MAX ? sequenceAt(source, at) : null;
    const certificate = der === null ? null : readCertificate(der);
    if (der === null || certificate === null) break;
    found.push({ certificate, line: null });
    at += der.length;
  }
  if (found.length > 0) return { ...NOTHING, certificates: distinct(found) };
  const store = readPkcs12(source, password ?? '');
  if (store.ok) return fromStore(store.certificates, store.keys);
  if (store.reason === 'not-pkcs12') return null;
  const why = password === null ? 'it needs its password' : `the password does not open it (${store.message})`;
  return {
    ...NOTHING,
    isClosed: true,
    notes: [`a PKCS#12 store that was not read: ${store.reason === 'closed' ? why : store.message}; when its certificates end is unknown`],
  };
}

function fromStore(all: readonly Uint8Array[], keys: number): Decoded {
  const read = all.map(readCertificate);
  const unread = read.filter((certificate) => certificate === null).length;
  return {
    ...NOTHING,
    certificates: distinct(read.flatMap((certificate) => (certificate === null ? [] : [{ certificate, line: null }]))),
    broken: Array.from({ length: unread }, () => ({ line: 1, text: 'a certificate of a PKCS#12 store' })),
    notes: keys > 0 ? [`the store holds ${keys === 1 ? 'a private key' : `${keys} private keys`} as well; not kept`] : [],
  };
}

function distinct(found: readonly FoundCertificate[]): readonly FoundCertificate[] {
  const byPrint = new Map<string, FoundCertificate>();
  for (const one of found) if (!byPrint.has(one.certificate.fingerprint)) byPrint.set(one.certificate.fingerprint, one);
  return [...byPrint.values()];
}
