/** Others' text (names of users, hosts, features) made fit to stand in a sentence of ours. */

/** What moves a cursor, breaks a line, turns the direction of writing, or is not seen at all. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]+/gu;

/** Of a name. A sentence of others may be longer. */
const LENGTH_MAX = 120;

/**
 * Puts a text on one line and cuts it: a name that holds a line break must not write a second line into a
 * notice. What each place escapes beside that (a terminal, CSV, a chat's mark-up) is that place's own business.
 */
export function oneLine(text: string, lengthMax = LENGTH_MAX): string {
  const plain = text.replace(UNSAFE, ' ').replace(/\s+/g, ' ').trim();
  const characters = [...plain];
  return characters.length <= lengthMax ? plain : `${characters.slice(0, lengthMax - 1).join('')}…`;
}
