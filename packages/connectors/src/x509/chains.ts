/**
 * Says where a chain ends first. A valid certificate does not help when one above it has ended: AddTrust in May 2020 and
 * the cross-signature of DST Root CA X3 in September 2021 took down clients of certificates that were months from their end.
 *
 * Links are by name alone, among the certificates at hand; which path a client takes is its own business.
 */
import { formatInstant, type Instant } from '@glidepath/core';
import type { Certificate } from './certificate.ts';

export interface ChainEnd {
  readonly leaf: Certificate;
  /** The certificate of the chain that ends first, perhaps the leaf itself. */
  readonly first: Certificate;
  readonly endsAt: Instant | null;
}

/** The leaves among the certificates: those that issued no other of them, and are no authority where there is any such. */
export function leavesOf(certificates: readonly Certificate[]): readonly Certificate[] {
  const issuers = new Set(certificates.filter(({ isSelfSigned }) => !isSelfSigned).map(({ issuerKey }) => issuerKey));
  const ends = certificates.filter(({ subjectKey, isAuthority }) => !isAuthority || !issuers.has(subjectKey));
  const leaves = ends.filter(({ isAuthority }) => !isAuthority);
  return leaves.length > 0 ? leaves : ends;
}

/** For each leaf the earliest end among itself and all that stand above it. */
export function chainEnds(certificates: readonly Certificate[]): readonly ChainEnd[] {
  const bySubject = new Map<string, Certificate[]>();
  for (const one of certificates) bySubject.set(one.subjectKey, [...(bySubject.get(one.subjectKey) ?? []), one].slice(0, SAME_NAME_MAX));
  return leavesOf(certificates).map((leaf) => {
    const first = above(leaf, bySubject).reduce((least, one) => (endOf(one) < endOf(least) ? one : least), leaf);
    return { leaf, first, endsAt: first.expiresAt };
  });
}

/** Cross-signatures give an issuer several certificates of one name. */
const SAME_NAME_MAX = 8;
const ABOVE_MAX = 32;

function above(leaf: Certificate, bySubject: ReadonlyMap<string, readonly Certificate[]>): readonly Certificate[] {
  const found = new Set<Certificate>();
  const waiting = [leaf];
  for (let next = waiting.pop(); next !== undefined && found.size < ABOVE_MAX; next = waiting.pop()) {
    if (next.isSelfSigned) continue;
    for (const issuer of bySubject.get(next.issuerKey) ?? []) {
      if (issuer === leaf || found.has(issuer)) continue;
      found.add(issuer);
      waiting.push(issuer);
    }
  }
  return [...found];
}

function endOf({ expiresAt }: Certificate): number {
  return expiresAt ?? Number.POSITIVE_INFINITY;
}

/** A sentence for a chain that ends before its leaf does; null where the leaf itself is the first to end. */
export function chainNote({ leaf, first, endsAt }: ChainEnd): string | null {
  if (first === leaf || endsAt === null) return null;
  const own = leaf.expiresAt === null ? 'has no end' : `ends ${formatInstant(leaf.expiresAt)}`;
  return `the chain of ${leaf.name} ends first at ${first.name} (issued by ${first.issuer}): ${formatInstant(endsAt)}, while ${leaf.name} itself ${own}; clients whose path runs through it refuse it from then`;
}
