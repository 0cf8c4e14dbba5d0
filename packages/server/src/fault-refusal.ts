/** What a caller is told when the world failed: nothing of our inside, and never a "no" about a license. */
import { Fault } from '@glidepath/core';
import { type Refusal, refuse } from './command.ts';
import type { Log } from './world.ts';

/** `about` goes into the log beside the error. */
export function faultRefusal(error: unknown, log: Log, about: Readonly<Record<string, unknown>>): Refusal {
  const fault = error instanceof Fault ? error : null;
  if (fault?.code === 'unstorable-value') return refuse('bad-input', `This cannot be stored: ${fault.message}.`);
  // Neither is a failure: who asks again after a while is answered.
  if (fault?.code === 'overloaded') return refuse('overloaded', 'Too many requests wait already; ask again soon.', { retryAfterMs: 1_000 });
  if (fault?.code === 'busy-record')
    return refuse('busy-record', 'Others kept changing the same record; nothing was written.', { retryAfterMs: 100 });
  log.error('command-failed', { ...about, code: fault?.code ?? 'bug', error });
  if (fault?.retryable === true)
    return refuse('store-unavailable', 'The database does not answer; try again soon.', { retryAfterMs: 1_000 });
  return refuse('internal', 'Something is wrong in the control plane itself; its log has the details under this request id.');
}
