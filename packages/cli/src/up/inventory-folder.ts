/**
 * Reads the inventory of the data folder (`inventory/*.yaml`) and applies it when `up` starts. What is wrong there is said
 * and passed over, all or nothing: a broken file never keeps a control plane from starting, and never removes anything.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { ReadSecret } from '@glidepath/agent';
import { connectorNamed } from '@glidepath/connectors';
import type { ChannelDocument, ProbeDocument } from '@glidepath/core';
import type { Log } from '@glidepath/server';
import { type ReadFiles, readInventoryFiles } from '../inventory/read-files.ts';

export interface FolderInventory {
  /** As they were written; empty when anything is wrong. */
  readonly trees: readonly unknown[];
  /** Files and folders that its probes read, exactly: the built-in agent may, and no more. */
  readonly paths: readonly string[];
  readonly channels: readonly ChannelDocument[];
}

const NONE: ReadFiles = { files: [], documents: [], violations: [] };
const NOTHING: FolderInventory = { trees: [], paths: [], channels: [] };

export async function readInventoryFolder(dataDir: string, log: Log): Promise<FolderInventory> {
  const folder = join(dataDir, 'inventory');
  const readStdin = () => Promise.resolve(new Uint8Array());
  const read = existsSync(folder) ? await readInventoryFiles({ readFile, readStdin }, [folder]).catch((error: unknown) => error) : NONE;
  if (read instanceof Error) {
    log.warn('inventory.unreadable', { folder, error: read });
    return NOTHING;
  }
  const { documents, violations } = read as ReadFiles;
  for (const violation of violations.slice(0, VIOLATIONS_SHOWN)) {
    const { file, line, column, message, found, expected } = violation;
    log.warn('inventory.invalid', { at: `${file}:${line}:${column}`, message: `${message}: found ${found}, expected ${expected}` });
  }
  if (violations.length > 0) {
    log.warn('inventory.not-applied', {
      folder,
      message: 'nothing of it was applied; what was applied before stays',
      next: `mend it, then: glidepath apply -f ${folder}`,
    });
    return NOTHING;
  }
  const probes = documents.flatMap(({ document }) => (document.kind === 'Probe' ? [document] : []));
  const channels = documents.flatMap(({ document }) => (document.kind === 'Channel' ? [document] : []));
  return { trees: documents.map(({ tree }) => tree), channels, paths: probes.flatMap(pathsOf) };
}

const VIOLATIONS_SHOWN = 20;

/** What of this machine a probe reads, as its document says it: whoever may write into the data folder may allow that. */
function pathsOf({ probeKind, settings }: ProbeDocument): readonly string[] {
  const rules = connectorNamed(probeKind)?.settings ?? [];
  return rules
    .filter(({ type }) => type === 'file')
    .map(({ name }) => settings[name])
    .filter((path): path is string => typeof path === 'string' && isAbsolute(path));
}

/** What the references of channels stand for; one that cannot be read is said, and left to what is sealed already. */
async function addressesOf(channels: readonly ChannelDocument[], readSecret: ReadSecret, log: Log): Promise<Record<string, object>> {
  const addresses: Record<string, object> = {};
  for (const { name, url, secret } of channels) {
    const [address, key] = [await readSecret(url), secret === null ? null : await readSecret(secret)];
    if (address.ok && (key === null || key.ok)) addresses[name] = { url: address.value, ...(key === null ? {} : { secret: key.value }) };
    else
      log.warn('inventory.reference-unread', { channel: name, message: address.ok ? key?.ok === false && key.message : address.message });
  }
  return addresses;
}

export type Ask = (
  method: 'GET' | 'POST',
  path: string,
  body: string | null,
) => Promise<{ readonly status: number; readonly body: unknown }>;

/** Makes the inventory what the folder says; removes nothing. */
export async function applyInventoryFolder(
  { trees, channels }: FolderInventory,
  ask: Ask,
  readSecret: ReadSecret,
  log: Log,
): Promise<void> {
  if (trees.length === 0) return;
  const addresses = await addressesOf(channels, readSecret, log);
  const { status, body } = await ask('POST', '/v1/inventory', JSON.stringify({ documents: trees, addresses }));
  const { plan = [], detail, violations } = body as { plan?: readonly { action: string }[]; detail?: string; violations?: unknown };
  if (status !== 200) return log.warn('inventory.refused', { status, message: detail, violations });
  const changed = plan.filter(({ action }) => action !== 'none').length;
  if (changed > 0) log.info('inventory.applied', { documents: trees.length, changed });
}
