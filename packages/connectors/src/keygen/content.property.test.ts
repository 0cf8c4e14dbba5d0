import { EMPTY_SNAPSHOT } from '@glidepath/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { malformed } from '../contract/test-snapshot-rules.ts';
import { readContent } from './content.ts';

const any = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(null, '', 0, -1, 1e300, 7, true, '2027-01-01T00:00:00Z', '2027-13-99T99:99:99Z', 'licenses', 'entitlements'),
);
const attributes = fc.dictionary(
  fc.constantFrom('name', 'expiry', 'maxMachines', 'maxUsers', 'maxUses', 'uses', 'floating', 'status', 'suspended', 'code'),
  any,
);
const related = fc.dictionary(fc.constantFrom('machines', 'users'), fc.oneof(any, fc.record({ meta: fc.record({ count: any }) })));
const resource = fc.record(
  { type: fc.constantFrom('licenses', 'machines', 'entitlements'), id: any, attributes, relationships: related },
  { requiredKeys: [] },
);
const content = fc.record(
  {
    data: fc.oneof(resource, any),
    included: fc.oneof(fc.array(resource), any),
    meta: fc.oneof(fc.record({ expiry: any, issued: any }), any),
  },
  { requiredKeys: [] },
);

describe('readContent', () => {
  it('gives well-formed rows, and only numbers that stand in the file, whatever it says', () => {
    fc.assert(
      fc.property(content, (given) => {
        const { features, notes, issuedAt } = readContent(given);
        expect(malformed({ ...EMPTY_SNAPSHOT, features, notes, takenAt: issuedAt })).toEqual([]);
        const said = JSON.stringify(given);
        for (const { issued, used } of features)
          for (const number of [issued, used]) if (number !== null) expect(said).toContain(String(number));
      }),
      { numRuns: 1_000 },
    );
  });
});
