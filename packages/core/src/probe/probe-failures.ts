/** What can keep a probe from seeing, with a sentence each, and when a snapshot that was read counts as not seeing. */
import type { ProbeFailureReason } from '../ports/connector.ts';
import type { Snapshot } from './snapshot.ts';

export interface ProbeFailure {
  readonly sentence: string;
  /** Trying again, unchanged, may help. */
  readonly retryable: boolean;
  /** The source (a server, its answer, a file) is at fault, rather than what we were told to do. */
  readonly isSourceAtFault: boolean;
}

const ours = (sentence: string, retryable: boolean): ProbeFailure => ({ sentence, retryable, isSourceAtFault: false });
const source = (sentence: string, retryable: boolean): ProbeFailure => ({ sentence, retryable, isSourceAtFault: true });

export const PROBE_FAILURES: Readonly<Record<ProbeFailureReason, ProbeFailure>> = {
  'bad-settings': ours("The probe's settings are not what its connector asks for.", false),
  timeout: source('The source did not answer in time.', true),
  unreachable: source('The source could not be reached.', true),
  'refused-by-us': ours('The address is one that the agent does not connect to.', false),
  'not-permitted': ours('The agent may not read this: a credential, a folder or an account is missing a right.', false),
  'bad-status': source('The source answered that it cannot say.', true),
  'too-large': source('The answer is larger than anything that is read.', false),
  unreadable: source('Nothing in the answer was recognised.', false),
  'no-features': source('The source answered, and named no feature at all.', true),
  'bad-signature': source('The signature is not by the key that was given.', false),
  'command-missing': ours("The agent's own file names no such command, or its program is not there.", false),
  'command-failed': source('The command ended without saying what was asked.', true),
  'file-missing': source('The file is not there.', true),
  resting: ours('The source failed too often and is left in peace for a while.', true),
};

/**
 * Says why a snapshot is no good reading, or null.
 *
 * Tools of vendors end well with nothing to say after a change of format, so that success without features is a failure:
 * `unreadable` where nothing at all was recognised, `no-features` where a server was and is not down. A source that says
 * that its servers are down has been read: null, and the servers' state is the news. A refused one keeps its reason.
 */
export function failureOf(
  snapshot: Pick<Snapshot, 'takenAt' | 'servers' | 'features' | 'refused'>,
): 'unreadable' | 'no-features' | 'bad-signature' | null {
  const { takenAt, servers, features, refused } = snapshot;
  if (refused !== undefined) return refused;
  if (features.length > 0) return null;
  if (servers.length === 0) return takenAt === null ? 'unreadable' : 'no-features';
  const isDown = servers.some(({ state }) => state === 'down') && servers.every(({ state }) => state !== 'up');
  return isDown ? null : 'no-features';
}
