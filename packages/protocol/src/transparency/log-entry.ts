/**
 * What of an audit entry is a leaf of the log: its canonical bytes (RFC 8785), with a version.
 *
 * Policies and the status of licenses are in the log by the entries that tell of them: `policy.published` has the digest
 * of the version, and each change of a license its status. So there is one kind of leaf, and its bytes are frozen by
 * vectors in `conformance/`: another order of keys or another way to write a number would be another log.
 */
import type { AuditEntry } from '@glidepath/core';
import type { Crypto } from '../crypto.ts';
import { canonicalize } from '../policy/digest.ts';
import { encodeBase64Url } from '../words/base64url.ts';
import { leafHash } from './merkle.ts';

const utf8 = new TextEncoder();

/** The text whose bytes are the leaf. */
export function auditLeafText({ id, environment, at, actor, action, subject, facts }: AuditEntry): string {
  return canonicalize({ v: 1, id, environment, at, actor, action, subject, facts });
}

/** The hash of the leaf, base64url. */
export function auditLeafHash(entry: AuditEntry, crypto: Pick<Crypto, 'sha256'>): string {
  return encodeBase64Url(leafHash(utf8.encode(auditLeafText(entry)), crypto));
}
