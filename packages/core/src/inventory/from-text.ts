/** Names and texts for documents that programs write, from texts that others chose: always within what `checkInventory` takes. */
import { INHERITED_WORDS, NAME_LENGTH_MAX } from '../policy/names.ts';
import { TEXT_LENGTH_MAX } from '../policy/values.ts';

/** A name made of what a text has of letters and digits; `taken` names get a number behind. */
export function inventoryName(text: string, taken: ReadonlySet<string> = new Set()): string {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, NAME_LENGTH_MAX)
    .replace(/-$/, '');
  const base = plain === '' || INHERITED_WORDS.has(plain) ? `license${plain === '' ? '' : `-${plain}`}` : plain;
  let name = base;
  for (let number = 2; taken.has(name); number++) {
    const suffix = `-${number}`;
    name = `${base.slice(0, NAME_LENGTH_MAX - suffix.length).replace(/-$/, '')}${suffix}`;
  }
  return name;
}

/** The text without what terminals, chats and logs act on, and cut to length; null when nothing is left. */
export function inventoryText(text: string): string | null {
  const plain = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim();
  const cut = plain.length > TEXT_LENGTH_MAX ? `${plain.slice(0, TEXT_LENGTH_MAX - 1).toWellFormed()}…` : plain;
  return cut === '' ? null : cut;
}
