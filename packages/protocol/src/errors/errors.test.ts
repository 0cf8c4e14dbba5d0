import { describe, expect, it } from 'vitest';
import { ERROR_CODES, ERRORS, isErrorCode } from './errors.ts';
import { problem } from './problem.ts';

describe('error table', () => {
  it.each(ERROR_CODES)('%s has a status, a sentence and a place', (code) => {
    const { status, title, anchor } = ERRORS[code];
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(title).toMatch(/^[A-Z].*\.$/);
    expect(anchor).toMatch(/^[a-z-]+$/);
  });

  it('says that trying again helps wherever the control plane is short of something', () => {
    for (const code of ERROR_CODES) {
      if ([429, 503, 504].includes(ERRORS[code].status)) expect(ERRORS[code].retryable).toBe(true);
    }
  });

  it('knows its codes, and no property of objects', () => {
    expect(isErrorCode('no-seat')).toBe(true);
    expect(isErrorCode('constructor')).toBe(false);
  });
});

describe('problem', () => {
  it('is a document of RFC 9457 with a stable code', () => {
    expect(problem('no-seat', '50 of 50 seats are taken.', { word: 'a.b.c' })).toEqual({
      type: 'https://glidepath.dev/errors#no-seat',
      title: 'Every seat is taken, and no overage is open.',
      status: 409,
      detail: '50 of 50 seats are taken.',
      code: 'no-seat',
      retryable: true,
      word: 'a.b.c',
    });
  });

  it('has the sentence of the code when there is none for the occurrence', () => {
    expect(problem('not-ready').detail).toBe('The control plane is not ready to answer.');
  });
});
