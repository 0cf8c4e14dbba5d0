/** OLicense (Optimum): what `olixtool` prints. It reads what is there and judges nothing. */
import { type Connector, EMPTY_SNAPSHOT, MINUTE, type ReadContext, type Snapshot } from '@glidepath/core';
import { createUnparsed, latentSeatsAt, readLines, runOrRead, runOrReadSettings } from '../text/index.ts';
import { readOlixtool } from './olixtool.ts';

export const olicenseConnector: Connector = {
  kind: 'olicense',
  title: 'OLicense (Optimum)',
  settings: runOrReadSettings('olixtool', '/var/lib/glidepath/olixtool.txt'),
  everyAtLeastMs: MINUTE,
  read,
  probe: (settings, tools) => runOrRead(settings, tools, read),
  latentAt: latentSeatsAt,
};

async function read(source: Uint8Array, context: ReadContext): Promise<Snapshot> {
  const unparsed = createUnparsed();
  const reading = readOlixtool(readLines(source), context.zone, unparsed);
  return { ...EMPTY_SNAPSHOT, ...reading, unparsed: unparsed.lines, unparsedCount: unparsed.count };
}
