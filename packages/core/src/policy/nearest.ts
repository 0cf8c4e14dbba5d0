/** The nearest known word to a misspelt one, for "did you mean". It suggests; it never decides. */

/** Longer words are not compared: nobody misspells one. */
const WORD_LENGTH_MAX = 64;

/** Beyond so many edits a word is another word, however long it is. */
const EDITS_MAX = 3;

/**
 * Finds the known word that is the fewest edits away; null when none is near enough to be what was meant.
 *
 * An edit is a letter added, left out, changed or swapped with its neighbour; case counts for nothing. Near enough is a
 * third of the word's length, and never more than three edits. The first of several equally near words wins, so that the
 * answer is the same every time.
 */
export function nearest(word: string, known: readonly string[]): string | null {
  if (word.length === 0 || word.length > WORD_LENGTH_MAX) return null;
  const wanted = word.toLowerCase();
  let best: string | null = null;
  let most = Math.min(EDITS_MAX, Math.max(1, Math.floor(word.length / 3)));
  for (const candidate of known) {
    if (most < 0) break;
    const edits = editDistance(wanted, candidate.toLowerCase(), most);
    if (edits > most) continue;
    best = candidate;
    most = edits - 1;
  }
  return best;
}

/**
 * Edits between two words: Levenshtein's, with a swap of neighbours as one (optimal string alignment).
 *
 * Looks only at alignments of at most `most` edits and answers `most + 1` for "more than that", so that a document full of
 * misspelt words is answered as fast as one with a single one.
 */
export function editDistance(from: string, to: string, most: number): number {
  const tooMany = most + 1;
  if (Math.abs(from.length - to.length) > most) return tooMany;
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => Math.min(column, tooMany));
  for (let row = 1; row <= from.length; row++) {
    const current = new Array<number>(to.length + 1).fill(tooMany);
    if (row <= most) current[0] = row;
    for (let column = Math.max(1, row - most); column <= Math.min(to.length, row + most); column++) {
      const isSame = from[row - 1] === to[column - 1];
      const changed = (last[column - 1] ?? tooMany) + (isSame ? 0 : 1);
      const addedOrLeftOut = Math.min(last[column] ?? tooMany, current[column - 1] ?? tooMany) + 1;
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const swapped = isSwap ? (beforeLast[column - 2] ?? tooMany) + 1 : tooMany;
      current[column] = Math.min(changed, addedOrLeftOut, swapped, tooMany);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? tooMany;
}
