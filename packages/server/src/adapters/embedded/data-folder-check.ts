/** Whether the next start could write where it keeps its data. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { StartCheck } from '../telemetry/next-start.ts';
import { errorCode } from './faults.ts';

export function dataFolderCheck(folder: string): StartCheck {
  return {
    what: 'the data folder',
    async problem() {
      try {
        if (!(await stat(folder)).isDirectory()) return `${folder} is no folder`;
        await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
        return null;
      } catch (error) {
        const why = { ENOENT: 'is gone', EROFS: 'is on a file system that cannot be written', EACCES: 'cannot be written' };
        return `${folder} ${why[errorCode(error) as keyof typeof why] ?? 'cannot be looked at'}`;
      }
    },
  };
}
