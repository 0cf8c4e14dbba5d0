import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPolicy, decideGiven, parseGiven, policyDespite, provePolicy } from '@glidepath/core';
import { describe, expect, it } from 'vitest';

interface Row {
  readonly name: string;
  readonly changes: readonly { readonly path: readonly (string | number)[]; readonly value?: unknown }[];
  readonly publishing: readonly string[];
  readonly violations: readonly {
    readonly rule: string;
    readonly path: readonly (string | number)[];
    readonly given: unknown;
    readonly found: unknown;
  }[];
}

const read = <T>(name: string): T => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8')) as T;
const { policy: source, rows } = read<{ policy: string; rows: Row[] }>('vectors.json');

/** The policy of the design with each place given another value; a change without one takes the place away. */
function changed({ changes }: Row): unknown {
  const tree = read<Record<string, unknown>>(source);
  for (const change of changes) {
    const last = change.path.at(-1);
    const parent = change.path.slice(0, -1).reduce<Record<string | number, unknown>>((node, key) => {
      node[key] ??= {};
      return node[key] as Record<string | number, unknown>;
    }, tree);
    if (last === undefined) continue;
    if ('value' in change) parent[last] = change.value;
    else if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else delete parent[last];
  }
  return tree;
}

describe('the proof of a policy', () => {
  it('finds nothing in the policy of the design', () => {
    const { policy } = checkPolicy(read(source));
    expect(policy && provePolicy(policy).violations).toEqual([]);
  });

  it('has more than thirty rows, and one for each rule', () => {
    expect(rows.length).toBeGreaterThan(30);
    expect(new Set(rows.flatMap(({ violations }) => violations.map(({ rule }) => rule))).size).toBe(15);
  });

  it.each(rows)('$name', (row) => {
    const { policy, violations } = policyDespite(changed(row));
    expect([...new Set(violations.map(({ code }) => code))]).toEqual(row.publishing);
    if (policy === null) throw new Error('every row means something');
    const found = provePolicy(policy).violations.map(({ rule, path, counterexample: { given, found } }) => ({ rule, path, given, found }));
    expect(found).toEqual(row.violations);
    for (const { given, found } of row.violations) {
      const parsed = parseGiven(policy, given);
      expect(parsed.ok && decideGiven(policy, parsed.value)).toEqual(found);
    }
  });
});
