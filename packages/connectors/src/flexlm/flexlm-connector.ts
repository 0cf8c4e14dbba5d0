/**
 * FlexLM (FlexNet Publisher): what `lmutil lmstat -a` and `-i` print, license files, and the debug log of lmgrd.
 *
 * One way in for all of them: the first line that can only be of one kind decides. It reads what is there and judges nothing.
 */
import { type Connector, EMPTY_SNAPSHOT, MINUTE, type ReadContext, type Snapshot } from '@glidepath/core';
import { createUnparsed, eachLine, readText, runOrRead, runOrReadSettings, type Unparsed } from '../text/index.ts';
import { isDebugLogLine, readDebugLog } from './debug-log.ts';
import { latentAt } from './latent.ts';
import { isLicenseFileLine, readLicenseFile } from './license-file.ts';
import { readLmstat } from './lmstat.ts';
import type { FlexlmReading } from './reading.ts';

export const flexlmConnector: Connector = {
  kind: 'flexlm',
  title: 'FlexLM / FlexNet Publisher',
  settings: runOrReadSettings('lmstat', '/opt/flexlm/license.dat'),
  everyAtLeastMs: MINUTE,
  read,
  probe: (settings, tools) => runOrRead(settings, tools, read),
  latentAt,
};

async function read(source: Uint8Array, context: ReadContext): Promise<Snapshot> {
  const unparsed = createUnparsed();
  const reading = readAny(readText(source), context, unparsed);
  return { ...EMPTY_SNAPSHOT, ...reading, unparsed: unparsed.lines, unparsedCount: unparsed.count };
}

const LMSTAT =
  /^(?:Flexible License Manager status on |License server status: |Users of |Error getting status|NOTE: lmstat -i |(?:lmutil|lmstat) - )/;
const NOTHING: FlexlmReading = { takenAt: null, servers: [], features: [], notes: [] };

function readAny(text: string, context: ReadContext, unparsed: Unparsed): FlexlmReading {
  for (const line of eachLine(text)) {
    const trimmed = line.text.trim();
    if (LMSTAT.test(trimmed)) return readLmstat(eachLine(text), context, unparsed);
    if (isLicenseFileLine(trimmed)) return readLicenseFile([...eachLine(text)], context.zone, unparsed);
    if (isDebugLogLine(trimmed)) return readDebugLog([...eachLine(text)], context.zone, unparsed);
  }
  for (const line of eachLine(text)) if (line.text.trim() !== '') unparsed.add(line);
  return NOTHING;
}
