/** DSLS (Dassault Systèmes License Server): what `getLicenseUsage -csv` of its administration tool prints. It judges nothing. */
import { type Connector, EMPTY_SNAPSHOT, MINUTE, type ReadContext, type Snapshot } from '@glidepath/core';
import { createUnparsed, latentSeatsAt, readLines, runOrRead, runOrReadSettings } from '../text/index.ts';
import { readLicenseUsage } from './license-usage.ts';

export const dslsConnector: Connector = {
  kind: 'dsls',
  title: 'DSLS (Dassault Systèmes)',
  settings: runOrReadSettings('dslicsrv', '/var/lib/glidepath/dsls.csv'),
  everyAtLeastMs: MINUTE,
  read,
  probe: (settings, tools) => runOrRead(settings, tools, read),
  latentAt: latentSeatsAt,
};

async function read(source: Uint8Array, context: ReadContext): Promise<Snapshot> {
  const unparsed = createUnparsed();
  const reading = readLicenseUsage(readLines(source), context.zone, unparsed);
  return { ...EMPTY_SNAPSHOT, ...reading, unparsed: unparsed.lines, unparsedCount: unparsed.count };
}
