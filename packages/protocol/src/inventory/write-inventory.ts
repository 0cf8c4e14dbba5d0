/** Inventory documents as the text that `readInventory` reads back to the same documents. */
import { type InventoryDocument, inventoryTree } from '@glidepath/core';
import { stringify } from 'yaml';

/** Texts are quoted where YAML 1.2, or the 1.1 that editors still follow, would read them as something else. */
const OPTIONS = { version: '1.2', compat: 'yaml-1.1', schema: 'core', lineWidth: 0, aliasDuplicateObjects: false } as const;

/** One document after the other; `heading` becomes comment lines at the top. */
export function writeInventory(documents: readonly InventoryDocument[], heading = ''): string {
  const comment =
    heading === ''
      ? ''
      : `${heading
          .split(/\r\n|\r|\n/)
          .map((line) => `# ${line}`.trimEnd())
          .join('\n')}\n`;
  return comment + documents.map((document) => stringify(inventoryTree(document), OPTIONS)).join('---\n');
}
