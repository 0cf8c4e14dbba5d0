import { formatInstant } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { spokenInstant, writtenInstant } from './written-instant.ts';

describe('written instant', () => {
  it.each([
    ['2027-05-17T23:59:59Z', 'UTC', '2027-05-17T23:59:59.000Z'],
    ['2027-05-17T23:59:59.999Z', 'UTC', '2027-05-17T23:59:59.999Z'],
    ['2027-05-17T23:59:59.9Z', 'UTC', '2027-05-17T23:59:59.900Z'],
    ['2020-06-01T14:50:16.581304556-04:00', 'UTC', '2020-06-01T18:50:16.581Z'],
    ['2022-05-17 23:59:59.999 +0000 UTC', 'Europe/Berlin', '2022-05-17T23:59:59.999Z'],
    ['2016/02/06 12:41:52 -0600', 'UTC', '2016-02-06T18:41:52.000Z'],
    ['2027-07-01 12:00:00', 'Europe/Berlin', '2027-07-01T10:00:00.000Z'],
    ['2027-07-01', 'Europe/Berlin', '2027-07-01T21:59:59.000Z'],
    ['2027-07-01', 'UTC', '2027-07-01T23:59:59.000Z'],
    ['2028-02-29', 'UTC', '2028-02-29T23:59:59.000Z'],
  ])('%s in %s is %s', (text, zone, iso) => {
    const at = writtenInstant(text, zone);
    expect(at === null ? null : formatInstant(at)).toBe(iso);
  });

  it.each([
    '',
    'soon',
    '2027-02-29',
    '2027-13-01',
    '2027-1-1',
    '2027-05/17',
    '2027-05-17T24:00:00Z',
    '2027-05-17T23:59:5',
    '0001-01-01T00:00:00Z',
    '27-05-17',
    '2027-05-17T23:59:59Zx',
    '1e3',
  ])('%j is none', (text) => {
    expect(writtenInstant(text, 'UTC')).toBeNull();
  });

  it('is read as JetBrains speaks it', () => {
    expect(spokenInstant('02 Jun 2026 21:37', 'Europe/Berlin')).toBe(Date.UTC(2026, 5, 2, 19, 37));
    for (const text of ['Never', '31 Jun 2026 21:37', '02 Juni 2026 21:37', '02 Jun 26 21:37', '02 Jun 2026 25:00'])
      expect(spokenInstant(text, 'UTC')).toBeNull();
  });
});
