/** What the references of channels stand for, read where the documents are applied: the control plane never sees the place. */
import type { ChannelDocument } from '@glidepath/core';
import type { Shell } from '../shell.ts';
import { type FileDocument, type FileViolation, placed } from './read-files.ts';

export interface Address {
  readonly url: string;
  readonly secret?: string;
}

export interface ReadAddresses {
  readonly addresses: Readonly<Record<string, Address>>;
  /** References that lead to nothing; none repeats a value. */
  readonly violations: readonly FileViolation[];
}

export async function readAddresses({ env }: Shell, documents: readonly FileDocument[]): Promise<ReadAddresses> {
  const channels = documents.filter(
    (found): found is FileDocument & { readonly document: ChannelDocument } => found.document.kind === 'Channel',
  );
  if (channels.length === 0) return { addresses: {}, violations: [] };
  const { createSecretReader } = await import('@glidepath/agent');
  const read = createSecretReader(env);
  const addresses: [string, Address][] = [];
  const violations: FileViolation[] = [];
  for (const channel of channels) {
    const { name, url, secret } = channel.document;
    const [address, key] = [await read(url), secret === null ? null : await read(secret)];
    if (!address.ok) violations.push(unread(channel, 'url', address.message));
    if (key?.ok === false) violations.push(unread(channel, 'secret', key.message));
    if (address.ok && key?.ok !== false) addresses.push([name, { url: address.value, ...(key === null ? {} : { secret: key.value }) }]);
  }
  return { addresses: Object.fromEntries(addresses), violations };
}

function unread(channel: FileDocument, key: 'url' | 'secret', message: string): FileViolation {
  return placed(channel, {
    ...{ code: 'reference-unread', path: ['spec', key], subject: 'value', message: 'this reference leads to nothing' },
    ...{ found: message, expected: 'a value on one line', didYouMean: null },
  });
}
