/** Judges a request before anything is resolved or sent: its URL, its headers, and whether its secret may go to that host. */
import { type Denial, deny, type EgressReason, type EgressRequest, type HostBoundSecret, ok, type Result } from '@glidepath/core';
import { isLoopback } from './addresses.ts';

/** Where a request goes, taken apart once; everything after reads this and never the text again. */
export interface RequestTarget {
  readonly url: URL;
  readonly isTls: boolean;
  /** As it is compared, shown, and named in `Host`, SNI and certificates: lower case, no brackets, no dot at the end. */
  readonly host: string;
  /** As it is looked up: a dot at the end says that no search domain is to be tried. */
  readonly lookupName: string;
  readonly port: number;
}

export function targetOf(text: string): Result<RequestTarget, EgressReason> {
  const url = URL.parse(text);
  if (!url) return deny('bad-url', 'The address is no URL; expected one such as https://licenses.example.com/path.');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return deny('scheme-refused', `${url.protocol.slice(0, -1)} is refused; only https and http go out.`, { scheme: url.protocol });
  const lookupName = url.hostname.replace(/^\[|\]$/g, '');
  const host = lookupName.replace(/\.$/, '');
  if (host === '' || host.endsWith('.')) return deny('bad-url', 'The URL names no host.');
  if (url.username !== '' || url.password !== '')
    return deny('bad-url', `The URL for ${host} carries a user or password; put it into a credential that is bound to its host.`, { host });
  const isTls = url.protocol === 'https:';
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
  if (port === 0) return deny('bad-url', `Port 0 of ${host} cannot be dialled.`, { host });
  return ok({ url, isTls, host, lookupName, port });
}

/** Headers that we set ourselves, or that would turn one request into something else. */
const OWN_HEADERS = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Headers that are secrets wherever they appear; they enter as `secret`, which knows its hosts. */
const SECRET_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization']);

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The headers to send, without the secret's; a denial names a header and never its value. */
export function plainHeaders(request: EgressRequest): Result<Record<string, string>, EgressReason> {
  const headers: Record<string, string> = { accept: '*/*', 'user-agent': 'glidepath' };
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    const lower = name.toLowerCase();
    if (!HEADER_NAME.test(name) || typeof value !== 'string' || !HEADER_VALUE.test(value)) return unsendable(name);
    if (OWN_HEADERS.has(lower)) return deny('bad-request', `The header ${lower} is set by the connection itself; leave it out.`);
    if (SECRET_HEADERS.has(lower))
      return deny('bad-request', `The header ${lower} is a secret; give it as a credential that is bound to its hosts.`);
    headers[lower] = value;
  }
  return ok({ ...headers, 'accept-encoding': 'gzip, deflate, br' });
}

/** Refuses a secret that is bound to other hosts. Decided before the name is even looked up; its value is never named. */
export function secretRefusal(secret: HostBoundSecret, { host }: RequestTarget): Denial<EgressReason> | null {
  const name = secret.header.toLowerCase();
  if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(secret.value)) return unsendable(name);
  if (OWN_HEADERS.has(name))
    return deny('bad-request', `The header ${name} is set by the connection itself; it cannot carry a credential.`);
  if (secret.hosts.some((one) => one.toLowerCase() === host)) return null;
  return deny('secret-host', `The credential is bound to ${secret.hosts.join(', ') || 'no host'} and was not sent to ${host}.`, { host });
}

/** Refuses a secret that would cross a wire in the clear. */
export function clearTextRefusal({ host, isTls }: RequestTarget, addresses: readonly string[]): Denial<EgressReason> | null {
  if (isTls || addresses.every(isLoopback)) return null;
  return deny('secret-host', `The credential was not sent to ${host}: it goes over https only, or to this machine itself.`, { host });
}

function unsendable(name: string): Denial<EgressReason> {
  const shown = HEADER_NAME.test(name) ? `The header ${name.toLowerCase()}` : 'A header';
  return deny('bad-request', `${shown} holds characters that HTTP cannot carry; often a line break at the end of a token's file.`);
}
