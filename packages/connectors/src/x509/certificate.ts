/**
 * One X.509 certificate as runways need it: whose it is, who issued it, until when. Whether anybody should trust it is not
 * decided here: a monitor that stops looking at what it does not trust misses the outage.
 */
import { X509Certificate } from 'node:crypto';
import { type FeatureReading, type Instant, instant, unknownFeature } from '@glidepath/core';

export interface Certificate {
  /** The subject's common name; without one its first alternative name. */
  readonly name: string;
  readonly issuer: string;
  /** Hex, lower case. */
  readonly serial: string;
  readonly startsAt: Instant;
  /** Null: by RFC 5280 it has no well-defined end (`99991231235959Z`). */
  readonly expiresAt: Instant | null;
  /** May it issue others? */
  readonly isAuthority: boolean;
  readonly isSelfSigned: boolean;
  /** Names as they are compared: what issued it, what it would issue under. */
  readonly subjectKey: string;
  readonly issuerKey: string;
  /** SHA-256 of its DER, hex. */
  readonly fingerprint: string;
}

/** RFC 5280 4.1.2.5: the value that says "no end". */
const NO_END = Date.UTC(9999, 11, 31, 23, 59, 59);

/** Null: these bytes are no certificate, or its dates cannot be read. */
export function readCertificate(der: Uint8Array): Certificate | null {
  try {
    return describe(new X509Certificate(der));
  } catch {
    return null;
  }
}

function describe(certificate: X509Certificate): Certificate | null {
  const { validFromDate, validToDate, serialNumber, subject, issuer, subjectAltName, ca, fingerprint256 } = certificate;
  const [startsAt, expiresAt] = [validFromDate.getTime(), validToDate.getTime()];
  if (!Number.isFinite(startsAt) || !Number.isFinite(expiresAt)) return null;
  const serial = (serialNumber ?? '').toLowerCase();
  return {
    name: commonName(subject) ?? firstAlternative(subjectAltName) ?? oneLine(subject) ?? `serial ${serial}`,
    issuer: commonName(issuer) ?? oneLine(issuer) ?? 'an issuer without a name',
    serial,
    startsAt: instant(startsAt),
    expiresAt: expiresAt >= NO_END ? null : instant(expiresAt),
    isAuthority: ca,
    isSelfSigned: subject === issuer,
    subjectKey: subject ?? '',
    issuerKey: issuer ?? '',
    fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

/** The certificate as a row: `pool` tells two of the same name apart, by issuer and the end of the serial number. */
export function featureOf({ name, issuer, serial, expiresAt }: Certificate): FeatureReading {
  return {
    ...unknownFeature(name),
    pool: `${issuer}/${serial.slice(-SERIAL_SHOWN)}`,
    expiresAt,
    ends: expiresAt === null ? 'permanent' : 'dated',
    kind: 'certificate',
  };
}

const SERIAL_SHOWN = 12;

/** The platform writes one attribute per line and escapes what could break one. */
function commonName(names: string | undefined): string | null {
  for (const line of (names ?? '').split('\n')) {
    const found = line.split(' + ').find((part) => part.startsWith('CN='));
    if (found !== undefined && found.length > 3) return unescaped(found.slice(3));
  }
  return null;
}

function oneLine(names: string | undefined): string | null {
  const parts = (names ?? '').split('\n').filter((part) => part !== '');
  return parts.length === 0 ? null : parts.map(unescaped).join(', ');
}

/** `\,` is a comma; `\0A`, a line break, stays as it is written: it is there to be seen. */
function unescaped(text: string): string {
  return text.replace(/\\([^0-9A-Fa-f])/g, '$1');
}

function firstAlternative(names: string | undefined): string | null {
  const first = /^(?:DNS|IP Address|email|URI):("(?:[^"\\]|\\.)*"|[^,]*)/.exec(names ?? '')?.[1];
  if (first === undefined || first === '') return null;
  return first.startsWith('"') ? first.slice(1, -1) : first;
}
