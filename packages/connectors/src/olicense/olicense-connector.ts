/** OLicense (Optimum): what `olixtool` prints. It reads what is there and judges nothing. */
import { toolConnector } from '../text/index.ts';
import { readOlixtool } from './olixtool.ts';

export const olicenseConnector = toolConnector({
  kind: 'olicense',
  title: 'OLicense (Optimum)',
  command: 'olixtool',
  file: '/var/lib/glidepath/olixtool.txt',
  read: (lines, { zone }, unparsed) => readOlixtool(lines, zone, unparsed),
});
