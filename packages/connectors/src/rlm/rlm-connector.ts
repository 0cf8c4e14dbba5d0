/** RLM (Reprise License Manager): what `rlmutil rlmstat -a` prints. It reads what is there and judges nothing. */
import { type Connector, EMPTY_SNAPSHOT, MINUTE, type ReadContext, type Snapshot } from '@glidepath/core';
import { createUnparsed, latentSeatsAt, readLines, runOrRead, runOrReadSettings } from '../text/index.ts';
import { readRlmstat } from './rlmstat.ts';

export const rlmConnector: Connector = {
  kind: 'rlm',
  title: 'RLM (Reprise License Manager)',
  settings: runOrReadSettings('rlmstat', '/var/lib/glidepath/rlmstat.txt'),
  everyAtLeastMs: MINUTE,
  read,
  probe: (settings, tools) => runOrRead(settings, tools, read),
  latentAt: latentSeatsAt,
};

async function read(source: Uint8Array, context: ReadContext): Promise<Snapshot> {
  const unparsed = createUnparsed();
  const reading = readRlmstat(readLines(source), context, unparsed);
  return { ...EMPTY_SNAPSHOT, ...reading, unparsed: unparsed.lines, unparsedCount: unparsed.count };
}
