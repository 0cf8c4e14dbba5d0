/** How events of use are read from HTTP, frozen: other servers and every sender may rely on it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readUsageBody } from '../../packages/protocol/src/http/index.ts';

interface Vector {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Null: the body as a whole is none. */
  readonly events: readonly Readonly<Record<string, unknown>>[] | null;
}

const VECTORS: readonly Vector[] = JSON.parse(readFileSync(join(import.meta.dirname, 'vectors.json'), 'utf8'));

describe('events of use', () => {
  it('has vectors', () => expect(VECTORS.length).toBeGreaterThan(15));

  it.each(VECTORS)('are read as frozen: $name', ({ headers, body, events }) => {
    const read = readUsageBody(headers, body);
    if (!read.ok) return expect(events).toBeNull();
    const seen = Array.from({ length: read.length }, (_, place) => {
      const event = read.read(place);
      return event.ok ? { ...event.sent } : { code: event.rejection.code, field: event.rejection.field, id: event.id };
    });
    return expect(seen).toEqual(events);
  });
});
