/** All commands and jobs of the control plane; routes, OpenAPI and the tests over all commands come from these lists. */
import type { Command, Job } from '../command.ts';

export const COMMANDS: readonly Command[] = [];

export const JOBS: readonly Job[] = [];
