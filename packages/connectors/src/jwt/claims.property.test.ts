import { EMPTY_SNAPSHOT } from '@glidepath/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { malformed } from '../contract/test-snapshot-rules.ts';
import { readClaims } from './claims.ts';
import { kindOfToken } from './token-kind.ts';

const NAMES = [
  'exp',
  'nbf',
  'iat',
  'iss',
  'aud',
  'lexp',
  'license_expires',
  'product',
  'prod',
  'seats',
  'max_users',
  'included_viewers',
  'features',
  'entitlements',
  'lid',
  'jti',
  'account_type',
];
const value = fc.oneof(
  fc.jsonValue(),
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -1, 1e300, 1_830_000_000, '', 'x', [], ['', 'a'], { '': 1, user_limit: 3 }),
);
const claims = fc.dictionary(fc.constantFrom(...NAMES), value);

describe('readClaims', () => {
  it('gives well-formed rows, and only numbers that stand in the claims, whatever they are', () => {
    fc.assert(
      fc.property(claims, (given) => {
        const { features, notes, issuedAt } = readClaims(given);
        expect(malformed({ ...EMPTY_SNAPSHOT, features, notes, takenAt: issuedAt })).toEqual([]);
        const said = JSON.stringify(given);
        for (const { issued } of features) if (issued !== null) expect(said).toContain(String(issued));
        kindOfToken({ header: given, claims: given });
      }),
      { numRuns: 1_000 },
    );
  });
});
