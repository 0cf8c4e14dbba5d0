/** LM-X (X-Formation): what `lmxendutil -licstat` prints. It reads what is there and judges nothing. */
import { type Connector, EMPTY_SNAPSHOT, MINUTE, type ReadContext, type Snapshot } from '@glidepath/core';
import { createUnparsed, latentSeatsAt, readLines, runOrRead, runOrReadSettings } from '../text/index.ts';
import { readLicstat } from './licstat.ts';

export const lmxConnector: Connector = {
  kind: 'lmx',
  title: 'LM-X (X-Formation)',
  settings: runOrReadSettings('lmxendutil', '/var/lib/glidepath/licstat.txt'),
  everyAtLeastMs: MINUTE,
  read,
  probe: (settings, tools) => runOrRead(settings, tools, read),
  latentAt: latentSeatsAt,
};

async function read(source: Uint8Array, context: ReadContext): Promise<Snapshot> {
  const unparsed = createUnparsed();
  const reading = readLicstat(readLines(source), context.zone, unparsed);
  return { ...EMPTY_SNAPSHOT, ...reading, unparsed: unparsed.lines, unparsedCount: unparsed.count };
}
