/** RLM (Reprise License Manager): what `rlmutil rlmstat -a` prints. It reads what is there and judges nothing. */
import { toolConnector } from '../text/index.ts';
import { readRlmstat } from './rlmstat.ts';

export const rlmConnector = toolConnector({
  kind: 'rlm',
  title: 'RLM (Reprise License Manager)',
  command: 'rlmstat',
  file: '/var/lib/glidepath/rlmstat.txt',
  read: readRlmstat,
});
