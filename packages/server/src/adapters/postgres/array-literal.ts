/** Arrays as PostgreSQL reads them in text: many values in one parameter, whose text does not depend on how many there are. */

/** Elements are texts or numbers; null is NULL. An element may be an array literal itself, for a cast on the other side. */
export function arrayLiteral(elements: readonly (string | number | null)[]): string {
  return `{${elements.map(elementOf).join()}}`;
}

/** An array that grows element by element. */
export class ArrayLiteral {
  #elements = '';

  add(element: string | number | null): void {
    this.#elements += this.#elements === '' ? elementOf(element) : `,${elementOf(element)}`;
  }

  get text(): string {
    return `{${this.#elements}}`;
  }
}

const ESCAPED = /["\\]/;
const EVERY_ESCAPED = /["\\]/g;

function elementOf(element: string | number | null): string {
  if (element === null) return 'NULL';
  if (typeof element === 'number') return `${element}`;
  return ESCAPED.test(element) ? `"${element.replace(EVERY_ESCAPED, '\\$&')}"` : `"${element}"`;
}
