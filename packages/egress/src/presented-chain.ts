/** Takes what a TLS endpoint presents, expired and self-signed ones too, and asks apart whether the platform trusts it. */
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { deny, type EgressReason, ok, type PresentedChain, type Result } from '@glidepath/core';
import { codeOf, connectPinnedTls, type PinnedTarget, type TlsWishes } from './connect-pinned.ts';
import type { Deadline } from './deadline.ts';

/** An endpoint that is read, not trusted: nothing is sent to it, so old versions and weak keys are read as well. */
const UNJUDGED: TlsWishes = { rejectUnauthorized: false, minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' };
const CERTIFICATES_MAX = 20;

/**
 * Shakes hands twice. With an empty trust store Node reports exactly what came over the wire; with the real one it would
 * fill the chain up from the store. The second handshake only answers whether it is trusted, and under which code not.
 */
export async function presentedBy(
  target: PinnedTarget,
  deadline: Deadline,
  trust: TlsWishes,
): Promise<Result<PresentedChain, EgressReason>> {
  const seen = await connectPinnedTls(target, deadline, { ...UNJUDGED, ca: [] });
  if (!seen.ok) return seen;
  const certificates = certificatesOf(seen.value);
  seen.value.destroy();
  if (certificates.length === 0) return deny('tls-failed', `${target.host} presented no certificate.`, { host: target.host });

  const judged = await connectPinnedTls(target, deadline, { ...trust, rejectUnauthorized: false });
  if (!judged.ok) return judged.reason === 'tls-failed' ? ok({ certificates, untrusted: judged.message }) : judged;
  const { authorized, authorizationError } = judged.value;
  judged.value.destroy();
  return ok({ certificates, untrusted: authorized ? null : reasonOf(authorizationError) });
}

function certificatesOf(socket: TLSSocket): readonly Uint8Array[] {
  const certificates: Uint8Array[] = [];
  let one: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (one?.raw && certificates.length < CERTIFICATES_MAX) {
    certificates.push(one.raw);
    one = one.issuerCertificate === one ? undefined : one.issuerCertificate;
  }
  return certificates;
}

/** Node's types say an Error; what it gives is a code, or an error with one. */
function reasonOf(error: unknown): string {
  return typeof error === 'string' ? error : codeOf(error);
}
