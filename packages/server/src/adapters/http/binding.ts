/** What is to be said about where the server listens. */
import { isIP } from 'node:net';
import type { HttpOptions } from './http-adapter.ts';

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** One sentence for each thing that an operator should know before the first request. */
export function bindingRemarks({ host = '127.0.0.1', tls, trustedProxies }: HttpOptions): readonly string[] {
  if (isLoopback(host) || tls !== undefined) return [];
  if (trustedProxies !== undefined) return [];
  return [
    `Listening on ${host} without TLS: license keys and tokens cross the network in the clear. Give a certificate, or bind to loopback behind a trusted proxy.`,
  ];
}
