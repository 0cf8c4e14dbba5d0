/** Problem documents (RFC 9457), the body of every answer that is no success. */
import { ERRORS, type ErrorCode } from './errors.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

const REFERENCE = 'https://glidepath.dev/errors';

/** One thing wrong with the input, at its place. */
export interface InputError {
  /** JSON Pointer (RFC 6901) into the body, or `query/NAME`, `params/NAME`, `header/NAME`. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
  readonly didYouMean?: string | null;
}

export interface ProblemExtras {
  readonly errors?: readonly InputError[];
  /** The signed verdict; clients act on it alone. */
  readonly word?: string;
  readonly retryAfterMs?: number;
  /** Facts for people and scripts; never a secret. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Names this occurrence, as the log does. */
  readonly instance?: string;
  /** Of `policy-invalid`. */
  readonly violations?: readonly unknown[];
}

export interface Problem extends ProblemExtras {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly retryable: boolean;
}

/** Builds the document; `detail` is a sentence about this occurrence, the title the code's own when left out. */
export function problem(code: ErrorCode, detail?: string, extras: ProblemExtras = {}): Problem {
  const { status, retryable, title, anchor } = ERRORS[code];
  return { type: `${REFERENCE}#${anchor}`, title, status, detail: detail ?? title, code, retryable, ...extras };
}
