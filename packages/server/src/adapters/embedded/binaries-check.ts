/** Whether the next start would find the PostgreSQL that it runs: a copy is made from the package when there is none. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { StartCheck } from '../telemetry/next-start.ts';
import { systemPlaces } from './binaries.ts';

const EXE = process.platform === 'win32' ? '.exe' : '';

/** `native`: the folder of the package; for tests. */
export function binariesCheck(native: () => string = () => systemPlaces().native): StartCheck {
  return {
    what: 'the binaries of PostgreSQL',
    async problem() {
      const folder = native();
      for (const name of ['postgres', 'initdb']) {
        const isThere = await access(join(folder, 'bin', `${name}${EXE}`), constants.R_OK).then(
          () => true,
          () => false,
        );
        if (!isThere) return `${name} is missing in ${folder}; install the packages again`;
      }
      return null;
    },
  };
}
