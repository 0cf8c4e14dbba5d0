/**
 * The executable contract of the store: every backend joins it in two lines.
 *
 * ```ts
 * storeContract('memory', async () => new MemoryStore(clock));
 * ```
 */
import type { Store } from '@glidepath/core';
import { afterEach, describe, it } from 'vitest';
import { AUDIT_LOG } from './audit-log.ts';
import type { Clause, ContractStore } from './clause.ts';
import { COMMITS } from './commits.ts';
import { GROUPS } from './groups.ts';
import { LEASES } from './leases.ts';
import { LIFETIME } from './lifetime.ts';
import { READS } from './reads.ts';
import { RUNWAYS } from './runways.ts';
import { USAGE } from './usage.ts';
import { VALUES } from './values.ts';

export const STORE_CLAUSES: readonly Clause[] = [
  ...READS,
  ...COMMITS,
  ...GROUPS,
  ...LEASES,
  ...USAGE,
  ...RUNWAYS,
  ...AUDIT_LOG,
  ...VALUES,
  ...LIFETIME,
];

/** Makes an empty store; with `other`, a second handle on the same data, when the backend can have one. */
export type MakeStore = () => Promise<Store | ContractStore>;

/** Runs every clause against a fresh store each. Closes what it was given. */
export function storeContract(name: string, makeStore: MakeStore): void {
  describe(`store contract: ${name}`, () => {
    let made: ContractStore | null = null;
    afterEach(async () => {
      await Promise.all([made?.store.close(), made?.other.close()]);
    });
    for (const [noun, clauses] of Map.groupBy(STORE_CLAUSES, (clause) => clause.noun)) {
      describe(noun, () => {
        for (const clause of clauses) {
          it(clause.promise, async () => {
            made = contractStore(await makeStore());
            await clause.check(made);
          });
        }
      });
    }
  });
}

export function contractStore(made: Store | ContractStore): ContractStore {
  return 'store' in made ? made : { store: made, other: made };
}
