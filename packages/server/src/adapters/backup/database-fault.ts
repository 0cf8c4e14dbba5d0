/** What the database says while a backup is taken or restored, as faults that name what to do. */
import { Bug, Fault } from '@glidepath/core';
import { faultFromConnecting, isServerError } from '../postgres/faults.ts';

export function databaseFault(error: unknown): Error {
  if (error instanceof Fault || error instanceof Bug) return error;
  if (!isServerError(error)) return faultFromConnecting(error);
  const of = { cause: error, retryable: false };
  if (error.code === '53100') return new Fault('store-full', 'The disk of the database is full; nothing was written.', of);
  if (/^(28|3D)/.test(error.code)) return faultFromConnecting(error);
  if (error.code === '42501')
    return new Fault('store-refused', `The database refuses: ${error.message}. Connect as the role that owns its tables.`, of);
  return new Fault('store-refused', `The database refuses (${error.code}): ${error.message}.`, of);
}
