/**
 * Opens a connection to addresses that were checked before, and to nothing else.
 *
 * The name is not looked up again: it only says which certificate is expected (SNI and identity), so that a name that is
 * rebound between check and use changes nothing. Several addresses are tried in turn while they do not answer; an answer
 * with a wrong certificate ends the attempt.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls';
import { type Denial, deny, type EgressReason, ok, type Result } from '@glidepath/core';
import type { Deadline } from './deadline.ts';
import { ADDRESSES_TRIED_MAX } from './egress-limits.ts';

export interface PinnedTarget {
  readonly host: string;
  readonly port: number;
  readonly addresses: readonly string[];
}

/** Connects without TLS. */
export async function connectPinned(target: PinnedTarget, deadline: Deadline): Promise<Result<Socket, EgressReason>> {
  const tried = target.addresses.slice(0, ADDRESSES_TRIED_MAX);
  let failed: Denial<EgressReason> = deny('name-not-found', `No address was found for ${target.host}; check the name.`);
  for (const [at, address] of tried.entries()) {
    deadline.doing('connecting');
    const socket = connectTcp({ host: address, port: target.port });
    const code = await settled(socket, 'connect', deadline, deadline.leftMs() / (tried.length - at));
    if (code === null) return ok(socket);
    socket.destroy();
    if (deadline.signal.aborted || (code === 'ETIMEDOUT' && at === tried.length - 1)) return deadline.denial(target.host);
    failed = deny('connection-failed', `${target.host} (${address}, port ${target.port}) did not take the connection: ${code}.`, {
      ...{ host: target.host, address, port: target.port, code },
    });
  }
  return failed;
}

export type TlsWishes = Pick<ConnectionOptions, 'secureContext' | 'ca' | 'rejectUnauthorized' | 'minVersion' | 'ciphers'>;

/** Connects and shakes hands; the certificate must be the host's own unless the wishes say that nothing is judged. */
export async function connectPinnedTls(
  target: PinnedTarget,
  deadline: Deadline,
  wishes: TlsWishes,
): Promise<Result<TLSSocket, EgressReason>> {
  const connected = await connectPinned(target, deadline);
  if (!connected.ok) return connected;
  deadline.doing('shaking hands (TLS)');
  const { host } = target;
  const socket = connectTls({
    ...{ minVersion: 'TLSv1.2', rejectUnauthorized: true },
    ...wishes,
    ...{
      socket: connected.value,
      ALPNProtocols: ['http/1.1'],
      checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
    },
    ...(isIP(host) ? {} : { servername: host }),
  });
  const code = await settled(socket, 'secureConnect', deadline, deadline.leftMs());
  if (code === null) return ok(socket);
  socket.destroy();
  connected.value.destroy();
  if (deadline.signal.aborted || code === 'ETIMEDOUT') return deadline.denial(host);
  return deny('tls-failed', `The TLS handshake with ${host} failed: ${code}. ${adviceFor(code)}`, { host, code });
}

/** Waits for a socket's event; null: it came. Else the code of what came instead. */
function settled(socket: Socket, event: 'connect' | 'secureConnect', deadline: Deadline, limitMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => end('ETIMEDOUT'), limitMs);
    const end = (code: string | null): void => {
      clearTimeout(timer);
      deadline.signal.removeEventListener('abort', aborted);
      resolve(code);
    };
    const aborted = (): void => end('ETIMEDOUT');
    deadline.signal.addEventListener('abort', aborted, { once: true });
    socket.once(event, () => end(null));
    // Stays for the socket's life: an error that comes later belongs to whoever uses it, and must not end the process.
    socket.on('error', (error) => end(codeOf(error)));
    socket.once('close', () => end('ECONNRESET'));
  });
}

/** The stable part of an error: messages of TLS quote certificates, which the other side wrote. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^\w{1,64}$/.test(code) ? code : 'unknown error';
}

function adviceFor(code: string): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'Its certificate is for another name.';
  if (code === 'CERT_HAS_EXPIRED') return 'Its certificate has expired.';
  if (/SELF_SIGNED|UNABLE_TO|ISSUER/.test(code)) return 'Its certificate is signed by nobody this machine trusts; add its authority.';
  return 'Expected TLS 1.2 or later.';
}
