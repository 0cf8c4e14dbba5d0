/** Whether a text is one IP address or a range of them in CIDR notation. What may be reached there is the egress's to decide. */

/** `10.0.0.0/8`, `192.0.2.7`, `fd00::/8`; no names, no zones. */
export function isAddressRange(words: string): boolean {
  const [address = '', bits, more] = words.split('/');
  if (more !== undefined) return false;
  const width = isIpv4(address) ? 32 : isIpv6(address) ? 128 : null;
  if (width === null) return false;
  return bits === undefined || (/^(0|[1-9][0-9]{0,2})$/.test(bits) && Number(bits) <= width);
}

function isIpv4(address: string): boolean {
  const parts = address.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255);
}

function isIpv6(address: string): boolean {
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length < 8 : groups.length === 8;
}
