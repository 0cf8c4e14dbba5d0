import { formatInstant, instant, type Meter, windowAt } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { vectors } from './vectors.ts';

interface Row {
  readonly name: string;
  readonly meter: Pick<Meter, 'window' | 'anchor' | 'timeZone'>;
  readonly termStart: string;
  readonly termEnd: string | null;
  readonly at: string;
  readonly startsAt: string;
  readonly endsAt: string;
}

const { rows } = vectors<{ rows: Row[] }>('windows.json');

describe('the window of a meter', () => {
  it.each(rows)('$name', ({ meter, termStart, termEnd, at, startsAt, endsAt }) => {
    const term = { termStart: instant(Date.parse(termStart)), termEnd: termEnd === null ? null : instant(Date.parse(termEnd)) };
    const window = windowAt(meter, instant(Date.parse(at)), term);
    expect({ startsAt: formatInstant(window.startsAt), endsAt: formatInstant(window.endsAt) }).toEqual({ startsAt, endsAt });
  });
});
