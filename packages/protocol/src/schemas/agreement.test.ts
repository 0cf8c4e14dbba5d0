import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkBundle, checkKeySetClaims, checkKeySetKeyClaims, checkRootClaims } from '../keys/key-set.ts';
import { arbitraryLease } from '../test-arbitrary.ts';
import {
  bundle,
  ENV,
  grantClaims,
  grantedLeaseClaims,
  ISS,
  KEYS,
  keySetClaims,
  keySetKeyClaims,
  leaseClaims,
  proofClaims,
  verdictClaims,
} from '../test-words.ts';
import { checkGrantClaims, checkLeaseClaims, checkVerdictClaims } from '../words/claims.ts';
import { checkProofClaims } from '../words/proof-claims.ts';
import { SCHEMAS } from './index.ts';

const ajv = new Ajv2020({ strict: false });

const lease = leaseClaims({
  lowered: [{ id: 'low', of: 'plan', from: 'full', effectiveAt: leaseClaims().iatMs }],
  match: { of: ['disk', 'board'], need: 1 },
  bootstrap: { forMs: 1 },
  auditHead: { size: 1, root: 'r', at: leaseClaims().iatMs },
  seat: { kind: 'named', overageClosesAt: leaseClaims().iatMs },
});

const PLACE = { position: 1, deadlineAt: null };
const COUNTER = { incarnation: 1, count: 1 };

const cases = [
  {
    name: 'lease',
    check: checkLeaseClaims,
    samples: [lease, leaseClaims(), grantedLeaseClaims('a.b.c'), leaseClaims({ shortened: true })],
  },
  {
    name: 'verdict',
    check: checkVerdictClaims,
    samples: [verdictClaims(), verdictClaims({ retryAfterMs: null, nonce: null }), verdictClaims({ queue: PLACE })],
  },
  { name: 'grant', check: checkGrantClaims, samples: [grantClaims(), grantClaims({ cnf: { jkt: 'x' } })] },
  { name: 'proof', check: checkProofClaims, samples: [proofClaims(), proofClaims({ lease: 'x', epoch: COUNTER, seq: COUNTER })] },
  { name: 'key-set', check: checkKeySetClaims, samples: [keySetClaims(), keySetClaims({ previous: 'x', keys: [] })] },
  { name: 'key-set-key', check: checkKeySetKeyClaims, samples: [keySetKeyClaims()] },
  { name: 'root', check: checkRootClaims, samples: [{ iss: ISS, env: ENV, number: 2, x: KEYS.nextRoot.x }] },
  { name: 'key-set-bundle', check: checkBundle, samples: [bundle(), { ...bundle(), roots: ['x'] }] },
];

type Step = { readonly turn: number; readonly how: 'replace' | 'remove' | 'add' | 'none'; readonly value: unknown };

const value = fc.oneof(
  fc.constantFrom<unknown>(null, true, '', 'x', 'full', 'active', 0, 1, -1, 0.5, 2 ** 53, -(2 ** 53), 1e308, [], {}, [null], { a: 1 }),
  fc.jsonValue({ maxDepth: 2 }),
);
const step: fc.Arbitrary<Step> = fc.record({ turn: fc.nat(), how: fc.constantFrom('replace', 'replace', 'remove', 'add', 'none'), value });

/** Every place in a tree, as the container and its key. */
function places(
  tree: unknown,
  found: { holder: Record<string, unknown>; key: string }[] = [],
): { holder: Record<string, unknown>; key: string }[] {
  if (typeof tree !== 'object' || tree === null) return found;
  const holder = tree as Record<string, unknown>;
  for (const key of Object.keys(holder)) {
    found.push({ holder, key });
    places(holder[key], found);
  }
  return found;
}

function mutate(tree: unknown, { turn, how, value: shared }: Step): void {
  const other = structuredClone(shared);
  const all = places(tree);
  const place = all[turn % Math.max(1, all.length)];
  if (place === undefined) return;
  const { holder, key } = place;
  if (how === 'replace') holder[key] = other;
  else if (how === 'remove' && !Array.isArray(holder)) delete holder[key];
  else if (how === 'add' && !Array.isArray(holder)) holder[`${key}\nmore`] = other;
}

describe.each(cases)('decoder and schema of $name', ({ name, check, samples }) => {
  const validate = ajv.compile(SCHEMAS[name] ?? {});

  it('accept the samples', () => {
    for (const sample of samples) {
      expect(check(sample)).toBeNull();
      expect(validate(sample)).toBe(true);
    }
  });

  it('agree on every claim that is missing or of another type', () => {
    const [sample] = samples;
    let refused = 0;
    const count = places(structuredClone(sample)).length;
    for (let turn = 0; turn < count; turn++) {
      for (const change of [
        { how: 'remove' },
        ...[null, true, 'x', '', 0, -1, 0.5, 2 ** 53, [], {}].map((other) => ({ how: 'replace', value: other })),
      ]) {
        const claims = structuredClone(sample);
        mutate(claims, { turn, value: null, ...change } as Step);
        const accepts = validate(claims);
        if (!accepts) refused++;
        expect({ turn, change, accepts: check(claims) === null }).toEqual({ turn, change, accepts });
      }
    }
    expect(refused).toBeGreaterThan(count);
  });

  it('agree on any change', () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.array(step, { maxLength: 3 }), (sample, steps) => {
        const tree: unknown = structuredClone(sample);
        for (const each of steps) mutate(tree, each);
        const claims: unknown = JSON.parse(JSON.stringify(tree));
        return (check(claims) === null) === validate(claims);
      }),
      { numRuns: 1500 },
    );
  });
});

describe('schema of a lease', () => {
  it('accepts whatever a lease may say', () => {
    const validate = ajv.compile(SCHEMAS.lease ?? {});
    fc.assert(fc.property(arbitraryLease, (claims) => validate(claims) && checkLeaseClaims(claims) === null));
  });
});
