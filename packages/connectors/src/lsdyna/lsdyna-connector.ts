/** LS-DYNA (LSTC, Ansys): what `lstc_qrun`, with and without `-r`, prints. It reads what is there and judges nothing. */
import { type Connector, EMPTY_SNAPSHOT, MINUTE, type ReadContext, type Snapshot } from '@glidepath/core';
import { createUnparsed, latentSeatsAt, readLines, runOrRead, runOrReadSettings } from '../text/index.ts';
import { readQrun } from './qrun.ts';

export const lsdynaConnector: Connector = {
  kind: 'lsdyna',
  title: 'LS-DYNA (LSTC)',
  settings: runOrReadSettings('lstc_qrun', '/var/lib/glidepath/lstc_qrun.txt'),
  everyAtLeastMs: MINUTE,
  read,
  probe: (settings, tools) => runOrRead(settings, tools, read),
  latentAt: latentSeatsAt,
};

async function read(source: Uint8Array, context: ReadContext): Promise<Snapshot> {
  const unparsed = createUnparsed();
  const reading = readQrun(readLines(source), context, unparsed);
  return { ...EMPTY_SNAPSHOT, ...reading, unparsed: unparsed.lines, unparsedCount: unparsed.count };
}
