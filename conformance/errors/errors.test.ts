import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES, ERRORS, type ErrorCode } from '@glidepath/protocol';
import { describe, expect, it } from 'vitest';

const { rows } = JSON.parse(readFileSync(join(import.meta.dirname, 'vectors.json'), 'utf8')) as {
  rows: readonly { code: ErrorCode; status: number; retryable: boolean }[];
};

describe('error codes', () => {
  it.each(rows)('$code keeps its status', ({ code, status, retryable }) => {
    expect(ERRORS[code]).toMatchObject({ status, retryable });
  });

  it('are all written down', () => {
    expect(ERROR_CODES.toSorted()).toEqual(rows.map(({ code }) => code).toSorted());
  });
});
