/** DSLS (Dassault Systèmes License Server): what `getLicenseUsage -csv` of its administration tool prints. It judges nothing. */
import { toolConnector } from '../text/index.ts';
import { readLicenseUsage } from './license-usage.ts';

export const dslsConnector = toolConnector({
  kind: 'dsls',
  title: 'DSLS (Dassault Systèmes)',
  command: 'dslicsrv',
  file: '/var/lib/glidepath/dsls.csv',
  read: (lines, { zone }, unparsed) => readLicenseUsage(lines, zone, unparsed),
});
