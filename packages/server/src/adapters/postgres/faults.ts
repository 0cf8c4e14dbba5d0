/**
 * What an error of the database means to a caller: a Fault that can be tried again or not, or a Bug of ours.
 *
 * A commit whose answer was lost may have happened. It is `commit-unknown`, and trying the command again is safe: what it
 * wrote is found by its revision guards, its unique values or its request id.
 */
import { Bug, Fault } from '@glidepath/core';

export type Doing = 'read' | 'commit';

/** What PostgreSQL says about a failed statement. */
export interface ServerError extends Error {
  readonly code: string;
  readonly detail?: string;
  readonly constraint?: string;
}

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Whether the server itself answered: then the statement was rolled back, and the connection may live on. */
export function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && 'severity' in error && 'code' in error && SQLSTATE.test(String(error.code));
}

/** Whether the connection is of no use after this. */
export function endsConnection(error: unknown): boolean {
  return !isServerError(error) || error.code.startsWith('57P') || error.code.startsWith('08') || error.code === '25P03';
}

/** Two commits stood in each other's way and this one was taken back whole: it may simply be tried again. */
export function isRolledBackByChance(error: unknown): boolean {
  return isServerError(error) && (error.code === '40P01' || error.code === '40001');
}

export function faultFrom(error: unknown, doing: Doing): Error {
  if (error instanceof Fault || error instanceof Bug) return error;
  if (isServerError(error) && !endsConnection(error)) return fromServer(error);
  if (doing === 'commit')
    return fault('commit-unknown', 'The connection to the database was lost during a commit; whether it happened is not known.', error);
  return fault('store-unavailable', 'The connection to the database was lost.', error);
}

/** Whether it is the values that were refused (a constraint, a domain, a number out of range), and not the world that failed. */
export function isOfTheData(error: unknown): boolean {
  return isServerError(error) && /^2[23]/.test(error.code);
}

/** An error before anything was sent. */
export function faultFromConnecting(error: unknown): Fault {
  if (error instanceof Error && error.message === 'timeout exceeded when trying to connect')
    return fault('store-busy', 'All connections to the database are in use.', error);
  const isRefused = isServerError(error) && /^(28|3D|42)/.test(error.code);
  if (isRefused) return fault('store-refused', `The database refuses the connection: ${error.message}.`, error, false);
  return fault('store-unavailable', 'The database cannot be reached.', error);
}

function fromServer(error: ServerError): Error {
  const { code } = error;
  if (code === '57014') return fault('store-timeout', 'The database took too long; nothing was written.', error);
  if (code === '55P03' || isRolledBackByChance(error))
    return fault('store-busy', 'Others hold what this needs; nothing was written.', error);
  if (code === '53100') return fault('store-full', 'The disk of the database is full; nothing was written.', error);
  if (code.startsWith('53') || code.startsWith('58'))
    return fault('store-unavailable', `The database lacks something: ${error.message}.`, error);
  if (code === '25006') return fault('store-unavailable', 'This database is a replica that accepts no writes.', error);
  if (code === '42501' || code === '42P01' || code === '3F000' || code === '42883')
    return fault('store-refused', `The database lacks our tables, or the right to use them: ${error.message}.`, error, false);
  return new Bug(`PostgreSQL refused what we asked (${code}): ${error.message}`, { cause: error });
}

function fault(code: string, message: string, cause: unknown, retryable = true): Fault {
  return new Fault(code, message, { retryable, cause });
}
