/** Numbers as text connectors read them: exactly, or not at all. */

/** The whole number that a word of digits says; null for anything else, and for more than a number can hold exactly. */
export function wholeNumber(word: string | undefined): number | null {
  if (word === undefined || !/^[0-9]{1,15}$/.test(word)) return null;
  return Number(word);
}

/** A sum of which nothing is known as soon as one part is not. */
export function sumOrNull(left: number | null, right: number | null): number | null {
  if (left === null || right === null) return null;
  const sum = left + right;
  return Math.abs(sum) <= Number.MAX_SAFE_INTEGER ? sum : null;
}
