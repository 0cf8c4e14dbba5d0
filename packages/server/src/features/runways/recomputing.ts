/** What computing a runway may touch: of a command's context, or of a job's. */
import type { Context } from '../../command.ts';

export type Recomputing = Pick<Context, 'store' | 'now' | 'policy' | 'world'>;
