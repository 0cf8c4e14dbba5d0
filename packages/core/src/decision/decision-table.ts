/** Decisions by the names of their features, for a look-up on an application's hottest path. It holds; it decides nothing. */
import type { Decision } from './decision.ts';

/** Up to so many, comparing one name after the other is faster than hashing: half as long with four, as long with sixteen. */
const FEW = 8;

/** A map whose `get` is as fast as the number of features allows. */
export class DecisionTable extends Map<string, Decision> {
  readonly #few: readonly Decision[];

  constructor(decisions: readonly Decision[]) {
    super(decisions.map((decision) => [decision.feature, decision]));
    this.#few = decisions.length <= FEW ? decisions : [];
  }

  override get(feature: string): Decision | undefined {
    const few = this.#few;
    for (let i = 0; i < few.length; i++) {
      const decision = few[i];
      if (decision !== undefined && decision.feature === feature) return decision;
    }
    return super.get(feature);
  }
}

/**
 * The same text as engines keep the names of properties: a name from a parsed document would be compared letter by letter
 * at each look-up, this one is the literal that the program asks with.
 */
export function interned(text: string): string {
  return Object.keys({ [text]: null })[0] ?? text;
}
