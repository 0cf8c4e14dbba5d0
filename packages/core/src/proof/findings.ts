/** What a proof finds, kept as the shortest case of each: fewest causes begun, then earliest. */
import type { Plan } from '../policy/policy.ts';
import type { Milliseconds } from '../time.ts';
import type { ProofRule } from './proof.ts';
import type { Path, Words } from './situation.ts';

export interface Finding {
  readonly rule: ProofRule;
  readonly path: Path;
  /** Position of the guarantee that is broken; null for what holds of every policy. */
  readonly guarantee: number | null;
  readonly message: string;
  readonly plan: Plan;
  /** The situation in which it shows. */
  readonly words: Words;
  readonly begun: number;
  readonly atMs: Milliseconds;
  /** What a drill expects there and does not get, in the words of DESIGN §9; instants count from the situation. */
  readonly expected: DrillExpectation;
}

/** `tier` from the situation on; `always` at every instant; `notice` before any loss. */
export type DrillExpectation =
  | { readonly kind: 'tier'; readonly tier: string }
  | { readonly kind: 'always'; readonly feature: string }
  | { readonly kind: 'notice'; readonly ms: Milliseconds }
  | { readonly kind: 'no-loss' };

export interface Findings {
  /** Whether something this short would be news: asked before a case is worked out. */
  readonly isNews: (key: string, begun: number) => boolean;
  readonly add: (finding: Finding) => void;
  readonly all: () => readonly Finding[];
}

export function openFindings(): Findings {
  const shortest = new Map<string, Finding>();
  return {
    isNews: (key, begun) => (shortest.get(key)?.begun ?? Number.POSITIVE_INFINITY) >= begun,
    add(finding) {
      const key = keyOf(finding);
      const known = shortest.get(key);
      if (known === undefined || isShorter(finding, known)) shortest.set(key, finding);
    },
    all: () => [...shortest.values()],
  };
}

/** At most one per rule, place and guarantee. */
export function keyOf({ rule, guarantee, path }: Pick<Finding, 'rule' | 'guarantee' | 'path'>): string {
  return JSON.stringify([rule, guarantee, path]);
}

function isShorter(one: Finding, other: Finding): boolean {
  return one.begun === other.begun ? one.atMs < other.atMs : one.begun < other.begun;
}
