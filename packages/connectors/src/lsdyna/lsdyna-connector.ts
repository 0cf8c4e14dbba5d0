/** LS-DYNA (LSTC, Ansys): what `lstc_qrun`, with and without `-r`, prints. It reads what is there and judges nothing. */
import { toolConnector } from '../text/index.ts';
import { readQrun } from './qrun.ts';

export const lsdynaConnector = toolConnector({
  kind: 'lsdyna',
  title: 'LS-DYNA (LSTC)',
  command: 'lstc_qrun',
  file: '/var/lib/glidepath/lstc_qrun.txt',
  read: readQrun,
});
