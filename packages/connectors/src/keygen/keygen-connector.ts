/** Licence and machine files of Keygen: verified by the account's public key, opened by the license key, where these are given. */
import {
  type Connector,
  deny,
  EMPTY_SNAPSHOT,
  type FeatureReading,
  type Instant,
  ok,
  type ProbeOutcome,
  type ProbeTools,
  type ReadContext,
  type Snapshot,
} from '@glidepath/core';
import { readVerifyingKeys } from '../jwt/verifying-keys.ts';
import { createUnparsed, readText } from '../text/index.ts';
import { readContent } from './content.ts';
import { contentOf, findLicenseFiles, isSignedBy, type LicenseFile } from './license-file.ts';

const FILE_BYTES_MAX = 8 * 1024 * 1024;

export const keygenConnector: Connector = {
  kind: 'keygen',
  title: 'Keygen licence files',
  settings: [
    { name: 'file', type: 'file', required: true, about: 'The licence or machine file, such as `/etc/app/license.lic`.' },
    {
      name: 'key',
      type: 'file',
      required: false,
      about: "A file with the account's public key (hex of Ed25519, or PEM); without it the signature is not checked.",
    },
    {
      name: 'license',
      type: 'credential',
      required: false,
      about:
        "A credential of the agent's own file: the license key that opens an encrypted file; of a machine file, with the fingerprint behind it.",
    },
  ],
  everyAtLeastMs: 60_000,
  read: async (source, context) => read(source, context),
  probe,
};

async function probe({ file, key, license }: Readonly<Record<string, unknown>>, tools: ProbeTools): Promise<ProbeOutcome> {
  if (typeof file !== 'string' || (key !== undefined && typeof key !== 'string'))
    return deny('bad-settings', 'a probe of a Keygen file has `file`, and may have `key` and `license`');
  const bytes = await tools.readFile(file, FILE_BYTES_MAX);
  if (!bytes.ok) return bytes;
  const verifyWith = key === undefined ? null : await tools.readFile(key, FILE_BYTES_MAX);
  if (verifyWith?.ok === false) return verifyWith;
  const openWith = typeof license === 'string' ? ((await tools.credential(license))?.value ?? null) : null;
  const snapshot = read(bytes.value, { verifyWith: verifyWith?.value ?? null, openWith });
  if (snapshot.refused !== undefined) return deny(snapshot.refused, snapshot.notes.join('; '));
  if (snapshot.features.length > 0) return ok(snapshot);
  return deny('unreadable', snapshot.notes.at(-1) ?? 'there is no licence file in it', { unparsedCount: snapshot.unparsedCount });
}

/** One wrong signature refuses the whole file: what it says is somebody's wish. */
export function read(source: Uint8Array, { verifyWith, openWith }: Pick<ReadContext, 'verifyWith' | 'openWith'>): Snapshot {
  const files = findLicenseFiles(readText(source));
  const unparsed = createUnparsed();
  const notes: string[] = [];
  const features: FeatureReading[] = [];
  let takenAt: Instant | null = null;
  let isRefused = false;
  for (const file of files) {
    if ('broken' in file) {
      unparsed.add({ number: file.line, text: file.broken });
      continue;
    }
    const refusal = signatureNote(file, verifyWith);
    if (refusal.note !== null) notes.push(refusal.note);
    isRefused ||= refusal.isRefused;
    const content = contentOf(file, openWith);
    const reading = content === null ? null : readContent(content);
    if (content === null && file.isEncrypted)
      notes.push(openWith === null ? CLOSED : 'the file is encrypted, and the license key that was given does not open it');
    else if (reading === null || !reading.isUnderstood) unparsed.add({ number: file.line, text: '(a licence file that holds no license)' });
    features.push(...(reading?.features ?? []));
    notes.push(...(reading?.notes ?? []));
    takenAt ??= reading?.issuedAt ?? null;
  }
  if (source.length > 0 && files.length === 0) unparsed.add({ number: 1, text: '(no licence file in it)' });
  const isOpen = features.length > 0 && !isRefused;
  return {
    ...EMPTY_SNAPSHOT,
    takenAt: isOpen ? takenAt : null,
    features: isOpen ? features : [],
    unparsed: unparsed.lines,
    unparsedCount: unparsed.count,
    notes: notes.slice(0, NOTES_MAX),
    ...(isRefused ? { refused: 'bad-signature' as const } : {}),
  };
}

const NOTES_MAX = 50;
const CLOSED =
  'the file is encrypted: it opens with the license key (a machine file: license key and fingerprint); when it ends is unknown';

function signatureNote(file: LicenseFile, verifyWith: Uint8Array | null): { readonly isRefused: boolean; readonly note: string | null } {
  if (verifyWith === null) return { isRefused: false, note: 'the signature was not checked: no key was given' };
  const signed = isSignedBy(file, readVerifyingKeys(verifyWith));
  if (signed === 'yes') return { isRefused: false, note: null };
  if (signed === 'no') return { isRefused: true, note: 'the signature is not by the key that was given' };
  return { isRefused: true, note: `it claims to be signed by ${file.signing}, which no key that was given verifies` };
}
