/** Licences that are signed tokens (compact JWS): in a file of their own, or anywhere in JSON or text. */
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
import { compactVerify } from 'jose';
import { createUnparsed, readText } from '../text/index.ts';
import { readClaims } from './claims.ts';
import { type CompactToken, findTokens } from './compact.ts';
import { kindOfToken } from './token-kind.ts';
import { readVerifyingKeys, type VerifyingKey } from './verifying-keys.ts';

const FILE_BYTES_MAX = 8 * 1024 * 1024;

export const jwtConnector: Connector = {
  kind: 'jwt',
  title: 'Licence tokens (JWT)',
  settings: [
    { name: 'file', type: 'file', required: true, about: 'The file that holds the token, such as `/var/lib/grafana/license.jwt`.' },
    {
      name: 'key',
      type: 'file',
      required: false,
      about: "The vendor's public key (PEM, JWK or JWK set), such as `/etc/glidepath/vendor.pem`; without it the signature is not checked.",
    },
  ],
  everyAtLeastMs: 60_000,
  read: readTokens,
  probe,
};

async function probe({ file, key }: Readonly<Record<string, unknown>>, tools: ProbeTools): Promise<ProbeOutcome> {
  if (typeof file !== 'string' || (key !== undefined && typeof key !== 'string'))
    return deny('bad-settings', 'a probe of a licence token has `file`, and may have `key`');
  const bytes = await tools.readFile(file, FILE_BYTES_MAX);
  if (!bytes.ok) return bytes;
  const verifyWith = key === undefined ? null : await tools.readFile(key, FILE_BYTES_MAX);
  if (verifyWith?.ok === false) return verifyWith;
  const snapshot = await readTokens(bytes.value, {
    zone: tools.zone,
    now: tools.now,
    verifyWith: verifyWith?.value ?? null,
    openWith: null,
  });
  if (snapshot.refused !== undefined) return deny(snapshot.refused, snapshot.notes.join('; '));
  if (snapshot.features.length > 0) return ok(snapshot);
  return deny('unreadable', snapshot.notes.at(-1) ?? 'there is no licence token in the file', { unparsedCount: snapshot.unparsedCount });
}

/** One wrong signature refuses the whole file: what it says is somebody's wish. */
export async function readTokens(source: Uint8Array, { verifyWith }: ReadContext): Promise<Snapshot> {
  const { tokens, broken, encrypted } = findTokens(readText(source));
  const unparsed = createUnparsed();
  for (const line of broken) unparsed.add({ number: line, text: '(a token that cannot be decoded)' });
  const keys = verifyWith === null ? null : readVerifyingKeys(verifyWith);
  const features: FeatureReading[] = [];
  const notes: string[] = encrypted.map((line) => `line ${line} holds an encrypted token; it is not read`);
  const issued: Instant[] = [];
  let isRefused = false;
  for (const token of tokens) {
    const kind = kindOfToken(token);
    // Whoever names a file of one token means that token, whatever it looks like; among several only licences count.
    if (!kind.isLicense && tokens.length > 1) continue;
    const verdict = await judge(token, keys);
    notes.push(...(verdict.note === null ? [] : [`line ${token.line}: ${verdict.note}`]));
    if (!verdict.isAccepted) {
      isRefused = true;
      continue;
    }
    if (!kind.isLicense) notes.push(`line ${token.line}: it is ${kind.what}`);
    const reading = readClaims(token.claims);
    features.push(...reading.features);
    notes.push(...reading.notes);
    if (reading.issuedAt !== null) issued.push(reading.issuedAt);
  }
  if (source.length > 0 && tokens.length + broken.length + encrypted.length === 0) unparsed.add({ number: 1, text: '(no token in it)' });
  return {
    ...EMPTY_SNAPSHOT,
    takenAt: issued[0] ?? null,
    features: isRefused ? [] : features,
    unparsed: unparsed.lines,
    unparsedCount: unparsed.count,
    notes: notes.slice(0, NOTES_MAX),
    ...(isRefused ? { refused: 'bad-signature' as const } : {}),
  };
}

const NOTES_MAX = 50;

interface Verdict {
  readonly isAccepted: boolean;
  readonly note: string | null;
}

async function judge({ token, header }: CompactToken, keys: readonly VerifyingKey[] | null): Promise<Verdict> {
  if (keys === null) return { isAccepted: true, note: 'the signature was not checked: no key was given' };
  const algorithm = typeof header.alg === 'string' ? header.alg : 'nothing';
  if (keys.length === 0)
    return { isAccepted: false, note: 'what was given to verify with is no public key (PEM, JWK, JWK set, or an Ed25519 key in hex)' };
  const fitting = keys.filter(
    ({ algorithms, kid }) => algorithms.includes(algorithm) && (kid === null || header.kid === undefined || kid === header.kid),
  );
  for (const { key } of fitting) {
    const isGood = await compactVerify(token, key, { algorithms: [algorithm] }).then(
      () => true,
      () => false,
    );
    if (isGood) return { isAccepted: true, note: null };
  }
  if (fitting.length > 0) return { isAccepted: false, note: 'the signature is not by the key that was given' };
  return {
    isAccepted: false,
    note: `it claims to be signed by ${JSON.stringify(algorithm.slice(0, 20))}, which no key that was given verifies`,
  };
}
