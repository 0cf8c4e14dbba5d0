/** Whether the next start would take this database: it has our migrations, unchanged, and none that we do not know. */
import type { StartCheck } from '../telemetry/next-start.ts';
import { askApart } from './ask-apart.ts';
import { type Migration, shippedMigrations } from './migrate.ts';

/** Reads the migrations of the disk again: an upgrade may have been unpacked under a running node. */
export function schemaCheck(connectionString: string, read: () => readonly Migration[] = shippedMigrations): StartCheck {
  return {
    what: 'the database',
    async problem() {
      const ours = read();
      const held = await askApart(connectionString, (ask) => ask('select version, name, hash from glidepath.migration order by version'));
      for (const { version, name, hash } of held as readonly { version: number; name: string; hash: string }[]) {
        const known = ours[version - 1];
        if (known === undefined) return `it is newer than this program, it has ${name}; start a newer version`;
        if (known.hash !== hash) return `${name} was changed after it was applied`;
      }
      return null;
    },
  };
}
