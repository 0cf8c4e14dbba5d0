/** "No" as data, and the one way to say that our own code is wrong. Core throws nothing else. */

/** A value, or a denial with a stable reason code, its sentence, and the facts behind it. */
export type Result<T, R extends string = string> = { readonly ok: true; readonly value: T } | Denial<R>;

/** A "no": `reason` is from a closed union, `message` is its sentence for people, `facts` what was seen. */
export interface Denial<R extends string = string> {
  readonly ok: false;
  readonly reason: R;
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function deny<R extends string>(reason: R, message: string, facts: Record<string, unknown> = {}): Denial<R> {
  return { ok: false, reason, message, facts };
}

/** States what must be true if our own code is right; a failure is a bug of ours, never of the input. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Bug(message);
}

/** A broken invariant of our own code. */
export class Bug extends Error {
  override readonly name = 'Bug';
}

/** The world failed (database, network, disk): `code` is stable, `retryable` says whether trying again can help. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable;
  }
}
