/** The agent's own files in a folder that only it can read. */
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentFiles } from './report-shelf.ts';

const MODE = 0o600;

/** The folder is made when something is first written. */
export function folderFiles(folder: string): AgentFiles {
  const made = () => mkdir(folder, { recursive: true, mode: 0o700 });
  return {
    async read(name) {
      try {
        return await readFile(join(folder, name), 'utf8');
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      }
    },
    async append(name, text) {
      await made();
      await appendFile(join(folder, name), text, { mode: MODE });
    },
    async replace(name, text) {
      await made();
      const fresh = join(folder, `.${name}.${randomBytes(6).toString('hex')}`);
      try {
        await writeFile(fresh, text, { mode: MODE, flag: 'wx' });
        await rename(fresh, join(folder, name));
      } catch (error) {
        await rm(fresh, { force: true });
        throw error;
      }
    },
    remove: (name) => rm(join(folder, name), { force: true }),
  };
}
