/** Decisions on record, and candidates beside the versions in force: the commands and jobs of it. */
import { SECOND } from '@glidepath/core';
import type { Job } from '../../command.ts';
import { forgetObserved } from './forget-chunks.ts';

export { OBSERVATION_COMMANDS } from './observation-commands.ts';

const observe: Job = {
  name: 'observe',
  scope: 'node',
  everyMs: SECOND,
  run: ({ observations, now }) => observations.run(now),
};

export const OBSERVATION_JOBS: readonly Job[] = [observe, forgetObserved];
