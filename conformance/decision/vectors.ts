/** Reads the vectors of this folder; each implementation in another language writes this file anew and nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPolicy, type Policy } from '@glidepath/core';

export function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8')) as T;
}

export function policyNamed(name: string): Policy {
  const { policy, violations } = checkPolicy(vectors(`policies/${name}.json`));
  if (policy === null) throw new Error(`${name} has violations: ${JSON.stringify(violations, null, 2)}`);
  return policy;
}
