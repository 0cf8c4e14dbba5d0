/**
 * Decides which addresses may be dialled. It resolves no name and opens no socket.
 *
 * Three standings: `open` (public), `closed` (may be opened by the operator's list of networks) and `never` (no list opens
 * it: cloud metadata answers with credentials to whoever asks, and link-local, multicast and "this host" name no server).
 * An address that carries an IPv4 address inside (mapped, NAT64, 6to4) is judged by the one inside: it ends up there.
 */

/** A block of addresses; `bytes` has 4 or 16 of them. */
export interface Network {
  readonly bytes: readonly number[];
  readonly prefix: number;
}

export type AddressVerdict = { readonly isAllowed: true } | { readonly isAllowed: false; readonly found: string };

const NEVER: readonly (readonly [string, string])[] = [
  ['169.254.0.0/16', 'a link-local or cloud metadata address'],
  ['168.63.129.16/32', 'a cloud metadata address'],
  ['100.100.100.200/32', 'a cloud metadata address'],
  ['192.0.0.192/32', 'a cloud metadata address'],
  ['0.0.0.0/8', 'an unspecified address'],
  ['224.0.0.0/4', 'a multicast address'],
  ['255.255.255.255/32', 'the broadcast address'],
  ['240.0.0.0/4', 'a reserved address'],
  ['fd00:ec2::/32', 'a cloud metadata address'],
  ['fd20:ce::254/128', 'a cloud metadata address'],
  ['fe80::/10', 'a link-local address'],
  ['ff00::/8', 'a multicast address'],
  ['::/128', 'an unspecified address'],
  ['64:ff9b:1::/48', 'a local NAT64 address, which hides where it leads'],
  ['2001::/32', 'a Teredo address, which hides where it leads'],
];

const CLOSED: readonly (readonly [string, string])[] = [
  ['127.0.0.0/8', 'a loopback address'],
  ['10.0.0.0/8', 'a private address'],
  ['172.16.0.0/12', 'a private address'],
  ['192.168.0.0/16', 'a private address'],
  ['100.64.0.0/10', 'a shared (carrier-grade NAT) address'],
  ['192.0.0.0/24', 'a special-purpose address'],
  ['192.0.2.0/24', 'a documentation address'],
  ['192.88.99.0/24', 'a 6to4 relay address'],
  ['198.18.0.0/15', 'a benchmarking address'],
  ['198.51.100.0/24', 'a documentation address'],
  ['203.0.113.0/24', 'a documentation address'],
  ['::1/128', 'a loopback address'],
  ['fc00::/7', 'a private (unique local) address'],
  ['2001:db8::/32', 'a documentation address'],
];

/** Of IPv6 only this is public; whatever the table above does not name lies outside it and is closed too. */
const GLOBAL_UNICAST = '2000::/3';

/** IPv4 inside IPv6: the block, and at which byte the four begin. */
const CARRIERS: readonly (readonly [string, number])[] = [
  ['::ffff:0:0/96', 12],
  ['::ffff:0:0:0/96', 12],
  ['64:ff9b::/96', 12],
  ['2002::/16', 2],
  ['::/96', 12],
];

/** Judges one address as a resolver gives it; `allow` opens closed ones. What is no address is refused. */
export function judgeAddress(address: string, allow: readonly Network[]): AddressVerdict {
  const bytes = addressBytes(address);
  if (!bytes) return { isAllowed: false, found: 'no IP address' };
  return judgeBytes(bytes, allow);
}

/** Says whether an address is this machine itself, so that what is sent there crosses no wire. */
export function isLoopback(address: string): boolean {
  const bytes = addressBytes(address);
  if (!bytes) return false;
  const carried = carriedBytes(bytes) ?? bytes;
  return contains(network('127.0.0.0/8'), carried) || contains(network('::1/128'), bytes);
}

function judgeBytes(bytes: readonly number[], allow: readonly Network[]): AddressVerdict {
  const never = named(NEVER_NETWORKS, bytes);
  if (never) return { isAllowed: false, found: never };
  if (!contains(LOOPBACK_6, bytes)) {
    const carried = carriedBytes(bytes);
    if (carried) return judgeCarried(bytes, carried, allow);
  }
  if (allow.some((one) => contains(one, bytes))) return { isAllowed: true };
  const closed = named(CLOSED_NETWORKS, bytes);
  if (closed) return { isAllowed: false, found: closed };
  if (bytes.length === 16 && !contains(GLOBAL, bytes)) return { isAllowed: false, found: 'an address outside the public range' };
  return { isAllowed: true };
}

function judgeCarried(bytes: readonly number[], carried: readonly number[], allow: readonly Network[]): AddressVerdict {
  const verdict = judgeBytes(carried, allow);
  if (verdict.isAllowed) return verdict;
  if (!named(NEVER_NETWORKS, carried) && allow.some((one) => contains(one, bytes))) return { isAllowed: true };
  return { isAllowed: false, found: `${verdict.found}, written as IPv6` };
}

function carriedBytes(bytes: readonly number[]): readonly number[] | null {
  for (const [block, at] of CARRIER_NETWORKS) if (contains(block, bytes)) return bytes.slice(at, at + 4);
  return null;
}

/** Reads `10.0.0.0/8`, `fd12::/48` or a single address; null: it is none, or has bits beyond its prefix. */
export function parseNetwork(text: string): Network | null {
  const [address = '', length, ...rest] = text.split('/');
  const bytes = addressBytes(address);
  if (!bytes || rest.length > 0 || address.includes('%')) return null;
  const most = bytes.length * 8;
  if (length !== undefined && !/^(?:0|[1-9][0-9]{0,2})$/.test(length)) return null;
  const prefix = length === undefined ? most : Number(length);
  if (prefix > most) return null;
  const hasStrayBits = bytes.some((byte, at) => (byte & ~maskAt(prefix, at)) !== 0);
  return hasStrayBits ? null : { bytes, prefix };
}

export function contains({ bytes: block, prefix }: Network, bytes: readonly number[]): boolean {
  return block.length === bytes.length && block.every((byte, at) => ((bytes[at] ?? 0) & maskAt(prefix, at)) === byte);
}

function maskAt(prefix: number, at: number): number {
  const bits = Math.min(8, Math.max(0, prefix - at * 8));
  return (0xff << (8 - bits)) & 0xff;
}

/** The 4 or 16 bytes of a canonical address; a zone (`%eth0`) is left out. Odd forms of IPv4 are no addresses here. */
export function addressBytes(address: string): readonly number[] | null {
  const [plain = ''] = address.split('%', 1);
  return plain.includes(':') ? sixteenBytes(plain) : fourBytes(plain);
}

function fourBytes(text: string): readonly number[] | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part))) return null;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : null;
}

function sixteenBytes(text: string): readonly number[] | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = groupBytes(halves[0] ?? '');
  const tail = groupBytes(halves[1] ?? '');
  if (!head || !tail) return null;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1) return missing === 0 ? head : null;
  return missing >= 2 ? [...head, ...Array.from({ length: missing }, () => 0), ...tail] : null;
}

function groupBytes(text: string): readonly number[] | null {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [at, group] of groups.entries()) {
    const dotted = group.includes('.') && at === groups.length - 1 ? fourBytes(group) : null;
    if (dotted) bytes.push(...dotted);
    else if (/^[0-9a-f]{1,4}$/i.test(group)) bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff);
    else return null;
  }
  return bytes;
}

function network(text: string): Network {
  const parsed = parseNetwork(text);
  if (!parsed) throw new TypeError(`${text} is no network`);
  return parsed;
}

function named(table: readonly (readonly [Network, string])[], bytes: readonly number[]): string | null {
  return table.find(([block]) => contains(block, bytes))?.[1] ?? null;
}

const NEVER_NETWORKS = NEVER.map(([text, what]) => [network(text), what] as const);
const CLOSED_NETWORKS = CLOSED.map(([text, what]) => [network(text), what] as const);
const CARRIER_NETWORKS = CARRIERS.map(([text, at]) => [network(text), at] as const);
const GLOBAL = network(GLOBAL_UNICAST);
const LOOPBACK_6 = network('::1/128');
