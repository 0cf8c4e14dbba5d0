import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readUsageBody } from './cloud-events.ts';

const RUNS = Number(process.env.GLIDEPATH_FUZZ_INPUTS ?? 2_000);
const word = fc.oneof(
  fc.string(),
  fc.constantFrom('1.0', '2026-05-01T12:00:00Z', '%', '%E2%82', '"\\', '\u0000', '\ud800'),
  fc.jsonValue(),
);
const event = fc.dictionary(
  fc.constantFrom('specversion', 'id', 'source', 'type', 'subject', 'time', 'data', 'data_base64', '__proto__', 'x'),
  word,
);
const body = fc.oneof(event, fc.array(fc.oneof(event, fc.jsonValue()), { maxLength: 4 }), fc.jsonValue());
const headers = fc.dictionary(
  fc.constantFrom('content-type', 'ce-specversion', 'ce-id', 'ce-source', 'ce-type', 'ce-subject', 'ce-time'),
  fc.oneof(fc.string(), fc.constantFrom('1.0', 'application/cloudevents+json', 'application/cloudevents-batch+json', '%41', '"', '%')),
);

describe('reading events of use', () => {
  it('throws at no input, names a field of each problem, and shows nothing that a terminal acts on', () => {
    fc.assert(
      fc.property(headers, body, (given, value) => {
        const read = readUsageBody(given, value);
        if (!read.ok) {
          expect(read.expected).not.toBe('');
          return;
        }
        for (let place = 0; place < read.length; place++) {
          const one = read.read(place);
          if (one.ok) expect([one.sent.source, one.sent.id]).not.toContain('');
          else expect(`${one.rejection.field}${one.rejection.found}${one.rejection.expected}`).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
