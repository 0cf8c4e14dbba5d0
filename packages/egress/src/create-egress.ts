/**
 * The one way out: decides whether a request may leave, sends it to the address it was judged by, and reads a bounded answer.
 *
 * In this order, each step before anything of the next: the URL and the headers, the secret's hosts, all addresses of the
 * name, https for secrets; then the connection is pinned to those addresses and every byte counts against one deadline.
 * Redirects stay on the same scheme, host and port. No connection is kept, no proxy is read from the environment, and no
 * denial names a path, a query or a secret: webhook addresses are secrets themselves.
 */
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import {
  type Denial,
  deny,
  type Egress,
  type EgressAnswer,
  type EgressReason,
  type EgressRequest,
  type HostBoundSecret,
  invariant,
  ok,
  type PresentedChain,
  type Result,
} from '@glidepath/core';
import { type Network, parseNetwork } from './addresses.ts';
import { connectPinned, connectPinnedTls, type PinnedTarget, type TlsWishes } from './connect-pinned.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { BODY_DEFAULT_BYTES, BODY_MAX_BYTES, REDIRECTS_MAX, TIMEOUT_DEFAULT_MS, TIMEOUT_MAX_MS, within } from './egress-limits.ts';
import { exchange, locationOf, type Outgoing } from './exchange.ts';
import { presentedBy } from './presented-chain.ts';
import { clearTextRefusal, plainHeaders, type RequestTarget, secretRefusal, targetOf } from './request-target.ts';
import { createSystemResolver, type ResolveName, resolveAllowed } from './resolve-name.ts';

export interface EgressOptions {
  /** Networks beyond the public addresses, such as `10.0.0.0/8`. `parseNetwork` says beforehand whether one can be read. */
  readonly allow: readonly string[];
  /** Default: the system's resolver. */
  readonly resolve?: ResolveName;
  /** Certificate authorities in PEM that are trusted beside the platform's own. */
  readonly ca?: readonly string[];
}

export function createEgress(options: EgressOptions): Egress {
  const room: Room = {
    allow: options.allow.map((text) => {
      const network = parseNetwork(text);
      invariant(network, `${text} is no network; expected one such as 10.0.0.0/8`);
      return network;
    }),
    resolve: options.resolve ?? createSystemResolver(),
    tls: trustOf(options.ca ?? []),
  };
  return {
    request: (request) => requestIn(room, request),
    presentedChain: (host, port, timeoutMs) => chainIn(room, host, port, timeoutMs),
  };
}

interface Room {
  readonly allow: readonly Network[];
  readonly resolve: ResolveName;
  readonly tls: TlsWishes;
}

function trustOf(ca: readonly string[]): TlsWishes {
  if (ca.length === 0) return {};
  const secureContext: SecureContext = createSecureContext({ ca: [...getCACertificates('default'), ...ca], minVersion: 'TLSv1.2' });
  return { secureContext };
}

async function requestIn(room: Room, request: EgressRequest): Promise<Result<EgressAnswer, EgressReason>> {
  const target = targetOf(request.url);
  if (!target.ok) return target;
  const outgoing = outgoingOf(request);
  if (!outgoing.ok) return outgoing;
  const refusal = request.secret ? secretRefusal(request.secret, target.value) : null;
  if (refusal) return refusal;
  const deadline = startDeadline(within(request.timeoutMs, TIMEOUT_DEFAULT_MS, TIMEOUT_MAX_MS));
  try {
    const addresses = await addressesIn(room, target.value, deadline);
    if (!addresses.ok) return addresses;
    const inTheClear = request.secret ? clearTextRefusal(target.value, addresses.value) : null;
    if (inTheClear) return inTheClear;
    return await follow(room, withParameter(target.value, request.secret), addresses.value, outgoing.value, deadline);
  } finally {
    deadline.clear();
  }
}

function outgoingOf(request: EgressRequest): Result<Outgoing, EgressReason> {
  const plain = plainHeaders(request);
  if (!plain.ok) return plain;
  const { body, secret } = request;
  return ok({
    method: request.method ?? 'GET',
    headers: secret && secret.parameter === undefined ? { ...plain.value, [secret.header.toLowerCase()]: secret.value } : plain.value,
    body: typeof body === 'string' ? Buffer.from(body) : (body ?? null),
    maxBytes: within(request.maxBytes, BODY_DEFAULT_BYTES, BODY_MAX_BYTES),
  });
}

/** Adds a secret that its vendor takes from the query only. Redirects carry their own query, so that it is sent once. */
function withParameter(target: RequestTarget, secret: HostBoundSecret | undefined): RequestTarget {
  if (secret?.parameter === undefined) return target;
  const url = new URL(target.url);
  url.searchParams.set(secret.parameter, secret.value);
  return { ...target, url };
}

async function addressesIn(
  room: Room,
  names: { readonly host: string; readonly lookupName: string },
  deadline: Deadline,
): Promise<Result<readonly string[], EgressReason>> {
  deadline.doing('looking up its name');
  return (await deadline.race(resolveAllowed(names, room.resolve, room.allow))) ?? deadline.denial(names.host);
}

/** Asks, and asks again where a redirect stays in place: always the addresses that were judged first. */
async function follow(
  room: Room,
  first: RequestTarget,
  addresses: readonly string[],
  outgoing: Outgoing,
  deadline: Deadline,
): Promise<Result<EgressAnswer, EgressReason>> {
  let target = first;
  for (let hop = 0; ; hop += 1) {
    const pinned: PinnedTarget = { host: target.host, port: target.port, addresses };
    const socket = target.isTls ? await connectPinnedTls(pinned, deadline, room.tls) : await connectPinned(pinned, deadline);
    if (!socket.ok) return socket;
    const answer = await exchange(socket.value, target, outgoing, deadline);
    const location = answer.ok ? locationOf(answer.value) : null;
    if (location === null) return answer;
    const next = redirectOf(target, location, outgoing.method, hop);
    if (!next.ok) return next;
    target = next.value;
  }
}

function redirectOf(from: RequestTarget, location: string, method: string, hop: number): Result<RequestTarget, EgressReason> {
  const refuse = (found: string): Denial<EgressReason> =>
    deny('redirect-refused', `${from.host} ${found}; followed are at most ${REDIRECTS_MAX} redirects of reads within one host and port.`, {
      host: from.host,
    });
  if (hop >= REDIRECTS_MAX) return refuse(`redirects more than ${REDIRECTS_MAX} times`);
  if (method !== 'GET' && method !== 'HEAD') return refuse(`redirects a ${method}`);
  const next = targetOf(URL.parse(location, from.url.href)?.href ?? '');
  if (!next.ok) return refuse('redirects to what is no plain http address');
  const { host, port, isTls } = next.value;
  if (host !== from.host || port !== from.port || isTls !== from.isTls)
    return refuse(`redirects to ${host.slice(0, 253)} (${isTls ? 'https' : 'http'}, port ${port})`);
  return next;
}

async function chainIn(room: Room, name: string, port: number, timeoutMs?: number): Promise<Result<PresentedChain, EgressReason>> {
  const isPort = Number.isInteger(port) && port > 0 && port < 65_536;
  const target = targetOf(`https://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}:${isPort ? port : 0}`);
  if (!target.ok) return target;
  if (target.value.url.pathname !== '/' || target.value.port !== port)
    return deny('bad-url', 'Expected a host name and a port, and nothing else.');
  const deadline = startDeadline(within(timeoutMs, TIMEOUT_DEFAULT_MS, TIMEOUT_MAX_MS));
  try {
    const addresses = await addressesIn(room, target.value, deadline);
    if (!addresses.ok) return addresses;
    return await presentedBy({ host: target.value.host, port, addresses: addresses.value }, deadline, room.tls);
  } finally {
    deadline.clear();
  }
}
