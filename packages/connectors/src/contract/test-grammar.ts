/**
 * Texts written after a grammar, for inputs that no capture shows: every rule with every other, in any order and number.
 *
 * A text is a list of choices, so that a failing one shrinks to fewer choices and to the first alternatives.
 */
import fc from 'fast-check';

/**
 * Rules by name; each has alternatives, in which `<name>` stands for another rule. `start` is where a text begins. The first
 * alternative of a rule must come to an end: it is taken when the choices have run out.
 */
export type Grammar = Readonly<Record<string, readonly string[]>>;

const CHOICES_MAX = 250;
/** Rules may name each other for ever; texts may not. */
const PIECES_MAX = 2_000;

export function writtenTexts(grammar: Grammar): fc.Arbitrary<Uint8Array> {
  const rules = new Map(Object.entries(grammar).map(([name, alternatives]) => [name, alternatives.map(piecesOf)]));
  return fc.array(fc.nat(0xffff), { maxLength: CHOICES_MAX }).map((choices) => Buffer.from(written(rules, choices)));
}

type Piece = { readonly text: string } | { readonly rule: string };

function piecesOf(alternative: string): readonly Piece[] {
  return alternative.split(/(<[a-z-]+>)/).map((part) => (/^<[a-z-]+>$/.test(part) ? { rule: part.slice(1, -1) } : { text: part }));
}

function written(rules: ReadonlyMap<string, readonly (readonly Piece[])[]>, choices: readonly number[]): string {
  const open: Piece[] = [{ rule: 'start' }];
  const texts: string[] = [];
  let chosen = 0;
  for (let count = 0; count < PIECES_MAX; count += 1) {
    const piece = open.pop();
    if (!piece) break;
    if ('text' in piece) {
      texts.push(piece.text);
      continue;
    }
    const alternatives = rules.get(piece.rule);
    if (!alternatives) throw new Error(`the grammar has no rule <${piece.rule}>`);
    const choice = choices[chosen] ?? 0;
    chosen += 1;
    open.push(...(alternatives[choice % alternatives.length] ?? []).toReversed());
  }
  return texts.join('');
}
