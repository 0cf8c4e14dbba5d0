/** LM-X (X-Formation): what `lmxendutil -licstat` prints. It reads what is there and judges nothing. */
import { toolConnector } from '../text/index.ts';
import { readLicstat } from './licstat.ts';

export const lmxConnector = toolConnector({
  kind: 'lmx',
  title: 'LM-X (X-Formation)',
  command: 'lmxendutil',
  file: '/var/lib/glidepath/licstat.txt',
  read: (lines, { zone }, unparsed) => readLicstat(lines, zone, unparsed),
});
