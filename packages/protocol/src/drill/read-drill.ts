/** From the text of a drill to the drill, or every violation at its line and column. */
import { checkDrill, type Drill } from '@glidepath/core';
import { readOne } from '../inventory/read-one.ts';
import type { LocatedViolation } from '../policy/located.ts';

export interface ReadDrill {
  /** Null when there are violations. */
  readonly drill: Drill | null;
  /** In the order of the text. */
  readonly violations: readonly LocatedViolation[];
}

/** Never throws, for any text or bytes. */
export function readDrill(source: string | Uint8Array): ReadDrill {
  const { value, violations } = readOne(source, 'Drill', (tree) => {
    const checked = checkDrill(tree);
    return { value: checked.drill, violations: checked.violations };
  });
  return { drill: value, violations };
}
