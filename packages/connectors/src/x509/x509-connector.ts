/**
 * Certificates as licences to be trusted: from a file, a folder, or what a TLS endpoint presents. One feature each.
 *
 * Nothing is verified: a chain that nobody trusts still has an end, and an endpoint that is not trusted is said to be so.
 */
import {
  type Connector,
  deny,
  EMPTY_SNAPSHOT,
  ok,
  type ProbeOutcome,
  type ProbeTools,
  type SettingRule,
  type Snapshot,
} from '@glidepath/core';
import { FAILURE_OF_EGRESS } from '../api/egress-failures.ts';
import { createUnparsed } from '../text/index.ts';
import { type Certificate, featureOf, readCertificate } from './certificate.ts';
import { chainEnds, chainNote } from './chains.ts';
import { type Decoded, decodeCertificates } from './decode.ts';
import { type Compared, compareInstalled, unreadableFile } from './installed.ts';

const FILE_BYTES_MAX = 8 * 1024 * 1024;
const FOLDER_FILES_MAX = 2_000;
const CERTIFICATE_FILE = /\.(?:pem|crt|cer|cert|der|p12|pfx)$/i;
const ENDPOINT = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/[\]]+)):([0-9]{1,5})$/;

const SETTINGS: readonly SettingRule[] = [
  { name: 'file', type: 'file', required: false, about: 'A PEM, DER or PKCS#12 file, such as `/etc/nginx/tls/site.pem`.' },
  {
    name: 'folder',
    type: 'file',
    required: false,
    about: 'A folder whose certificate files are read, not below it, such as `/etc/pki/tls/certs`.',
  },
  {
    name: 'endpoint',
    type: 'text',
    required: false,
    about: 'Host and port that speak TLS, such as `license.example.com:443`. With `file` too, what is presented is held against the file.',
  },
  { name: 'password', type: 'credential', required: false, about: "A credential of the agent's own file that opens a PKCS#12 store." },
];

export const x509Connector: Connector = {
  kind: 'x509',
  title: 'X.509 certificates',
  settings: SETTINGS,
  everyAtLeastMs: 60_000,
  read: async (source, context) => read(source, context.openWith),
  probe,
  latentAt: ({ latent }, at) => latent.filter(({ from }) => from <= at).map(({ act, reason }) => ({ act, reason })),
};

/** A saved file: every certificate in it, with a note for each chain that ends before its leaf. */
export function read(source: Uint8Array, password: string | null): Snapshot {
  return snapshotOf(decodeCertificates(source, password), source.length);
}

function snapshotOf(decoded: Decoded, length: number): Snapshot {
  const unparsed = createUnparsed();
  for (const { line, text } of decoded.broken) unparsed.add({ number: line, text });
  const certificates = decoded.certificates.map(({ certificate }) => certificate);
  if (certificates.length === 0 && unparsed.count === 0 && !decoded.isClosed && length > 0)
    unparsed.add({ number: 1, text: '(no certificate in it)' });
  return {
    ...EMPTY_SNAPSHOT,
    features: certificates.map(featureOf),
    unparsed: unparsed.lines,
    unparsedCount: unparsed.count,
    notes: [...decoded.notes, ...chainNotes(certificates)],
  };
}

const NOTES_MAX = 50;

function chainNotes(certificates: readonly Certificate[]): readonly string[] {
  return chainEnds(certificates)
    .map(chainNote)
    .filter((note) => note !== null)
    .slice(0, NOTES_MAX);
}

async function probe(settings: Readonly<Record<string, unknown>>, tools: ProbeTools): Promise<ProbeOutcome> {
  const { file, folder, endpoint, password } = settings;
  const opens = typeof password === 'string' ? ((await tools.credential(password))?.value ?? null) : null;
  if (typeof endpoint === 'string' && folder === undefined)
    return probeEndpoint(endpoint, typeof file === 'string' ? file : null, opens, tools);
  if (typeof folder === 'string' && file === undefined && endpoint === undefined) return probeFolder(folder, opens, tools);
  if (typeof file === 'string' && folder === undefined) return probeFile(file, opens, tools);
  return deny('bad-settings', 'a probe of certificates has `file`, `folder`, `endpoint`, or `file` and `endpoint`');
}

async function probeFile(file: string, password: string | null, tools: ProbeTools): Promise<ProbeOutcome> {
  const bytes = await tools.readFile(file, FILE_BYTES_MAX);
  if (!bytes.ok) return bytes;
  const snapshot = read(bytes.value, password);
  if (snapshot.features.length > 0) return ok(snapshot);
  return deny('unreadable', snapshot.notes[0] ?? 'there is no certificate in the file', { unparsedCount: snapshot.unparsedCount });
}

async function probeFolder(folder: string, password: string | null, tools: ProbeTools): Promise<ProbeOutcome> {
  const names = await tools.listFolder(folder);
  if (!names.ok) return names;
  const wanted = names.value.filter((name) => CERTIFICATE_FILE.test(name)).toSorted();
  const rows = new Map<string, Snapshot['features'][number]>();
  const notes: string[] = [];
  for (const name of wanted.slice(0, FOLDER_FILES_MAX)) {
    const bytes = await tools.readFile(`${folder.replace(/\/+$/, '')}/${name}`, FILE_BYTES_MAX);
    const snapshot = bytes.ok ? read(bytes.value, password) : null;
    if (snapshot === null || snapshot.features.length === 0)
      notes.push(`${name}: ${bytes.ok ? (snapshot?.notes[0] ?? 'no certificate in it') : bytes.message}`);
    for (const note of snapshot?.features.length ? snapshot.notes : []) notes.push(`${name}: ${note}`);
    for (const feature of snapshot?.features ?? []) rows.set(`${feature.name}\n${feature.pool}`, feature);
  }
  if (wanted.length > FOLDER_FILES_MAX) notes.push(`only the first ${FOLDER_FILES_MAX} of ${wanted.length} certificate files were read`);
  if (rows.size === 0)
    return deny('no-features', 'no file of the folder holds a certificate that can be read', { notes: notes.slice(0, NOTES_MAX) });
  return ok({ ...EMPTY_SNAPSHOT, features: [...rows.values()], notes: notes.slice(0, NOTES_MAX) });
}

async function probeEndpoint(endpoint: string, file: string | null, password: string | null, tools: ProbeTools): Promise<ProbeOutcome> {
  const [, address, name, digits] = ENDPOINT.exec(endpoint) ?? [];
  const [host, port] = [address ?? name, Number(digits)];
  if (host === undefined || !(port >= 1 && port <= 65_535))
    return deny('bad-settings', '`endpoint` is host and port, such as license.example.com:443');
  const answer = await tools.egress.presentedChain(host, port);
  if (!answer.ok) return deny(FAILURE_OF_EGRESS[answer.reason], answer.message, answer.facts);
  const presented = answer.value.certificates.map(readCertificate).filter((one) => one !== null);
  if (presented.length === 0) return deny('unreadable', `${endpoint} presents no certificate that can be read`);
  const compared = file === null ? NOTHING_COMPARED : await compareFile(file, endpoint, presented, password, tools);
  const { untrusted } = answer.value;
  return ok({
    ...EMPTY_SNAPSHOT,
    takenAt: tools.now,
    servers: [{ name: endpoint, state: 'up', reason: null }],
    features: presented.map(featureOf),
    notes: [
      ...(untrusted === null ? [] : [`clients with the usual roots refuse it: ${untrusted}`]),
      ...chainNotes(presented),
      ...compared.notes,
    ],
    latent: compared.latent,
  });
}

const NOTHING_COMPARED: Compared = { notes: [], latent: [] };

async function compareFile(
  file: string,
  endpoint: string,
  presented: readonly Certificate[],
  password: string | null,
  tools: ProbeTools,
): Promise<Compared> {
  const bytes = await tools.readFile(file, FILE_BYTES_MAX);
  if (!bytes.ok) return unreadableFile(file, endpoint, `could not be read: ${bytes.message}`, tools.now);
  const decoded = decodeCertificates(bytes.value, password);
  if (decoded.isClosed) return { notes: [`${file} was not held against ${endpoint}: ${decoded.notes.join('; ')}`], latent: [] };
  if (decoded.certificates.length === 0) return unreadableFile(file, endpoint, 'holds no certificate that can be read', tools.now);
  return compareInstalled(
    decoded.certificates.map(({ certificate }) => certificate),
    presented,
    file,
    endpoint,
  );
}
