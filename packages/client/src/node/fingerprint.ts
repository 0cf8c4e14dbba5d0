/**
 * What makes this machine itself, for products whose seats are node-locked: pass it to `createClient` as `fingerprint`.
 *
 * A file of its own and not the default, because most products have no business knowing. Only hashes leave the machine.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, hostname, networkInterfaces } from 'node:os';

/**
 * Hashes by component: `machine-id`, `board`, `disk`, `mac`, `host`, `cpu`, the names that a policy's `match` uses. What
 * can be read without rights and without running a program; what this machine does not have, or hides, is left out.
 */
export function machineFingerprint(): Readonly<Record<string, string>> {
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return fingerprintOf({
    'machine-id': textIn('/etc/machine-id'),
    board: ['board_vendor', 'board_name', 'product_name', 'product_version'].map((name) => textIn(`/sys/class/dmi/id/${name}`)).join(' '),
    disk: disks().join(' '),
    mac: interfaces.flatMap(({ internal, mac }) => (internal ? [] : [mac])).sort()[0],
    host: hostname(),
    cpu: cpus()[0]?.model,
  });
}

/** Hashes of components that an application finds itself; each is salted with its own name. */
export function fingerprintOf(components: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const hashed = Object.entries(components).flatMap(([name, value]) => {
    const text = value?.trim() ?? '';
    return text === '' ? [] : [[name, createHash('sha256').update(`${name}\n${text}`).digest('base64url')]];
  });
  return Object.fromEntries(hashed);
}

/** Names of whole disks with their serial numbers in them, as udev gives them; those of partitions and mappings change. */
function disks(): readonly string[] {
  try {
    return readdirSync('/dev/disk/by-id')
      .filter((name) => /^(ata|nvme|scsi|virtio|mmc)-/.test(name) && !/-part\d+$/.test(name))
      .sort();
  } catch {
    return [];
  }
}

function textIn(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
